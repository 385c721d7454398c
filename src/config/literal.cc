// SPDX-License-Identifier: Apache-2.0
#include "config/literal.h"

#include <fmt/format.h>

#include <charconv>

#include "config/option_spec.h"
#include "data/text.h"

namespace sluice {
namespace {

constexpr int64_t kMicrosPerSecond = 1000000;
constexpr int64_t kMicrosPerDay = 86400 * kMicrosPerSecond;

// Takes fixed forms of digits from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool Number(size_t digits, int& out) {
    if (text_.size() < digits) return false;
    const char* end = text_.data() + digits;
    const auto parsed = std::from_chars(text_.data(), end, out);
    if (parsed.ec != std::errc() || parsed.ptr != end || out < 0) return false;
    text_.remove_prefix(digits);
    return true;
  }
  bool Sign(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool AtEnd() const { return text_.empty(); }
  bool Date(int32_t& days) {
    int year = 0;
    int month = 0;
    int day = 0;
    if (!Number(4, year) || !Sign('-') || !Number(2, month) || !Sign('-') || !Number(2, day)) {
      return false;
    }
    if (month < 1 || month > 12 || day < 1) return false;
    days = DaysFromCivil(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
    return CivilFromDays(days).day == static_cast<unsigned>(day);
  }
  // HH:MM, HH:MM:SS or HH:MM:SS.ffffff.
  bool Time(int64_t& micros) {
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (!Number(2, hour) || !Sign(':') || !Number(2, minute)) return false;
    if (Sign(':') && !Number(2, second)) return false;
    if (hour > 23 || minute > 59 || second > 59) return false;
    micros = (int64_t{hour} * 3600 + minute * 60 + second) * kMicrosPerSecond;
    return !Sign('.') || Fraction(micros);
  }

 private:
  bool Fraction(int64_t& micros) {
    int64_t unit = kMicrosPerSecond;
    int digit = 0;
    while (!AtEnd()) {
      if (unit == 1 || !Number(1, digit)) return false;
      unit /= 10;
      micros += digit * unit;
    }
    return true;
  }

  std::string_view text_;
};

template <typename Int>
std::string AppendWhole(const Value& value, Column& out) {
  int64_t whole = 0;
  const Limits limits = Between(static_cast<double>(std::numeric_limits<Int>::min()),
                                static_cast<double>(std::numeric_limits<Int>::max()));
  std::string expected = ReadOption(value, limits, whole);
  if (expected.empty()) out.Append(static_cast<Int>(whole));
  return expected;
}

template <typename Real>
std::string AppendReal(const Value& value, Column& out) {
  double real = 0;
  std::string expected = ReadOption(value, {}, real);
  if (expected.empty()) out.Append(static_cast<Real>(real));
  return expected;
}

std::string AppendDecimalLiteral(const Value& value, Column& out) {
  Int128 unscaled = 0;
  const auto* number = value.as_number();
  const std::string text = number != nullptr ? number->text : value.ToText();
  const Type& type = out.type();
  if (!ParseDecimal(text, type.scale, unscaled)) {
    return fmt::format("a number with at most {} digits after the point", type.scale);
  }
  Int128 limit = 1;
  for (int i = 0; i < type.precision; ++i) limit *= 10;
  if (unscaled >= limit || unscaled <= -limit) {
    return fmt::format("a number of at most {} digits", type.precision);
  }
  out.Append(unscaled);
  return "";
}

std::string AppendDateLiteral(const std::string& text, int64_t now_micros, Column& out) {
  auto days = static_cast<int32_t>(now_micros / kMicrosPerDay);
  Scanner scanner(text);
  if (text != "CURRENT_DATE" && !(scanner.Date(days) && scanner.AtEnd())) {
    return "a date like 2024-02-29, or CURRENT_DATE";
  }
  out.Append(days);
  return "";
}

std::string AppendTimeLiteral(const std::string& text, int64_t now_micros, Column& out) {
  int64_t micros = now_micros % kMicrosPerDay;
  Scanner scanner(text);
  if (text != "CURRENT_TIME" && !(scanner.Time(micros) && scanner.AtEnd())) {
    return "a time like 23:59:59, or CURRENT_TIME";
  }
  out.Append(micros);
  return "";
}

std::string AppendTimestampLiteral(const std::string& text, int64_t now_micros, Column& out) {
  int64_t micros = now_micros;
  if (text != "CURRENT_TIMESTAMP") {
    int32_t days = 0;
    Scanner scanner(text);
    const bool dated = scanner.Date(days) && (scanner.Sign(' ') || scanner.Sign('T'));
    if (!dated || !scanner.Time(micros) || !scanner.AtEnd()) {
      return "a time like 2024-02-29 23:59:59, or CURRENT_TIMESTAMP";
    }
    micros += int64_t{days} * kMicrosPerDay;
  }
  out.Append(micros);
  return "";
}

}  // namespace

std::string AppendLiteral(const Value& value, int64_t now_micros, Column& out) {
  if (value.is_null()) {
    out.AppendNull();
    return "";
  }
  switch (out.type().kind) {
    case TypeKind::kBoolean: {
      bool flag = false;
      std::string expected = ReadOption(value, {}, flag);
      if (expected.empty()) out.Append(static_cast<uint8_t>(flag));
      return expected;
    }
    case TypeKind::kTinyInt:
      return AppendWhole<int8_t>(value, out);
    case TypeKind::kSmallInt:
      return AppendWhole<int16_t>(value, out);
    case TypeKind::kInt:
      return AppendWhole<int32_t>(value, out);
    case TypeKind::kBigInt:
      return AppendWhole<int64_t>(value, out);
    case TypeKind::kFloat:
      return AppendReal<float>(value, out);
    case TypeKind::kDouble:
      return AppendReal<double>(value, out);
    case TypeKind::kDecimal:
      return AppendDecimalLiteral(value, out);
    case TypeKind::kString:
    case TypeKind::kBytes:
      out.AppendText(value.ToText());
      return "";
    case TypeKind::kDate:
      return AppendDateLiteral(value.ToText(), now_micros, out);
    case TypeKind::kTime:
      return AppendTimeLiteral(value.ToText(), now_micros, out);
    case TypeKind::kTimestamp:
      return AppendTimestampLiteral(value.ToText(), now_micros, out);
  }
  return "a value of a known type";
}

}  // namespace sluice
