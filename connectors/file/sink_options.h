// SPDX-License-Identifier: Apache-2.0
// The options of the LocalFile sink.
#pragma once

#include <optional>
#include <string>

#include "file/format_options.h"
#include "format/delimited.h"

namespace sluice::file {

enum class SchemaSaveMode : uint8_t { kRecreate, kCreateWhenMissing, kErrorWhenMissing, kIgnore };
enum class DataSaveMode : uint8_t { kDrop, kAppend, kCustom, kErrorWhenData };
enum class Codec : uint8_t { kNone, kLzo, kSnappy, kLz4, kGzip, kBrotli, kZstd };

struct SinkOptions : FormatOptions {
  std::string path;
  std::optional<std::string> tmp_path;
  bool have_partition = false;
  StringList partition_by;
  std::optional<std::string> partition_dir_expression;
  bool partition_fields_in_file = false;
  StringList sink_columns;
  bool custom_filename = false;
  std::string file_name_expression = "${transactionId}";
  std::string filename_time_format = "yyyy.MM.dd";
  std::optional<std::string> filename_extension;
  bool single_file_mode = false;
  QuoteMode csv_quote_mode = QuoteMode::kMinimal;
  bool transactional = true;
  int64_t batch_size = 1'000'000;
  Codec compress_codec = Codec::kNone;
  bool header = false;
  bool int96 = false;
  SchemaSaveMode schema_save_mode = SchemaSaveMode::kCreateWhenMissing;
  DataSaveMode data_save_mode = DataSaveMode::kAppend;

  FormatStyle style;  // what the options of the format come to
};

const OptionSpec<SinkOptions>& SinkSpec();

// Parses and cross-checks; all mistakes go to `diagnostics`.
std::optional<SinkOptions> ParseSinkOptions(const PluginConfig& config, Diagnostics& diagnostics);

}  // namespace sluice::file
