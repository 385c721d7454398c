// SPDX-License-Identifier: Apache-2.0
#include "file/sink_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "file/file_names.h"

namespace sluice::file {
namespace {

using O = SinkOptions;

void AddPlaces(OptionSpec<O>& spec) {
  spec.Required("path", &O::path,
                "Folder of the files; ${table_name} and the like are replaced for each table.",
                AtLeast(1))
      .Optional("tmp_path", &O::tmp_path,
                "Folder of files that are not committed, on the file system of path; without it, a "
                "hidden folder in path.",
                AtLeast(1))
      .Optional("have_partition", &O::have_partition, "Whether rows go to folders by value.")
      .Optional("partition_by", &O::partition_by, "Columns whose values make the folders.")
      .Optional("partition_dir_expression", &O::partition_dir_expression,
                "Folders of a row: ${k0} is the name and ${v0} the value of the first column; "
                "without it ${k0}=${v0}/${k1}=${v1}/...")
      .Optional("is_partition_field_write_in_file", &O::partition_fields_in_file,
                "Whether files hold the columns of partition_by too.")
      .Optional("sink_columns", &O::sink_columns, "Columns to write, in this order; all if none.")
      .Optional("custom_filename", &O::custom_filename,
                "Whether file_name_expression and filename_time_format count.")
      .Optional("file_name_expression", &O::file_name_expression,
                "Name of a file: ${transactionId}, ${uuid}, ${now}, or a time such as "
                "${yyyyMMdd}; the number of the part follows.",
                AtLeast(1))
      .Optional("filename_time_format", &O::filename_time_format, "Form of ${now}.", AtLeast(1))
      .Optional("filename_extension", &O::filename_extension,
                "What names of files end with, instead of the format's own.")
      .Optional("single_file_mode", &O::single_file_mode,
                "One file for each writer, checkpoint and folder, whatever batch_size says, and no "
                "number in its name.")
      .Optional("is_enable_transaction", &O::transactional,
                "Whether files become visible with their checkpoint; else as soon as it has closed "
                "them, and rows may come twice after a crash.")
      .Optional("batch_size", &O::batch_size, "Rows of a file.", AtLeast(1));
}

void AddContents(OptionSpec<O>& spec) {
  AddFormatOptions(spec);
  spec.Choice(
          "csv_string_quote_mode", &O::csv_quote_mode,
          {{"MINIMAL", QuoteMode::kMinimal}, {"ALL", QuoteMode::kAll}, {"NONE", QuoteMode::kNone}},
          "Which texts of csv are quoted: those that need it, all, or none; then one that needs "
          "it is an error.")
      .Choice("compress_codec", &O::compress_codec,
              {{"none", Codec::kNone},
               {"lzo", Codec::kLzo},
               {"snappy", Codec::kSnappy},
               {"lz4", Codec::kLz4},
               {"gzip", Codec::kGzip},
               {"brotli", Codec::kBrotli},
               {"zstd", Codec::kZstd}},
              "Compression of parquet.")
      .Optional("enable_header_write", &O::header,
                "Whether text and csv begin with the names of the columns.")
      .Optional("parquet_avro_write_timestamp_as_int96", &O::int96,
                "Whether parquet holds timestamps in its old form.");
}

void AddSaveModes(OptionSpec<O>& spec) {
  spec.Choice("schema_save_mode", &O::schema_save_mode,
              {{"CREATE_SCHEMA_WHEN_NOT_EXIST", SchemaSaveMode::kCreateWhenMissing},
               {"RECREATE_SCHEMA", SchemaSaveMode::kRecreate},
               {"ERROR_WHEN_SCHEMA_NOT_EXIST", SchemaSaveMode::kErrorWhenMissing},
               {"IGNORE", SchemaSaveMode::kIgnore}},
              "What to do about the folder when the job starts.")
      .Choice("data_save_mode", &O::data_save_mode,
              {{"APPEND_DATA", DataSaveMode::kAppend},
               {"DROP_DATA", DataSaveMode::kDrop},
               {"CUSTOM_PROCESSING", DataSaveMode::kCustom},
               {"ERROR_WHEN_DATA_EXISTS", DataSaveMode::kErrorWhenData}},
              "What to do about files that are there when the job starts.");
}

void AddOthers(OptionSpec<O>& spec) {
  spec.Refused("create_empty_file_when_no_data", "files are made with their first row", {"false"})
      .Refused("parquet_avro_write_fixed_as_int96", "name timestamps by their type", {"[]", ""})
      .Ignored("merge_update_event",
               "it belongs to canal_json and its like; here every row is written, whatever its "
               "kind")
      .Ignored("max_rows_in_memory", "it belongs to excel")
      .Ignored("sheet_name", "it belongs to excel")
      .Ignored("excel_engine", "it belongs to excel")
      .Ignored("xml_root_tag", "it belongs to xml")
      .Ignored("xml_row_tag", "it belongs to xml")
      .Ignored("xml_use_attr_format", "it belongs to xml");
}

// Tells mistakes in the options of one block.
class Checker {
 public:
  Checker(const PluginConfig& config, Diagnostics& diagnostics)
      : config_(config), where_(Where(config)), diagnostics_(diagnostics) {}

  void Check(SinkOptions& options) {
    options.style = CheckFormat(options, where_, config_.options, config_.origin, diagnostics_);
    CheckCodec(options);
    CheckNames(options);
    CheckPartitions(options);
    if (options.data_save_mode == DataSaveMode::kCustom) {
      Error("data_save_mode", "CUSTOM_PROCESSING needs a database; files have none");
    }
    if (options.csv_quote_mode != QuoteMode::kMinimal && options.format != Format::kCsv) {
      Error("csv_string_quote_mode", "it belongs to file_format_type = csv");
    }
  }

 private:
  void Error(std::string_view option, std::string_view what) {
    diagnostics_.Error(OriginOf(config_.options, option, config_.origin),
                       fmt::format("{}: {}: {}", where_, option, what));
  }

  void CheckCodec(const SinkOptions& options) {
    if (options.compress_codec == Codec::kNone) return;
    if (options.compress_codec == Codec::kLzo) {
      Error("compress_codec", "lzo cannot be written here: use none, or parquet with zstd");
    } else if (options.format != Format::kParquet) {
      Error("compress_codec", fmt::format("{} files are not compressed: use none, or parquet",
                                          FormatName(options.format)));
    }
  }

  void CheckNames(SinkOptions& options) {
    if (!options.custom_filename) {
      options.file_name_expression = SinkOptions().file_name_expression;
      options.filename_time_format = SinkOptions().filename_time_format;
    }
    const std::string wrong =
        CheckNameExpression(options.file_name_expression, options.filename_time_format);
    if (!wrong.empty()) Error("file_name_expression", wrong);
    const std::string& name = options.file_name_expression;
    const bool unique = name.find("${transactionId}") != std::string::npos;
    if (options.transactional && !unique) {
      Error("file_name_expression",
            "it must hold ${transactionId}, or files of one checkpoint "
            "would replace those of another");
    } else if (!unique && name.find("${uuid}") == std::string::npos) {
      Error("file_name_expression",
            "it must hold ${transactionId} or ${uuid}, or files would "
            "replace each other");
    }
    if (options.filename_extension && !options.filename_extension->empty() &&
        !options.filename_extension->starts_with('.')) {
      options.filename_extension->insert(0, 1, '.');
    }
  }

  void CheckPartitions(SinkOptions& options) {
    if (!options.have_partition) {
      options.partition_by.clear();
      return;
    }
    if (options.partition_by.empty()) {
      Error("partition_by", "have_partition = true needs the columns");
    }
    for (const std::string& column : options.partition_by) {
      if (options.sink_columns.empty() ||
          std::ranges::find(options.sink_columns, column) != options.sink_columns.end()) {
        continue;
      }
      Error("partition_by", fmt::format("column '{}' is not among sink_columns", column));
    }
  }

  const PluginConfig& config_;
  const std::string where_;
  Diagnostics& diagnostics_;
};

}  // namespace

const OptionSpec<SinkOptions>& SinkSpec() {
  static const OptionSpec<O> spec = [] {
    OptionSpec<O> out("Writes files into a local folder, each checkpoint exactly once.");
    AddPlaces(out);
    AddContents(out);
    AddSaveModes(out);
    AddOthers(out);
    return out;
  }();
  return spec;
}

std::optional<SinkOptions> ParseSinkOptions(const PluginConfig& config, Diagnostics& diagnostics) {
  const size_t before = diagnostics.errors().size();
  SinkOptions options = SinkSpec().ParseAll(config, diagnostics);
  Checker(config, diagnostics).Check(options);
  if (diagnostics.errors().size() != before) return std::nullopt;
  return options;
}

}  // namespace sluice::file
