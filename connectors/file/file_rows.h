// SPDX-License-Identifier: Apache-2.0
// FileRows: the rows of one file from a place on. One thread; blocks on the disk.
#pragma once

#include <memory>

#include "file/read_table.h"

namespace sluice::file {

class FileRows {
 public:
  virtual ~FileRows() = default;
  // Begins at `split.next`. `config` and `env` outlive the rows. Errors name the file, and where
  // the format has them line and column.
  static Result<std::unique_ptr<FileRows>> Open(Env& env, const TableConfig& config,
                                                const FoundTable& table, const FileSplit& split);
  // Appends rows until `rows` is full. False: the file is at its end.
  virtual Result<bool> Next(ChunkBuilder& rows) = 0;
  virtual Place place() const = 0;  // of the next row
};

}  // namespace sluice::file
