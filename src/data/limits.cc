// SPDX-License-Identifier: Apache-2.0
#include "data/limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/text.h"

namespace sluice {
namespace {

size_t Characters(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<uint8_t>(c) & 0xc0U) != 0x80U; }));
}

std::string Spelled(Int128 value) {
  std::string out;
  AppendDecimal(value, 0, out);
  return out;
}

std::string WhyUnfitText(std::string_view text, const ColumnLimits& limits) {
  if (limits.bytes && text.size() > *limits.bytes) {
    return fmt::format("{} bytes, where the target takes {}", text.size(), *limits.bytes);
  }
  if (!limits.characters || text.size() <= *limits.characters) return "";
  const size_t characters = Characters(text);
  if (characters <= *limits.characters) return "";
  return fmt::format("{} characters, where the target takes {}", characters, *limits.characters);
}

std::string WhyUnfitWhole(Int128 value, const ColumnLimits& limits) {
  const bool low = limits.least && value < *limits.least;
  const bool high = limits.most && value > *limits.most;
  if (!low && !high) return "";
  return fmt::format("{}, where the target takes {} to {}", Spelled(value),
                     Spelled(limits.least.value_or(value)), Spelled(limits.most.value_or(value)));
}

// Of a column of whole numbers, which drops or rounds the digits behind the point.
std::string WhyUnfitWholePart(Int128 unscaled, int scale, const ColumnLimits& limits) {
  if (!limits.least && !limits.most) return "";
  for (int i = 0; i < scale; ++i) unscaled /= 10;
  return WhyUnfitWhole(unscaled, limits);
}

std::string WhyUnfitFloating(double value, const ColumnLimits& limits) {
  if (!limits.finite || std::isfinite(value)) return "";
  return std::isnan(value) ? "NaN, which the target does not take"
                           : "an infinite number, which the target does not take";
}

std::string WhyUnfitDecimal(Int128 unscaled, int scale, int whole_digits) {
  Int128 bound = 1;
  for (int i = 0; i < whole_digits + scale && i < 38; ++i) bound *= 10;
  if (whole_digits + scale >= 38 || (unscaled < bound && unscaled > -bound)) return "";
  std::string value;
  AppendDecimal(unscaled, scale, value);
  return fmt::format("{}, where the target takes {} digits before the point", value, whole_digits);
}

}  // namespace

int BitsOf(std::string_view type) {
  if (type == "tinyint") return 8;
  if (type == "smallint") return 16;
  if (type == "mediumint") return 24;
  if (type == "int" || type == "integer") return 32;
  return type == "bigint" ? 64 : 0;
}

std::string WhyUnfit(const Column& column, uint32_t row, const ColumnLimits& limits) {
  if (column.is_null(row)) return limits.nullable ? "" : "null, which the target does not take";
  switch (column.type().kind) {
    case TypeKind::kString:
      if (limits.no_nul && column.text(row).contains('\0')) {
        return "a NUL character, which the target does not take";
      }
      return WhyUnfitText(column.text(row), limits);
    case TypeKind::kFloat:
      return WhyUnfitFloating(column.value<float>(row), limits);
    case TypeKind::kDouble:
      return WhyUnfitFloating(column.value<double>(row), limits);
    case TypeKind::kBytes:
      return WhyUnfitText(column.text(row), limits);
    case TypeKind::kTinyInt:
      return WhyUnfitWhole(column.value<int8_t>(row), limits);
    case TypeKind::kSmallInt:
      return WhyUnfitWhole(column.value<int16_t>(row), limits);
    case TypeKind::kInt:
      return WhyUnfitWhole(column.value<int32_t>(row), limits);
    case TypeKind::kBigInt:
      return WhyUnfitWhole(column.value<int64_t>(row), limits);
    case TypeKind::kDecimal:
      if (!limits.whole_digits) {
        return WhyUnfitWholePart(column.value<Int128>(row), column.type().scale, limits);
      }
      return WhyUnfitDecimal(column.value<Int128>(row), column.type().scale, *limits.whole_digits);
    default:
      return "";
  }
}

}  // namespace sluice
