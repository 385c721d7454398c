// SPDX-License-Identifier: Apache-2.0
#include "starrocks/row_limits.h"

#include "starrocks/type_text.h"

namespace sluice::starrocks {
namespace {

void LimitText(const TargetColumn& column, TypeKind source, ColumnLimits& limits) {
  const int length = ReadType(column.full_type).numbers[0];
  if (length <= 0) return;
  const auto bytes = static_cast<size_t>(length);
  if (source == TypeKind::kString) limits.bytes = bytes;
  if (source == TypeKind::kBytes) limits.bytes = bytes / 4 * 3;  // written as base64
}

int BitsIn(const Type& source) {
  switch (source.kind) {
    case TypeKind::kTinyInt:
      return 8;
    case TypeKind::kSmallInt:
      return 16;
    case TypeKind::kInt:
      return 32;
    case TypeKind::kBigInt:
      return 64;
    default:
      return 128;
  }
}

void LimitWhole(std::string_view type, const Type& source, ColumnLimits& limits) {
  const int bits = BitsOf(type);  // LARGEINT has none: it holds whatever a source has
  if (bits == 0 || bits >= BitsIn(source)) return;
  limits.most = (Int128{1} << (bits - 1)) - 1;
  limits.least = -*limits.most - 1;
}

}  // namespace

ColumnLimits LimitsOf(const TargetColumn& column, const Type& source) {
  ColumnLimits limits{.nullable = column.nullable};
  const std::string& type = column.type;
  if (type == "varchar" || type == "char") LimitText(column, source.kind, limits);
  LimitWhole(type, source, limits);
  if (type.starts_with("decimal")) {
    const auto [precision, scale] = ReadType(column.full_type).numbers;
    if (scale >= 0) limits.whole_digits = precision - scale;
  }
  return limits;
}

RowLimits RowLimitsOf(const TargetFacts& facts, const Schema& schema, bool upserts) {
  RowLimits out(upserts);
  for (size_t i = 0; i < schema.columns.size(); ++i) {
    const ColumnInfo& column = schema.columns[i];
    const TargetColumn* target = FindColumn(facts, column.name);
    if (target != nullptr) out.Add(i, target->key, LimitsOf(*target, column.type));
  }
  return out;
}

}  // namespace sluice::starrocks
