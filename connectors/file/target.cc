// SPDX-License-Identifier: Apache-2.0
#include "file/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "config/placeholders.h"
#include "config/suggest.h"
#include "file/file_names.h"
#include "format/json_lines.h"
#include "format/parquet.h"

namespace sluice::file {
namespace {

constexpr char kWhere[] = "sink 'LocalFile'";

Result<uint32_t> FindColumn(const Schema& table, const std::string& name, std::string_view option) {
  if (const auto index = table.Find(name)) return *index;
  std::vector<std::string> names;
  for (const ColumnInfo& column : table.columns) names.push_back(column.name);
  return Fail(Code::kInvalidConfig,
              fmt::format("{}: {}: table {} has no column '{}'{}", kWhere, option,
                          table.path.ToString(), name, DidYouMean(name, names)));
}

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// The names of parquet are in small letters.
Status NameForParquet(const Schema& table, std::vector<EncodedColumn>& columns) {
  std::set<std::string> names;
  for (EncodedColumn& column : columns) {
    column.name = Lower(column.name);
    if (names.insert(column.name).second) continue;
    return {Code::kInvalidConfig,
            fmt::format("{}: table {} has two columns named '{}' in small letters, as parquet "
                        "names them: leave one out with sink_columns",
                        kWhere, table.path.ToString(), column.name)};
  }
  return {};
}

ParquetCompression CompressionOf(Codec codec) {
  switch (codec) {
    case Codec::kSnappy:
      return ParquetCompression::kSnappy;
    case Codec::kLz4:
      return ParquetCompression::kLz4;
    case Codec::kGzip:
      return ParquetCompression::kGzip;
    case Codec::kBrotli:
      return ParquetCompression::kBrotli;
    case Codec::kZstd:
      return ParquetCompression::kZstd;
    default:
      return ParquetCompression::kNone;
  }
}

// "${k0}" and "${v1}" of a folder expression: the kind of the placeholder and its number.
std::string ExpandFolder(const std::string& expression, const std::vector<std::string>& names,
                         const std::vector<std::string>& values) {
  return ReplacePlaceholders(
      expression,
      [&](std::string_view name, std::optional<std::string_view>) -> std::optional<std::string> {
        for (size_t i = 0; i < names.size(); ++i) {
          if (name == fmt::format("k{}", i)) return names[i];
          if (name == fmt::format("v{}", i)) return values[i];
        }
        return std::nullopt;
      });
}

}  // namespace

Result<std::string> TargetFolder(const SinkOptions& options, const Schema& table) {
  std::string folder = ResolveForTable(options.path, table);
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  if (!folder.empty() && folder != "/" && folder != ".") return folder;
  return Fail(Code::kInvalidConfig, fmt::format("{}: path = {} gives table {} no folder of its own",
                                                kWhere, options.path, table.path.ToString()));
}

Result<TargetTable> MakeTarget(const SinkOptions& options, const Schema& table,
                               const std::string& job_id) {
  TargetTable target;
  ASSIGN_OR_RETURN(target.folder, TargetFolder(options, table));
  target.transactions = TransactionsFolder(options.tmp_path, target.folder, job_id);
  for (const std::string& name : options.partition_by) {
    ASSIGN_OR_RETURN(const uint32_t column, FindColumn(table, name, "partition_by"));
    target.partition.push_back(column);
  }
  StringList names = options.sink_columns;
  if (names.empty()) {
    for (const ColumnInfo& column : table.columns) names.push_back(column.name);
  }
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(const uint32_t column, FindColumn(table, name, "sink_columns"));
    const bool only_folder = !options.partition_fields_in_file &&
                             std::ranges::find(target.partition, column) != target.partition.end();
    if (!only_folder) target.columns.push_back({column, name});
  }
  if (target.columns.empty()) {
    return Fail(Code::kInvalidConfig,
                fmt::format("{}: no column of table {} is left for the files: set "
                            "is_partition_field_write_in_file = true",
                            kWhere, table.path.ToString()));
  }
  if (options.format == Format::kParquet) {
    RETURN_IF_ERROR(NameForParquet(table, target.columns));
    ASSIGN_OR_RETURN(const auto encoder, MakeEncoder(options, target, table));
  }
  return target;
}

Result<std::string> PartitionFolder(const SinkOptions& options, const TargetTable& target,
                                    const Chunk& chunk, uint32_t row) {
  if (target.partition.empty()) return std::string();
  std::vector<std::string> values;
  std::string plain;
  for (size_t i = 0; i < target.partition.size(); ++i) {
    const Column& column = chunk.column(target.partition[i]);
    std::string value;
    if (!column.is_null(row)) AppendValueText(column, row, options.style.values, value);
    const bool folder = !value.empty() && value != "." && value != ".." &&
                        value.find('/') == std::string::npos &&
                        value.find('\0') == std::string::npos;
    if (!folder) {
      return Fail(Code::kSchemaMismatch,
                  fmt::format("table {}, column '{}': {} cannot name a folder of partition_by",
                              chunk.schema()->path.ToString(), options.partition_by[i],
                              column.is_null(row) ? "null" : "'" + Excerpt(value) + "'"));
    }
    plain += fmt::format("{}={}/", options.partition_by[i], value);
    values.push_back(std::move(value));
  }
  if (!options.partition_dir_expression) return plain;
  std::string folder =
      ExpandFolder(*options.partition_dir_expression, options.partition_by, values);
  if (!folder.empty() && !folder.ends_with('/')) folder += '/';
  return folder;
}

Result<std::unique_ptr<RowEncoder>> MakeEncoder(const SinkOptions& options,
                                                const TargetTable& target, const Schema& schema) {
  if (options.format == Format::kParquet) {
    return MakeParquetEncoder(schema, target.columns,
                              {CompressionOf(options.compress_codec), options.int96});
  }
  if (options.format == Format::kJson) {
    return std::make_unique<JsonEncoder>(target.columns, options.style.row_delimiter);
  }
  DelimitedStyle style;
  style.quotes = options.format == Format::kCsv;
  style.field_delimiter = options.style.field_delimiter;
  style.row_delimiter = options.style.row_delimiter;
  style.quote_mode = options.csv_quote_mode;
  style.values = options.style.values;
  return std::make_unique<DelimitedEncoder>(target.columns, std::move(style), options.header);
}

}  // namespace sluice::file
