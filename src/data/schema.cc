// SPDX-License-Identifier: Apache-2.0
#include "data/schema.h"

#include <fmt/format.h>

#include <set>

namespace sluice {

std::string TablePath::ToString() const {
  std::string text;
  for (const std::string* part : {&database, &schema, &table}) {
    if (part->empty()) continue;
    if (!text.empty()) text += '.';
    text += *part;
  }
  return text;
}

std::optional<uint32_t> Schema::Find(std::string_view column) const {
  for (uint32_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column) return i;
  }
  return std::nullopt;
}

// A transform may have copied a column, or given a name of its own to it; then nothing changes.
std::vector<RenamedColumn> RenamedColumns(const Schema& before, const Schema& after) {
  std::vector<RenamedColumn> out;
  std::vector<bool> taken(before.columns.size(), false);
  for (uint32_t i = 0; i < after.columns.size(); ++i) {
    const ColumnInfo& now = after.columns[i];
    if (now.renamed_from.empty() || before.Find(now.name)) continue;
    for (uint32_t j = 0; j < before.columns.size(); ++j) {
      const ColumnInfo& was = before.columns[j];
      if (taken[j] || was.renamed_from != now.renamed_from || after.Find(was.name)) continue;
      taken[j] = true;
      out.push_back({j, i});
      break;
    }
  }
  return out;
}

Status Schema::Check() const {
  const auto wrong = [&](std::string_view what) {
    return Status(Code::kSchemaMismatch, fmt::format("table {}: {}", path.ToString(), what));
  };
  if (columns.empty()) return wrong("it has no columns");
  std::set<std::string_view> names;
  for (const ColumnInfo& column : columns) {
    if (!names.insert(column.name).second) {
      return wrong(fmt::format("column {} is there twice", column.name));
    }
  }
  for (const uint32_t index : primary_key) {
    if (index >= columns.size()) return wrong("its primary key names a column that is not there");
  }
  return {};
}

void Encode(const Schema& schema, ByteWriter& out) {
  out.Str(schema.path.database).Str(schema.path.schema).Str(schema.path.table);
  out.U64(schema.columns.size());
  for (const ColumnInfo& column : schema.columns) {
    out.Str(column.name).U64(static_cast<uint64_t>(column.type.kind));
    out.I64(column.type.precision).I64(column.type.scale).Bool(column.nullable);
    out.I64(column.length.value_or(-1)).Str(column.comment).Str(column.source_type);
  }
  out.U64(schema.primary_key.size());
  for (const uint32_t index : schema.primary_key) out.U64(index);
  out.U64(schema.unique_keys.size());
  for (const auto& key : schema.unique_keys) {
    out.U64(key.size());
    for (const uint32_t index : key) out.U64(index);
  }
  out.Str(schema.comment).U64(schema.version);
}

Schema DecodeSchema(ByteReader& in) {
  Schema schema;
  schema.path = {in.Str(), in.Str(), in.Str()};
  for (uint64_t n = in.Count(); n > 0; --n) {
    ColumnInfo column;
    column.name = in.Str();
    column.type.kind = static_cast<TypeKind>(in.U64());
    column.type.precision = static_cast<int>(in.I64());
    column.type.scale = static_cast<int>(in.I64());
    column.nullable = in.Bool();
    if (const int64_t length = in.I64(); length >= 0) column.length = length;
    column.comment = in.Str();
    column.source_type = in.Str();
    schema.columns.push_back(std::move(column));
  }
  const auto read_key = [&] {
    std::vector<uint32_t> key;
    for (uint64_t n = in.Count(); n > 0; --n) key.push_back(static_cast<uint32_t>(in.U64()));
    return key;
  };
  schema.primary_key = read_key();
  for (uint64_t n = in.Count(); n > 0; --n) schema.unique_keys.push_back(read_key());
  schema.comment = in.Str();
  schema.version = in.U64();
  return schema;
}

}  // namespace sluice
