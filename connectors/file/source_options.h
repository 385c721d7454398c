// SPDX-License-Identifier: Apache-2.0
// The options of the LocalFile source: one set a table, given at the top or in tables_configs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/schema.h"
#include "file/format_options.h"

namespace sluice::file {

enum class SourceCodec : uint8_t { kNone, kLzo };
enum class Archive : uint8_t { kNone, kZip, kTar, kTarGz, kGz };

struct SourceOptions : FormatOptions {
  std::string path;
  std::optional<Value> schema;
  StringList read_columns;
  bool parse_partitions = true;
  StringList read_partitions;
  int64_t skip_header_rows = 0;
  bool csv_use_header_line = false;
  std::optional<std::string> file_filter_pattern;
  std::optional<std::string> filename_extension;
  SourceCodec compress_codec = SourceCodec::kNone;
  Archive archive_codec = Archive::kNone;
  std::optional<std::string> null_format;

  std::vector<SourceOptions> tables;  // tables_configs; at the top only
};

const OptionSpec<SourceOptions>& SourceSpec();

// A table as the options give it.
struct TableConfig {
  SourceOptions options;
  FormatStyle style;
  std::optional<Schema> schema;  // of the block; none: files tell, or hold one column `content`
  TablePath path;
};

// Parses and cross-checks; all mistakes go to `diagnostics`.
std::optional<std::vector<TableConfig>> ParseSourceOptions(const PluginConfig& config,
                                                           Diagnostics& diagnostics);

}  // namespace sluice::file
