// SPDX-License-Identifier: Apache-2.0
// The types of columns: SeaTunnel's internal types. How each kind is stored is told in
// data/column.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

enum class TypeKind : uint8_t {
  kBoolean,
  kTinyInt,
  kSmallInt,
  kInt,
  kBigInt,
  kFloat,
  kDouble,
  kDecimal,
  kString,
  kBytes,
  kDate,
  kTime,
  kTimestamp,
};

// A value type. `precision` and `scale` are set for kDecimal (1..38, 0..precision); `scale` of
// kTime and kTimestamp is the number of fraction digits shown (0..6). Values are always held in
// microseconds.
struct Type {
  TypeKind kind = TypeKind::kString;
  int precision = 0;
  int scale = 0;

  friend bool operator==(const Type&, const Type&) = default;
  // SeaTunnel's spelling: "INT", "DECIMAL(10, 2)", "TIMESTAMP".
  std::string ToString() const;
};

inline Type Of(TypeKind kind) {
  return {kind, 0, 0};
}
inline Type Decimal(int precision, int scale) {
  return {TypeKind::kDecimal, precision, scale};
}

std::string_view TypeKindName(TypeKind kind);

}  // namespace sluice
