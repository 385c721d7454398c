// SPDX-License-Identifier: Apache-2.0
// A table's target: its folder, the columns of its files, the folders of its rows.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "file/sink_options.h"
#include "format/rows.h"

namespace sluice::file {

struct TargetTable {
  std::string folder;
  std::string transactions;            // TransactionsFolder
  std::vector<EncodedColumn> columns;  // of the files
  std::vector<uint32_t> partition;     // columns whose values make folders
};
using TargetTables = std::map<TablePath, TargetTable>;  // by the path of the rows

// kInvalidConfig or kUnsupported naming the option and table.
Result<TargetTable> MakeTarget(const SinkOptions& options, const Schema& table,
                               const std::string& job_id);
// The folder of the table's files, without a slash at its end.
Result<std::string> TargetFolder(const SinkOptions& options, const Schema& table);
// The folder of a row relative to the target, "day=2024-02-29/"; empty without partitions.
// kSchemaMismatch for values that can be no folder.
Result<std::string> PartitionFolder(const SinkOptions& options, const TargetTable& target,
                                    const Chunk& chunk, uint32_t row);
// An encoder for one file. `schema`: of the rows.
Result<std::unique_ptr<RowEncoder>> MakeEncoder(const SinkOptions& options,
                                                const TargetTable& target, const Schema& schema);

}  // namespace sluice::file
