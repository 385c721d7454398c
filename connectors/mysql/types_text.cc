// SPDX-License-Identifier: Apache-2.0
// Values of SELECT answers in the text protocol.
#include <fmt/format.h>

#include <charconv>

#include "data/text.h"
#include "mysql/types.h"

namespace sluice::mysql {
namespace {

constexpr size_t kGeometrySridSize = 4;  // before the WKB

template <typename T, typename Stored = T>
bool AppendNumber(std::string_view text, Column& out) {
  T value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return false;
  out.Append(static_cast<Stored>(value));
  return true;
}

// A date that is none: null, or the epoch where null is not allowed. False: not a date at all.
template <typename T>
bool AppendDateOutcome(DateOutcome outcome, T value, bool nullable, Column& out) {
  if (outcome == DateOutcome::kInvalid) return false;
  if (outcome == DateOutcome::kOk) {
    out.Append(value);
  } else if (nullable) {
    out.AppendNull();
  } else {
    out.Append(T{0});
  }
  return true;
}

bool AppendBoolean(const ColumnDef& column, std::string_view text, Column& out) {
  if (column.type == MysqlType::kBit) {
    out.Append<uint8_t>(text.find_first_not_of('\0') == std::string_view::npos ? 0 : 1);
    return true;
  }
  int value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc()) return false;
  out.Append<uint8_t>(value == 0 ? 0 : 1);
  return true;
}

bool AppendDecimalText(const ColumnDef& column, std::string_view text, Column& out) {
  Int128 value = 0;
  if (!ParseDecimal(text, column.info.type.scale, value)) return false;
  out.Append(value);
  return true;
}

bool AppendTimestampText(const ColumnDef& column, std::string_view text, Column& out) {
  int64_t micros = 0;
  const DateOutcome outcome = column.type == MysqlType::kTimestamp
                                  ? ParseTimestamp(text, column.zone, micros)
                                  : ParseDateTime(text, micros);
  return AppendDateOutcome(outcome, micros, column.info.nullable, out);
}

bool AppendValue(const ColumnDef& column, std::string_view text, Column& out) {
  switch (column.info.type.kind) {
    case TypeKind::kBoolean:
      return AppendBoolean(column, text, out);
    case TypeKind::kTinyInt:
      return AppendNumber<int8_t>(text, out);
    case TypeKind::kSmallInt:
      return AppendNumber<int16_t>(text, out);
    case TypeKind::kInt:
      return AppendNumber<int32_t>(text, out);
    case TypeKind::kBigInt:
      return AppendNumber<int64_t>(text, out);
    case TypeKind::kFloat:
      return AppendNumber<double, float>(text, out);
    case TypeKind::kDouble:
      return AppendNumber<double>(text, out);
    case TypeKind::kDecimal:
      return AppendDecimalText(column, text, out);
    case TypeKind::kDate: {
      int32_t days = 0;
      const DateOutcome outcome = ParseDate(text, days);
      return AppendDateOutcome(outcome, days, column.info.nullable, out);
    }
    case TypeKind::kTime: {
      int64_t micros = 0;
      if (!ParseTime(text, micros)) return false;
      out.Append(micros);
      return true;
    }
    case TypeKind::kTimestamp:
      return AppendTimestampText(column, text, out);
    case TypeKind::kString:
      out.AppendText(text);
      return true;
    case TypeKind::kBytes:
      if (column.type == MysqlType::kGeometry) {
        if (text.size() < kGeometrySridSize) return false;
        text.remove_prefix(kGeometrySridSize);
      }
      out.AppendText(text);
      return true;
  }
  return false;
}

}  // namespace

Status AppendText(const ColumnDef& column, std::optional<std::string_view> text, Column& out) {
  if (!text) {
    out.AppendNull();
    return {};
  }
  if (AppendValue(column, *text, out)) return {};
  return {Code::kSchemaMismatch,
          fmt::format("column {}: the value '{}' does not fit {}", column.info.name,
                      text->substr(0, 100), column.info.type.ToString())};
}

}  // namespace sluice::mysql
