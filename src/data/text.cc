// SPDX-License-Identifier: Apache-2.0
#include "data/text.h"

#include <fmt/format.h>

#include <iterator>

#include "data/chunk.h"

namespace sluice {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

// Writes `value` in `width` digits, zeros in front; returns the place behind.
char* PutPadded(unsigned value, unsigned width, char* at) {
  for (unsigned i = width; i > 0; --i) {
    at[i - 1] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return at + width;
}

char* PutTwo(unsigned value, char* at) {
  at[0] = static_cast<char>('0' + value / 10);
  at[1] = static_cast<char>('0' + value % 10);
  return at + 2;
}

constexpr size_t kDateSize = 10;
char* PutDate(int32_t days, char* at) {
  const Civil date = CivilFromDays(days);
  at = PutPadded(static_cast<unsigned>(date.year), 4, at);
  *at++ = '-';
  at = PutTwo(date.month, at);
  *at++ = '-';
  return PutTwo(date.day, at);
}

constexpr size_t kTimeSizeMax = 17;  // "-838:59:59.000000"
char* PutTime(int64_t micros, int scale, char* at) {
  if (micros < 0) {
    *at++ = '-';
    micros = -micros;
  }
  const auto seconds = static_cast<unsigned>(micros / kMicrosPerSecond);
  const unsigned hours = seconds / 3600;
  at = hours > 99 ? PutPadded(hours, 3, at) : PutTwo(hours, at);
  *at++ = ':';
  at = PutTwo(seconds / 60 % 60, at);
  *at++ = ':';
  at = PutTwo(seconds % 60, at);
  if (scale <= 0) return at;
  *at++ = '.';
  auto fraction = static_cast<unsigned>(micros % kMicrosPerSecond);
  for (int i = scale; i < 6; ++i) fraction /= 10;
  return PutPadded(fraction, static_cast<unsigned>(scale), at);
}

void AppendFrom(const char* begin, const char* end, std::string& out) {
  out.append(begin, static_cast<size_t>(end - begin));
}

}  // namespace

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": the calendar as years that begin
// in March.
int32_t DaysFromCivil(int year, unsigned month, unsigned day) {
  const int y = month <= 2 ? year - 1 : year;
  const int era = (y >= 0 ? y : y - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(y - era * 400);
  const unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<int>(day_of_era) - 719468;
}

Civil CivilFromDays(int32_t days) {
  const int z = days + 719468;
  const int era = (z >= 0 ? z : z - 146096) / 146097;
  const auto doe = static_cast<unsigned>(z - era * 146097);
  const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const unsigned mp = (5 * doy + 2) / 153;
  const unsigned month = mp < 10 ? mp + 3 : mp - 9;
  const int year = static_cast<int>(yoe) + era * 400 + (month <= 2 ? 1 : 0);
  return {year, month, doy - (153 * mp + 2) / 5 + 1};
}

void AppendDate(int32_t days, std::string& out) {
  char text[kDateSize];
  AppendFrom(text, PutDate(days, text), out);
}

void AppendTime(int64_t micros, int scale, std::string& out) {
  char text[kTimeSizeMax];
  AppendFrom(text, PutTime(micros, scale, text), out);
}

void AppendTimestamp(int64_t micros, int scale, std::string& out) {
  int64_t days = micros / kMicrosPerDay;
  int64_t rest = micros % kMicrosPerDay;
  if (rest < 0) {
    rest += kMicrosPerDay;
    --days;
  }
  char text[kDateSize + 1 + kTimeSizeMax];
  char* at = PutDate(static_cast<int32_t>(days), text);
  *at++ = ' ';
  AppendFrom(text, PutTime(rest, scale, at), out);
}

void AppendDecimal(Int128 unscaled, int scale, std::string& out) {
  char text[48];  // 38 digits, or as many zeros; sign and point
  char* const end = text + sizeof(text);
  char* at = end;
  const bool negative = unscaled < 0;
  UInt128 rest = negative ? -static_cast<UInt128>(unscaled) : static_cast<UInt128>(unscaled);
  int places = 0;
  const auto put = [&](auto& value) {  // one digit more, from the right
    if (places == scale && places != 0) *--at = '.';
    *--at = static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
    ++places;
  };
  while (rest > UINT64_MAX) put(rest);
  auto low = static_cast<uint64_t>(rest);  // dividing 128 bits costs ten times as much
  while (low != 0 || places <= scale) put(low);
  if (negative) *--at = '-';
  AppendFrom(at, end, out);
}

void AppendDouble(double value, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{}", value);
}

void AppendFloat(float value, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{}", value);
}

bool ParseDecimal(std::string_view text, int scale, Int128& out) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || text == ".") return false;
  Int128 value = 0;
  int fraction = -1;
  int digits = 0;
  for (const char c : text) {
    if (c == '.' && fraction < 0) {
      fraction = 0;
      continue;
    }
    if (c < '0' || c > '9') return false;
    if (fraction >= 0 && ++fraction > scale) {
      if (c != '0') return false;
      fraction = scale;
      continue;
    }
    if (value != 0 || c != '0') ++digits;
    if (digits > 38) return false;
    value = value * 10 + (c - '0');
  }
  for (int i = fraction < 0 ? 0 : fraction; i < scale; ++i) {
    if (value != 0 && ++digits > 38) return false;
    value *= 10;
  }
  out = negative ? -value : value;
  return true;
}

std::string ValueText(const Column& column, uint32_t row) {
  if (column.is_null(row)) return "null";
  std::string out;
  switch (column.type().kind) {
    case TypeKind::kBoolean:
      return column.value<uint8_t>(row) != 0 ? "true" : "false";
    case TypeKind::kTinyInt:
      return std::to_string(column.value<int8_t>(row));
    case TypeKind::kSmallInt:
      return std::to_string(column.value<int16_t>(row));
    case TypeKind::kInt:
      return std::to_string(column.value<int32_t>(row));
    case TypeKind::kBigInt:
      return std::to_string(column.value<int64_t>(row));
    case TypeKind::kFloat:
      AppendFloat(column.value<float>(row), out);
      break;
    case TypeKind::kDouble:
      AppendDouble(column.value<double>(row), out);
      break;
    case TypeKind::kDecimal:
      AppendDecimal(column.value<Int128>(row), column.type().scale, out);
      break;
    case TypeKind::kString:
      return std::string(column.text(row));
    case TypeKind::kBytes:
      for (const char c : column.text(row)) {
        fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(c));
      }
      break;
    case TypeKind::kDate:
      AppendDate(column.value<int32_t>(row), out);
      break;
    case TypeKind::kTime:
      AppendTime(column.value<int64_t>(row), column.type().scale, out);
      break;
    case TypeKind::kTimestamp:
      AppendTimestamp(column.value<int64_t>(row), column.type().scale, out);
      break;
  }
  return out;
}

}  // namespace sluice
