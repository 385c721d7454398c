// SPDX-License-Identifier: Apache-2.0
#include "mysql/changed_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "data/text.h"
#include "mysql/table_change.h"

namespace sluice::mysql {
namespace {

constexpr std::string_view kMidnight = " 00:00:00";
constexpr size_t kSridSize = 4;  // before a geometry's WKB

bool IsBytes(const ColumnDef& column) {
  return column.info.type.kind == TypeKind::kBytes || column.type == MysqlType::kBit;
}

bool IsDay(const ColumnDef& column) {
  return column.type == MysqlType::kDate || column.type == MysqlType::kDateTime;
}

bool IsExactNumber(const ColumnDef& column) {
  return column.type <= MysqlType::kBigInt || column.type == MysqlType::kDecimal;
}

template <typename T>
std::optional<T> Number(std::string_view text) {
  T value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

// TINYINT(1) and BIT(1), of which chunks keep less.
bool FitsBoolean(const ColumnDef& def, std::string_view text) {
  if (def.type == MysqlType::kBit) {
    text.remove_prefix(std::min(text.find_first_not_of('\0'), text.size()));
    return text.empty() || text == "\x01";
  }
  const auto value = Number<int64_t>(text);
  return value && *value >= (def.is_unsigned ? 0 : INT8_MIN) &&
         *value <= (def.is_unsigned ? UINT8_MAX : INT8_MAX);
}

bool FitsFloat(std::string_view text) {
  const auto value = Number<double>(text);
  return value && static_cast<double>(static_cast<float>(*value)) == *value;
}

bool FitsDecimal(const ColumnDef& def, std::string_view text) {
  if (def.type != MysqlType::kDecimal) return true;  // BIGINT UNSIGNED
  if (text.starts_with('-')) text.remove_prefix(1);
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
  return text.substr(0, text.find('.')).size() <= def.length - def.scale;
}

bool FitsFraction(const ColumnDef& def, std::string_view text) {
  const size_t point = text.find('.');
  if (point == std::string_view::npos) return true;
  const std::string_view rest = text.substr(std::min(text.size(), point + 1 + def.fsp));
  return rest.find_first_not_of('0') == std::string_view::npos;
}

size_t Characters(std::string_view utf8) {
  return static_cast<size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) >> 6U) != 2; }));
}

// "varchar(20)"
std::optional<size_t> CharactersMax(const ColumnDef& def) {
  const std::string& type = def.info.source_type;
  const size_t open = type.find('(');
  const size_t close = type.find(')', open);
  if (close == std::string::npos) return std::nullopt;
  return Number<size_t>(std::string_view(type).substr(open + 1, close - open - 1));
}

bool HasLabel(const ColumnDef& def, std::string_view label) {
  return std::ranges::find(def.labels, label) != def.labels.end();
}

bool HasLabels(const ColumnDef& def, std::string_view set) {
  while (!set.empty()) {
    const size_t end = std::min(set.find(','), set.size());
    if (!HasLabel(def, set.substr(0, end))) return false;
    set.remove_prefix(std::min(end + 1, set.size()));
  }
  return true;
}

bool FitsText(const ColumnDef& def, std::string_view text) {
  switch (def.type) {
    case MysqlType::kEnum:
      return text.empty() || HasLabel(def, text);  // empty: what is no label
    case MysqlType::kSet:
      return HasLabels(def, text);
    case MysqlType::kChar:
    case MysqlType::kVarchar: {
      const auto most = CharactersMax(def);
      return !most || Characters(text) <= *most;
    }
    default:
      return !def.info.length || text.size() <= static_cast<uint64_t>(*def.info.length);
  }
}

bool Fits(const ColumnDef& def, std::string_view text) {
  switch (def.info.type.kind) {
    case TypeKind::kBoolean:
      return FitsBoolean(def, text);
    case TypeKind::kFloat:
      return FitsFloat(text);
    case TypeKind::kDecimal:
      return FitsDecimal(def, text);
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
      return FitsFraction(def, text);
    case TypeKind::kString:
    case TypeKind::kBytes:
      return FitsText(def, text);
    default:
      return true;  // AppendText tells
  }
}

}  // namespace

bool Readable(const ColumnDef& def, const ColumnDef& now) {
  if (IsBytes(def) != IsBytes(now)) return false;
  if (IsDay(def) && IsDay(now)) return true;
  // What text a moment is depends on the zone of whoever asks.
  if ((def.type == MysqlType::kTimestamp) != (now.type == MysqlType::kTimestamp)) return false;
  return FitOf(def, now) != ValueFit::kRewritten;
}

bool Changed(const ColumnDef& def, const ColumnDef& now) {
  return def.info.source_type != now.info.source_type || def.charset != now.charset ||
         def.info.nullable != now.info.nullable;
}

bool Widened(const ColumnDef& def, const ColumnDef& now) {
  if (def.type == MysqlType::kDate && now.type == MysqlType::kDateTime) return true;
  const bool alike = def.info.type.kind == now.info.type.kind ||
                     (IsExactNumber(def) && IsExactNumber(now)) ||
                     (def.type == MysqlType::kFloat && now.type == MysqlType::kDouble);
  return alike && FitOf(def, now) == ValueFit::kSame;
}

bool AppendFitting(const ColumnDef& def, std::optional<std::string_view> text, Column& out) {
  if (!text) {
    if (def.info.nullable) out.AppendNull();
    return def.info.nullable;
  }
  if (!Fits(def, *text)) return false;
  if (def.type == MysqlType::kDate) {
    const size_t clock = text->find(' ');
    const bool midnight = text->substr(std::min(clock, text->size())).starts_with(kMidnight) &&
                          FitsFraction(def, *text);
    if (midnight) text = text->substr(0, clock);
  } else if (def.type == MysqlType::kDateTime && text->find(' ') == std::string_view::npos) {
    return AppendText(def, std::string(*text).append(kMidnight), out).ok();
  }
  return AppendText(def, text, out).ok();
}

ColumnDef ExactColumn(ColumnDef column) {
  const bool narrowed =
      column.type == MysqlType::kTinyInt && column.info.type.kind == TypeKind::kBoolean;
  if (narrowed) {
    column.info.type.kind = column.is_unsigned ? TypeKind::kSmallInt : TypeKind::kTinyInt;
  }
  column.info.nullable = true;
  column.zone = {};
  return column;
}

std::optional<std::string> AnswerText(const ColumnDef& column, const Column& values, uint32_t row) {
  if (values.is_null(row)) return std::nullopt;
  std::string text;
  switch (column.type) {
    case MysqlType::kTime:
      AppendTime(values.value<int64_t>(row), static_cast<int>(column.fsp), text);
      return text;
    case MysqlType::kDateTime:
    case MysqlType::kTimestamp:
      AppendTimestamp(values.value<int64_t>(row), static_cast<int>(column.fsp), text);
      return text;
    case MysqlType::kFloat:
      return fmt::format("{}", static_cast<double>(values.value<float>(row)));
    case MysqlType::kGeometry:
      return std::string(kSridSize, '\0').append(values.text(row));
    case MysqlType::kBit:
      if (values.type().kind != TypeKind::kBoolean) break;
      return std::string(1, static_cast<char>(values.value<uint8_t>(row)));
    default:
      break;
  }
  const TypeKind kind = values.type().kind;
  if (kind == TypeKind::kString || kind == TypeKind::kBytes) return std::string(values.text(row));
  return ValueText(values, row);
}

}  // namespace sluice::mysql
