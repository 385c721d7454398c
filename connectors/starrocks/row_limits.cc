// SPDX-License-Identifier: Apache-2.0
#include "starrocks/row_limits.h"

#include <algorithm>

#include "base/ascii.h"
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

void LimitWhole(std::string_view type, ColumnLimits& limits) {
  int bits = 0;
  if (type == "tinyint") bits = 8;
  if (type == "smallint") bits = 16;
  if (type == "int") bits = 32;
  if (bits == 0) return;
  limits.most = (Int128{1} << (bits - 1)) - 1;
  limits.least = -*limits.most - 1;
}

}  // namespace

ColumnLimits LimitsOf(const TargetColumn& column, const Type& source) {
  ColumnLimits limits{.nullable = column.nullable};
  const std::string& type = column.type;
  if (type == "varchar" || type == "char") LimitText(column, source.kind, limits);
  LimitWhole(type, limits);
  if (type.starts_with("decimal")) {
    const auto [precision, scale] = ReadType(column.full_type).numbers;
    if (scale >= 0) limits.whole_digits = precision - scale;
  }
  return limits;
}

RowLimits::RowLimits(const TargetFacts& facts, const Schema& schema, bool upserts)
    : upserts_(upserts) {
  for (size_t i = 0; i < schema.columns.size(); ++i) {
    const ColumnInfo& column = schema.columns[i];
    const auto target = std::ranges::find_if(facts.columns, [&](const TargetColumn& there) {
      return SameWord(there.name, column.name);
    });
    if (target == facts.columns.end()) continue;
    const ColumnLimits limits = LimitsOf(*target, column.type);
    if (limits.any()) columns_.push_back({i, target->key, limits});
  }
}

std::vector<RefusedRow> RowLimits::Refused(const Chunk& chunk) const {
  std::vector<RefusedRow> refused;
  for (uint32_t row = 0; row < chunk.rows(); ++row) {
    const RowKind kind = chunk.kind(row);
    const bool goes = kind == RowKind::kDelete || kind == RowKind::kUpdateBefore;
    for (const Limited& limited : columns_) {
      if (goes && upserts_ && !limited.key) continue;
      std::string why = WhyUnfit(chunk.column(limited.column), row, limited.limits);
      if (why.empty()) continue;
      refused.push_back({row, chunk.schema()->columns[limited.column].name, std::move(why)});
      break;
    }
  }
  return refused;
}

std::vector<ColumnLimits> RowLimits::ByColumn(const Schema& schema) const {
  std::vector<ColumnLimits> out(schema.columns.size());
  for (const Limited& limited : columns_) out[limited.column] = limited.limits;
  return out;
}

}  // namespace sluice::starrocks
