// SPDX-License-Identifier: Apache-2.0
// Where files of a sink lie: their names, their folders, and where they wait for their checkpoint.
//
//   <tmp_path>/seatunnel/<job id>/<hash of the target>/T_<job id>_<run>_<writer>_<checkpoint>/...
//
// The folder below the target's hash is a transaction: all that one writer writes for one table in
// one checkpoint. Without tmp_path it begins in <target>/.seatunnel. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "file/sink_options.h"

namespace sluice::file {

// Hidden from readers of the target, as names that begin with a point are.
inline constexpr std::string_view kTmpFolder = ".seatunnel";

// `target`: the folder of one table's files.
std::string TransactionsFolder(const std::optional<std::string>& tmp_path,
                               const std::string& target, std::string_view job_id);

// What is wrong with file_name_expression and filename_time_format; empty: nothing.
std::string CheckNameExpression(const std::string& expression, const std::string& time_format);
// A name without number and extension. `now`: wall microseconds. REQUIRES: CheckNameExpression.
std::string ExpandName(const std::string& expression, const std::string& time_format,
                       const std::string& transaction_id, uint64_t uuid, int64_t now);
// What names of files end with, ".txt"; with the codec before it, ".zstd.parquet".
std::string Extension(const SinkOptions& options);

}  // namespace sluice::file
