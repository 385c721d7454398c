// SPDX-License-Identifier: Apache-2.0
#include "data/type.h"

#include <fmt/format.h>

namespace sluice {

std::string_view TypeKindName(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBoolean:
      return "BOOLEAN";
    case TypeKind::kTinyInt:
      return "TINYINT";
    case TypeKind::kSmallInt:
      return "SMALLINT";
    case TypeKind::kInt:
      return "INT";
    case TypeKind::kBigInt:
      return "BIGINT";
    case TypeKind::kFloat:
      return "FLOAT";
    case TypeKind::kDouble:
      return "DOUBLE";
    case TypeKind::kDecimal:
      return "DECIMAL";
    case TypeKind::kString:
      return "STRING";
    case TypeKind::kBytes:
      return "BYTES";
    case TypeKind::kDate:
      return "DATE";
    case TypeKind::kTime:
      return "TIME";
    case TypeKind::kTimestamp:
      return "TIMESTAMP";
  }
  return "UNKNOWN";
}

std::string Type::ToString() const {
  if (kind == TypeKind::kDecimal) return fmt::format("DECIMAL({}, {})", precision, scale);
  return std::string(TypeKindName(kind));
}

}  // namespace sluice
