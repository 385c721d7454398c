// SPDX-License-Identifier: Apache-2.0
#include "file/source_options.h"

#include <fmt/format.h>

#include <set>

#include "base/regex.h"
#include "config/schema_block.h"
#include "config/suggest.h"

namespace sluice::file {
namespace {

using O = SourceOptions;
const TablePath kUnnamed = {"default", "default", "default"};

OptionSpec<O> TableSpec() {
  OptionSpec<O> spec("Reads files of a local folder.");
  spec.Optional("path", &O::path, "File, or folder whose files are read, those of its folders too.")
      .Optional("schema", &O::schema,
                "The table. Without it text, csv and json give one column 'content', and parquet "
                "tells its own.")
      .Members(SchemaBlockOptions())
      .Optional("read_columns", &O::read_columns, "Columns to read; all if none.")
      .Optional("parse_partition_from_path", &O::parse_partitions,
                "Whether folders named key=value become columns.")
      .Optional("read_partitions", &O::read_partitions,
                "Only files whose path holds one of these, such as day=2024-02-29.")
      .Optional(
          "skip_header_row_number", &O::skip_header_rows,
          "Lines to pass over at the beginning of text and csv; other formats have no such lines.",
          AtLeast(0))
      .Optional("csv_use_header_line", &O::csv_use_header_line,
                "Whether the first line of csv names the columns.")
      .Optional("file_filter_pattern", &O::file_filter_pattern,
                "Regular expression that the whole name of a file must match.", AtLeast(1))
      .Optional("filename_extension", &O::filename_extension,
                "Only files whose name ends with this.", AtLeast(1))
      .Optional("null_format", &O::null_format, "Text that means null in text and csv.")
      .Choice("compress_codec", &O::compress_codec,
              {{"none", SourceCodec::kNone}, {"lzo", SourceCodec::kLzo}},
              "Compression of text, csv and json; parquet tells its own.")
      .Choice("archive_compress_codec", &O::archive_codec,
              {{"none", Archive::kNone},
               {"zip", Archive::kZip},
               {"tar", Archive::kTar},
               {"tar_gz", Archive::kTarGz},
               {"gz", Archive::kGz}},
              "What text, csv and json are packed in.");
  AddFormatOptions(spec);
  spec.Refused("quote_char", "csv is read as RFC 4180 has it", {"\""})
      .Refused("escape_char", "csv is read as RFC 4180 has it: a quote inside is doubled", {""})
      .Refused("sync_mode", "files are read whole", {"full"})
      .Ignored("enable_file_split", "each file is read by one reader; the rows are the same")
      .Ignored("file_split_size", "each file is read by one reader; the rows are the same");
  for (const char* name : {"sheet_name", "excel_engine", "xml_row_tag", "xml_use_attr_format",
                           "binary_chunk_size", "binary_complete_file_mode"}) {
    spec.Ignored(name, "it belongs to a format that is not read yet");
  }
  return spec;
}

// Tells mistakes in the options of one table.
class Checker {
 public:
  Checker(std::string where, const Value& block, const Origin& origin, Diagnostics& diagnostics)
      : where_(std::move(where)), block_(block), origin_(origin), diagnostics_(diagnostics) {}

  TableConfig Check(O options) {
    TableConfig table{.options = std::move(options), .path = kUnnamed};
    const O& o = table.options;
    if (o.path.empty()) Error("path", "is missing: the file or folder to read");
    if (FindOption(block_, "file_format_type") == nullptr) {
      Error("file_format_type", "is missing: text, csv, json or parquet");
    }
    table.style = CheckFormat(o, where_, block_, origin_, diagnostics_);
    table.style.values.null_text = o.null_format;
    CheckCodecs(o);
    if (o.schema) table.schema = ParseSchemaBlock(*o.schema, kUnnamed, where_, diagnostics_);
    if (table.schema) table.path = table.schema->path;
    CheckColumns(table);
    if (o.csv_use_header_line && (o.format != Format::kCsv || !o.schema)) {
      Error("csv_use_header_line", "belongs to file_format_type = csv with a schema");
    }
    if (o.file_filter_pattern) CheckPattern(*o.file_filter_pattern);
    return table;
  }

 private:
  void Error(std::string_view option, const std::string& what) {
    diagnostics_.Error(OriginOf(block_, option, origin_),
                       fmt::format("{}: option '{}' {}", where_, option, what));
  }
  void CheckCodecs(const O& o) {
    if (o.compress_codec == SourceCodec::kLzo) Error("compress_codec", "lzo cannot be read here");
    if (o.archive_codec == Archive::kNone) return;
    if (o.archive_codec != Archive::kGz) {
      Error("archive_compress_codec", "only gz is read here; unpack the archives first");
    } else if (o.format == Format::kParquet) {
      Error("archive_compress_codec", "parquet files are compressed inside, and read as they are");
    }
  }
  void CheckColumns(const TableConfig& table) {
    const StringList& names = table.options.read_columns;
    if (names.empty()) return;
    if (!table.options.schema && table.options.format != Format::kParquet) {
      Error("read_columns", "needs a schema that names the columns");
    }
    if (!table.schema) return;
    std::vector<std::string> known;
    for (const ColumnInfo& column : table.schema->columns) known.push_back(column.name);
    for (const std::string& name : names) {
      if (table.schema->Find(name)) continue;
      Error("read_columns",
            fmt::format("names '{}', which the schema has not{}", name, DidYouMean(name, known)));
    }
  }
  void CheckPattern(const std::string& pattern) {
    const auto regex = Regex::Compile(pattern);
    if (!regex) {
      Error("file_filter_pattern",
            fmt::format("is no regular expression: {}", regex.error().message()));
    }
  }

  const std::string where_;
  const Value& block_;
  const Origin& origin_;
  Diagnostics& diagnostics_;
};

}  // namespace

const OptionSpec<SourceOptions>& SourceSpec() {
  static const OptionSpec<O> spec = [] {
    OptionSpec<O> top = TableSpec();
    top.Objects("tables_configs", &O::tables, TableSpec(),
                "Several tables, each with the options above.");
    return top;
  }();
  return spec;
}

std::optional<std::vector<TableConfig>> ParseSourceOptions(const PluginConfig& config,
                                                           Diagnostics& diagnostics) {
  const size_t before = diagnostics.errors().size();
  O options = SourceSpec().ParseAll(config, diagnostics);
  const std::string where = Where(config);
  std::vector<TableConfig> tables;
  const Field* several = FindOption(config.options, "tables_configs");
  if (several == nullptr) {
    tables.push_back(
        Checker(where, config.options, config.origin, diagnostics).Check(std::move(options)));
  } else {
    const Value::List* list = several->value.as_list();
    for (size_t i = 0; i < options.tables.size(); ++i) {
      const Value& block = list != nullptr ? (*list)[i] : several->value;
      tables.push_back(Checker(fmt::format("{}, tables_configs[{}]", where, i), block,
                               block.origin(), diagnostics)
                           .Check(std::move(options.tables[i])));
    }
    if (!options.path.empty()) {
      diagnostics.Error(config.origin,
                        fmt::format("{}: give path or tables_configs, not both", where));
    }
  }
  std::set<TablePath> paths;
  for (const TableConfig& table : tables) {
    if (paths.insert(table.path).second) continue;
    diagnostics.Error(config.origin,
                      fmt::format("{}: the table {} is given twice: set schema.table", where,
                                  table.path.ToString()));
  }
  if (diagnostics.errors().size() != before) return std::nullopt;
  return tables;
}

}  // namespace sluice::file
