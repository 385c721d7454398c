// SPDX-License-Identifier: Apache-2.0
#include "format/text_values.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "data/text.h"

namespace sluice {
namespace {

constexpr int64_t kMicrosPerDay = int64_t{86'400} * 1'000'000;
constexpr int kExponentMax = 100;

template <typename T>
void AppendInteger(T value, std::string& out) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value);
  out.append(digits, static_cast<size_t>(end.ptr - digits));
}

template <typename T>
void AppendReal(T value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value < 0 ? "-Infinity" : "Infinity";
  } else if constexpr (sizeof(T) == sizeof(float)) {
    AppendFloat(value, out);
  } else {
    AppendDouble(value, out);
  }
}

void AppendMoment(int64_t micros, const TimePattern& pattern, std::string& out) {
  int64_t days = micros / kMicrosPerDay;
  int64_t rest = micros % kMicrosPerDay;
  if (rest < 0) {
    rest += kMicrosPerDay;
    --days;
  }
  pattern.Append(static_cast<int32_t>(days), rest, out);
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

template <typename T>
bool ReadNumber(std::string_view text, T& value) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  return parsed.ec == std::errc() && parsed.ptr == end && !text.empty();
}

template <typename Int>
std::string ReadInteger(std::string_view text, Column& out) {
  Int value = 0;
  if (!ReadNumber(text, value)) {
    return fmt::format("a whole number from {} to {}", std::numeric_limits<Int>::min(),
                       std::numeric_limits<Int>::max());
  }
  out.Append(value);
  return "";
}

template <typename Real>
std::string ReadReal(std::string_view text, Column& out) {
  Real value = 0;
  if (!ReadNumber(text, value)) return "a number";
  out.Append(value);
  return "";
}

// "1.5e3" as "1500": the point is moved, no digit is lost. Empty when it is no such number.
std::string WithoutExponent(std::string_view text, size_t mark) {
  int exponent = 0;
  if (!ReadNumber(text.substr(mark + 1), exponent)) return "";
  if (exponent < -kExponentMax || exponent > kExponentMax) return "";
  std::string digits(text.substr(0, mark));
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.erase(0, 1);
  size_t point = digits.find('.');
  if (point == std::string::npos) {
    point = digits.size();
  } else {
    digits.erase(point, 1);
  }
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return "";
  const int moved = static_cast<int>(point) + exponent;
  if (moved <= 0) {
    digits.insert(0, static_cast<size_t>(1 - moved), '0');
    point = 1;
  } else {
    point = static_cast<size_t>(moved);
    if (digits.size() < point) digits.resize(point, '0');
  }
  digits.insert(point, 1, '.');
  return fmt::format("{}{}", negative ? "-" : "", digits);
}

std::string ReadDecimal(std::string_view text, Column& out) {
  const Type& type = out.type();
  std::string plain;
  if (const size_t mark = text.find_first_of("eE"); mark != std::string_view::npos) {
    plain = WithoutExponent(text, mark);
    text = plain;
  }
  Int128 unscaled = 0;
  Int128 limit = 1;
  for (int i = 0; i < type.precision; ++i) limit *= 10;
  if (!ParseDecimal(text, type.scale, unscaled) || unscaled >= limit || unscaled <= -limit) {
    return fmt::format("a number of at most {} digits, {} of them after the point", type.precision,
                       type.scale);
  }
  out.Append(unscaled);
  return "";
}

std::string ReadBoolean(std::string_view text, Column& out) {
  const auto is = [&](std::string_view word) {
    if (text.size() != word.size()) return false;
    for (size_t i = 0; i < word.size(); ++i) {
      if ((static_cast<unsigned char>(text[i]) | 0x20U) != static_cast<unsigned char>(word[i])) {
        return false;
      }
    }
    return true;
  };
  if (!is("true") && !is("false")) return "true or false";
  out.Append<uint8_t>(is("true") ? 1 : 0);
  return "";
}

std::string ReadMoment(std::string_view text, const TextStyle& style, Column& out) {
  const TypeKind kind = out.type().kind;
  const TimePattern& pattern = kind == TypeKind::kDate   ? style.date
                               : kind == TypeKind::kTime ? style.time
                                                         : style.datetime;
  int32_t days = 0;
  int64_t micros = 0;
  if (!pattern.Read(text, days, micros)) return "the form " + pattern.text();
  if (kind == TypeKind::kDate) {
    out.Append(days);
  } else if (kind == TypeKind::kTime) {
    out.Append(micros);
  } else {
    out.Append(int64_t{days} * kMicrosPerDay + micros);
  }
  return "";
}

}  // namespace

void AppendValueText(const Column& column, uint32_t row, const TextStyle& style, std::string& out) {
  switch (column.type().kind) {
    case TypeKind::kBoolean:
      out += column.value<uint8_t>(row) != 0 ? "true" : "false";
      return;
    case TypeKind::kTinyInt:
      return AppendInteger(int{column.value<int8_t>(row)}, out);
    case TypeKind::kSmallInt:
      return AppendInteger(column.value<int16_t>(row), out);
    case TypeKind::kInt:
      return AppendInteger(column.value<int32_t>(row), out);
    case TypeKind::kBigInt:
      return AppendInteger(column.value<int64_t>(row), out);
    case TypeKind::kFloat:
      return AppendReal(column.value<float>(row), out);
    case TypeKind::kDouble:
      return AppendReal(column.value<double>(row), out);
    case TypeKind::kDecimal:
      return AppendDecimal(column.value<Int128>(row), column.type().scale, out);
    case TypeKind::kString:
    case TypeKind::kBytes:
      out += column.text(row);
      return;
    case TypeKind::kDate:
      return style.date.Append(column.value<int32_t>(row), 0, out);
    case TypeKind::kTime: {
      const auto micros = column.value<int64_t>(row);
      if (micros < 0 || micros >= kMicrosPerDay) {
        return AppendTime(micros, column.type().scale, out);
      }
      return style.time.Append(0, micros, out);
    }
    case TypeKind::kTimestamp:
      return AppendMoment(column.value<int64_t>(row), style.datetime, out);
  }
}

std::string ReadValueText(std::string_view text, const TextStyle& style, Column& out) {
  const TypeKind kind = out.type().kind;
  if (kind == TypeKind::kString || kind == TypeKind::kBytes) {
    out.AppendText(text);
    return "";
  }
  text = Trimmed(text);
  switch (kind) {
    case TypeKind::kBoolean:
      return ReadBoolean(text, out);
    case TypeKind::kTinyInt:
      return ReadInteger<int8_t>(text, out);
    case TypeKind::kSmallInt:
      return ReadInteger<int16_t>(text, out);
    case TypeKind::kInt:
      return ReadInteger<int32_t>(text, out);
    case TypeKind::kBigInt:
      return ReadInteger<int64_t>(text, out);
    case TypeKind::kFloat:
      return ReadReal<float>(text, out);
    case TypeKind::kDouble:
      return ReadReal<double>(text, out);
    case TypeKind::kDecimal:
      return ReadDecimal(text, out);
    default:
      return ReadMoment(text, style, out);
  }
}

bool IsBlank(std::string_view text) {
  return Trimmed(text).empty();
}

std::string Excerpt(std::string_view text) {
  constexpr size_t kExcerptMax = 60;
  std::string out(text.substr(0, kExcerptMax));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return text.size() > kExcerptMax ? out + "..." : out;
}

}  // namespace sluice
