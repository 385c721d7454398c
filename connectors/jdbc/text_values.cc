// SPDX-License-Identifier: Apache-2.0
#include "jdbc/text_values.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "data/text.h"

namespace sluice::jdbc {
namespace {

constexpr size_t kGeometrySridSize = 4;
constexpr int kPrecisionMax = 38;
constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

template <typename T, typename Stored = T>
bool AppendNumber(std::string_view text, Column& out) {
  T value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return false;
  out.Append(static_cast<Stored>(value));
  return true;
}

// Takes digits, and `end` behind them when it is not 0, off `text`.
bool TakeDigits(std::string_view& text, char end, int64_t& out) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), out);
  const auto size = static_cast<size_t>(parsed.ptr - text.data());
  if (parsed.ec != std::errc() || out < 0 || size == 0) return false;
  text.remove_prefix(size);
  if (end == 0) return true;
  if (text.empty() || text.front() != end) return false;
  text.remove_prefix(1);
  return true;
}

enum class Day : uint8_t { kOk, kZero, kWrong };

Day TakeDay(std::string_view& text, int32_t& days) {
  int64_t year = 0;
  int64_t month = 0;
  int64_t day = 0;
  if (!TakeDigits(text, '-', year) || !TakeDigits(text, '-', month) || !TakeDigits(text, 0, day)) {
    return Day::kWrong;
  }
  if (month == 0 || day == 0) return Day::kZero;
  if (year > 9999 || month > 12 || day > 31) return Day::kWrong;
  days = DaysFromCivil(static_cast<int>(year), static_cast<unsigned>(month),
                       static_cast<unsigned>(day));
  return Day::kOk;
}

// ".123456" in front of `text`, when there is one.
bool TakeFraction(std::string_view& text, int64_t& micros) {
  micros = 0;
  if (!text.starts_with('.')) return true;
  text.remove_prefix(1);
  int64_t unit = kMicrosPerSecond;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    unit /= 10;
    micros += unit * (text.front() - '0');
    text.remove_prefix(1);
  }
  return true;
}

bool TakeClock(std::string_view& text, int64_t& micros) {
  int64_t hours = 0;
  int64_t minutes = 0;
  int64_t seconds = 0;
  int64_t fraction = 0;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (!TakeDigits(text, ':', hours) || !TakeDigits(text, ':', minutes) ||
      !TakeDigits(text, 0, seconds) || !TakeFraction(text, fraction)) {
    return false;
  }
  micros = ((hours * 60 + minutes) * 60 + seconds) * kMicrosPerSecond + fraction;
  if (negative) micros = -micros;
  return true;
}

// "+02", "-03:30": the session's zone, in which the digits before it are.
bool IsOffset(std::string_view text) {
  if (text.empty()) return true;
  const bool is_signed = text.front() == '+' || text.front() == '-';
  return is_signed && text.find_first_not_of("0123456789:", 1) == std::string_view::npos;
}

template <typename T>
bool AppendDay(const ColumnReader& reader, Day outcome, T value, Column& out) {
  if (outcome == Day::kZero && reader.zero_is_null) {
    out.AppendNull();
    return true;
  }
  if (outcome != Day::kOk) return false;
  out.Append(value);
  return true;
}

bool AppendDateText(const ColumnReader& reader, std::string_view text, Column& out) {
  int32_t days = 0;
  const Day outcome = TakeDay(text, days);
  return text.empty() && AppendDay(reader, outcome, days, out);
}

bool AppendTimestampText(const ColumnReader& reader, std::string_view text, Column& out) {
  int32_t days = 0;
  int64_t micros = 0;
  const Day outcome = TakeDay(text, days);
  if (outcome == Day::kWrong || !text.starts_with(' ')) return false;
  text.remove_prefix(1);
  if (!TakeClock(text, micros) || !IsOffset(text)) return false;
  return AppendDay(reader, outcome, days * kMicrosPerDay + micros, out);
}

bool AppendTimeText(std::string_view text, Column& out) {
  int64_t micros = 0;
  if (!TakeClock(text, micros) || !IsOffset(text)) return false;
  out.Append(micros);
  return true;
}

bool AppendBoolean(const ColumnReader& reader, std::string_view text, Column& out) {
  bool value = false;
  if (reader.form == ColumnReader::Form::kBits) {
    value = text.find_first_not_of('\0') != std::string_view::npos;
  } else if (text == "t" || text == "f") {
    value = text == "t";
  } else {
    int number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return false;
    value = number != 0;
  }
  out.Append<uint8_t>(value ? 1 : 0);
  return true;
}

constexpr auto kPowersOfTen = [] {
  std::array<Int128, kPrecisionMax + 1> powers{1};
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

bool AppendDecimalText(const Type& type, std::string_view text, Column& out) {
  Int128 value = 0;
  if (!ParseDecimal(text, type.scale, value)) return false;
  const bool bounded = type.precision > 0 && type.precision < kPrecisionMax;
  const Int128 limit = kPowersOfTen[static_cast<size_t>(bounded ? type.precision : kPrecisionMax)];
  if (value >= limit || value <= -limit) return false;
  out.Append(value);
  return true;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool AppendBytes(const ColumnReader& reader, std::string_view text, Column& out) {
  if (reader.form == ColumnReader::Form::kGeometry) {
    if (text.size() < kGeometrySridSize) return false;
    text.remove_prefix(kGeometrySridSize);
  }
  if (reader.form != ColumnReader::Form::kHexBytes) {
    out.AppendText(text);
    return true;
  }
  if (!text.starts_with("\\x") || text.size() % 2 != 0) return false;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (size_t i = 2; i < text.size(); i += 2) {
    const int high = HexDigit(text[i]);
    const int low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) return false;
    bytes += static_cast<char>(high * 16 + low);
  }
  out.AppendText(bytes);
  return true;
}

// The servers' words for what has no digits: "Infinity", "-Infinity", "NaN".
template <typename T>
bool AppendFloating(const ColumnReader& reader, std::string_view text, Column& out) {
  if (reader.form == ColumnReader::Form::kAsDouble) return AppendNumber<double, T>(text, out);
  return AppendNumber<T>(text, out);
}

bool AppendValue(const ColumnReader& reader, std::string_view text, Column& out) {
  switch (reader.info.type.kind) {
    case TypeKind::kBoolean:
      return AppendBoolean(reader, text, out);
    case TypeKind::kTinyInt:
      return AppendNumber<int8_t>(text, out);
    case TypeKind::kSmallInt:
      return AppendNumber<int16_t>(text, out);
    case TypeKind::kInt:
      return AppendNumber<int32_t>(text, out);
    case TypeKind::kBigInt:
      return AppendNumber<int64_t>(text, out);
    case TypeKind::kFloat:
      return AppendFloating<float>(reader, text, out);
    case TypeKind::kDouble:
      return AppendFloating<double>(reader, text, out);
    case TypeKind::kDecimal:
      return AppendDecimalText(reader.info.type, text, out);
    case TypeKind::kDate:
      return AppendDateText(reader, text, out);
    case TypeKind::kTime:
      return AppendTimeText(text, out);
    case TypeKind::kTimestamp:
      return AppendTimestampText(reader, text, out);
    case TypeKind::kString:
      out.AppendText(text);
      return true;
    case TypeKind::kBytes:
      return AppendBytes(reader, text, out);
  }
  return false;
}

}  // namespace

Status AppendText(const ColumnReader& reader, std::optional<std::string_view> text, Column& out) {
  if (!text) {
    out.AppendNull();
    return {};
  }
  if (AppendValue(reader, *text, out)) return {};
  return {Code::kSchemaMismatch,
          fmt::format("column {}: the value '{}' does not fit {}", reader.info.name,
                      text->substr(0, 100), reader.info.type.ToString())};
}

}  // namespace sluice::jdbc
