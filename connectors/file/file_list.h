// SPDX-License-Identifier: Apache-2.0
// The files of a table: found in a folder, and what their paths say.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "file/source_options.h"

namespace sluice::file {

struct FileEntry {
  std::string path;
  uint64_t size = 0;
  int64_t modified_micros = 0;

  friend bool operator==(const FileEntry&, const FileEntry&) = default;
};

// The files that the options name, sorted by path. Left out are empty files, _SUCCESS, and what
// begins with a point. kInvalidConfig when there is no such path. Blocks on the disk.
Result<std::vector<FileEntry>> ListFiles(Env& env, const SourceOptions& options);

// kPositionLost when the file is gone or is another than when it was listed.
Status CheckUnchanged(Env& env, const FileEntry& file);

struct Partition {
  std::string key;
  std::string value;
};
// Of the folders named key=value on the way to the file.
std::vector<Partition> PartitionsOf(const std::string& path);

}  // namespace sluice::file
