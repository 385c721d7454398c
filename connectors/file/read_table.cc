// SPDX-License-Identifier: Apache-2.0
#include "file/read_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/suggest.h"
#include "format/parquet.h"

namespace sluice::file {
namespace {

// A schema block names no fraction of seconds: that of the files counts.
Status TakeScales(Env& env, const std::vector<FileEntry>& files, Schema& schema) {
  if (files.empty()) return {};
  ASSIGN_OR_RETURN(auto file, env.OpenForRead(files[0].path));
  ASSIGN_OR_RETURN(const auto parquet,
                   ParquetReader::Open(files[0].path, std::move(file), files[0].size));
  for (const ParquetReader::FileColumn& column : parquet->columns()) {
    const auto own = schema.Find(column.info.name);
    if (!own) continue;
    Type& type = schema.columns[*own].type;
    const bool scaled = type.kind == TypeKind::kTimestamp || type.kind == TypeKind::kTime;
    if (scaled && column.info.type.kind == type.kind) type = column.info.type;
  }
  return {};
}

Result<std::vector<ColumnInfo>> ParquetColumns(Env& env, const TableConfig& config,
                                               const std::vector<FileEntry>& files) {
  if (files.empty()) {
    return Fail(Code::kInvalidConfig,
                fmt::format("source 'LocalFile': path = {}: there is no file that tells the "
                            "columns: give a schema, or begin when the first file is there",
                            config.options.path));
  }
  ASSIGN_OR_RETURN(auto file, env.OpenForRead(files[0].path));
  ASSIGN_OR_RETURN(const auto parquet,
                   ParquetReader::Open(files[0].path, std::move(file), files[0].size));
  std::vector<ColumnInfo> columns;
  const StringList& wanted = config.options.read_columns;
  for (const ParquetReader::FileColumn& column : parquet->columns()) {
    const bool read = wanted.empty() || std::ranges::find(wanted, column.info.name) != wanted.end();
    if (!read) continue;
    if (!column.unsupported.empty()) {
      return Fail(Code::kUnsupported,
                  fmt::format("{}: {}, which is not read: leave it out with read_columns",
                              files[0].path, column.unsupported));
    }
    columns.push_back(column.info);
  }
  return columns;
}

// Those of read_columns, in its order, with the key when all of it is read.
Result<Schema> Narrowed(Schema schema, const TableConfig& config) {
  const StringList& names = config.options.read_columns;
  if (names.empty()) return schema;
  Schema out = schema;
  out.columns.clear();
  out.primary_key.clear();
  out.unique_keys.clear();
  std::vector<std::string> known;
  for (const ColumnInfo& column : schema.columns) known.push_back(column.name);
  for (const std::string& name : names) {
    const auto column = schema.Find(name);
    if (!column) {
      return Fail(Code::kInvalidConfig,
                  fmt::format("source 'LocalFile': read_columns: there is no column '{}'{}", name,
                              DidYouMean(name, known)));
    }
    out.columns.push_back(schema.columns[*column]);
  }
  for (const uint32_t column : schema.primary_key) {
    const auto kept = out.Find(schema.columns[column].name);
    if (!kept) {
      out.primary_key.clear();
      break;
    }
    out.primary_key.push_back(*kept);
  }
  return out;
}

std::string Keys(const std::vector<std::string>& keys) {
  return keys.empty() ? "none" : fmt::format("{}", fmt::join(keys, ", "));
}

}  // namespace

Result<FoundTable> FindTable(Env& env, const TableConfig& config,
                             const std::vector<FileEntry>& files) {
  Schema schema;
  if (config.schema) {
    schema = *config.schema;
    if (config.options.format == Format::kParquet) {
      RETURN_IF_ERROR(TakeScales(env, files, schema));
    }
  } else if (config.options.format == Format::kParquet) {
    ASSIGN_OR_RETURN(schema.columns, ParquetColumns(env, config, files));
  } else {
    schema.columns = {{.name = kContent, .type = Of(TypeKind::kString)}};
  }
  ASSIGN_OR_RETURN(schema, Narrowed(std::move(schema), config));
  schema.path = config.path;
  FoundTable table;
  if (config.options.parse_partitions && !files.empty()) {
    for (const Partition& partition : PartitionsOf(files[0].path)) {
      if (schema.Find(partition.key)) continue;  // the files hold it themselves
      table.partition_keys.push_back(partition.key);
      schema.columns.push_back({.name = partition.key, .type = Of(TypeKind::kString)});
    }
  }
  RETURN_IF_ERROR(schema.Check());
  table.schema = std::make_shared<Schema>(std::move(schema));
  return table;
}

std::vector<std::string> FieldsOf(const TableConfig& config) {
  if (!config.schema) return {kContent};
  std::vector<std::string> fields;
  for (const ColumnInfo& column : config.schema->columns) fields.push_back(column.name);
  return fields;
}

Result<RowLayout> LayoutOf(const FoundTable& table, const std::string& path,
                           std::vector<std::string> fields) {
  RowLayout layout{
      .schema = table.schema, .fields = std::move(fields), .column_of = {}, .constants = {}};
  const size_t own = table.schema->columns.size() - table.partition_keys.size();
  std::vector<bool> filled(own, false);
  for (const std::string& field : layout.fields) {
    const auto column = table.schema->Find(field);
    const bool read = column && *column < own && !filled[*column];
    layout.column_of.push_back(read ? static_cast<int>(*column) : RowLayout::kLeftOut);
    if (read) filled[*column] = true;
  }
  if (const auto missing = std::ranges::find(filled, false); missing != filled.end()) {
    const auto& column = table.schema->columns[static_cast<size_t>(missing - filled.begin())];
    return Fail(Code::kSchemaMismatch, fmt::format("{}: it has no column '{}'; it has {}", path,
                                                   column.name, fmt::join(layout.fields, ", ")));
  }
  const std::vector<Partition> partitions = PartitionsOf(path);
  std::vector<std::string> keys;
  for (const Partition& partition : partitions) keys.push_back(partition.key);
  for (const std::string& key : table.partition_keys) {
    const auto found = std::ranges::find(partitions, key, &Partition::key);
    if (found == partitions.end()) {
      return Fail(Code::kSchemaMismatch,
                  fmt::format("{}: its folders name the keys {}, those of the first file {}: set "
                              "parse_partition_from_path = false, or read them apart",
                              path, Keys(keys), Keys(table.partition_keys)));
    }
    layout.constants.push_back(found->value);
  }
  return layout;
}

}  // namespace sluice::file
