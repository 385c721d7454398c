// SPDX-License-Identifier: Apache-2.0
#include "mysql/range_key.h"

#include <algorithm>

namespace sluice::mysql {
namespace {

bool IsInteger(const ColumnDef& column) {
  switch (column.type) {
    case MysqlType::kTinyInt:
    case MysqlType::kSmallInt:
    case MysqlType::kMediumInt:
    case MysqlType::kInt:
    case MysqlType::kBigInt:
      return column.info.type.kind != TypeKind::kBoolean;  // which would make 1 and 2 the same
    default:
      return false;
  }
}

std::optional<std::vector<uint32_t>> Indexes(const TableDef& def,
                                             const std::vector<std::string>& names) {
  std::vector<uint32_t> out;
  for (const std::string& name : names) {
    const auto index = def.schema->Find(name);
    if (!index) return std::nullopt;
    out.push_back(*index);
  }
  return out;
}

}  // namespace

TableKey KeyOf(const TableFacts& facts, const TableDef& def) {
  TableKey key;
  key.columns = Indexes(def, facts.primary_key).value_or(std::vector<uint32_t>{});
  for (const auto& unique : facts.UniqueKeys()) {
    if (!key.columns.empty()) break;
    const auto columns = Indexes(def, unique);
    const bool usable = columns && std::ranges::none_of(*columns, [&](uint32_t i) {
                          return def.columns[i].info.nullable;
                        });
    if (usable) key.columns = *columns;
  }
  if (!key.columns.empty() && IsInteger(def.columns[key.columns.front()])) {
    key.range = key.columns.front();
  }
  return key;
}

Int128 RangeValue(const Column& column, uint32_t row) {
  switch (column.type().kind) {
    case TypeKind::kTinyInt:
      return column.value<int8_t>(row);
    case TypeKind::kSmallInt:
      return column.value<int16_t>(row);
    case TypeKind::kInt:
      return column.value<int32_t>(row);
    case TypeKind::kBigInt:
      return column.value<int64_t>(row);
    default:
      CHECK(column.type().kind == TypeKind::kDecimal);
      return column.value<Int128>(row);
  }
}

void AppendIdentity(const Column& column, uint32_t row, std::string& out) {
  const size_t width = FixedWidth(column.type().kind);
  if (column.is_null(row)) {
    out += '\0';
  } else if (width > 0) {
    out += '\1';
    out.append(column.data(), row * width, width);
  } else {
    const std::string_view text = column.text(row);
    const auto size = static_cast<uint32_t>(text.size());
    out += '\2';
    out.append(reinterpret_cast<const char*>(&size), sizeof(size));
    out.append(text);
  }
}

}  // namespace sluice::mysql
