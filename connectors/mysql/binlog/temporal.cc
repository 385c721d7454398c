// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/temporal.h"

#include <cstddef>

#include "data/text.h"

namespace sluice::mysql {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

unsigned DaysOfMonth(unsigned year, unsigned month) {
  if (month == 2) {
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return leap ? 29 : 28;
  }
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// The fraction bytes hold two digits each; six digits come out.
int64_t FractionMicros(uint64_t bits, unsigned fsp) {
  constexpr int64_t kScale[] = {0, 10'000, 100, 1};
  return static_cast<int64_t>(bits) * kScale[FractionBytes(fsp)];
}

struct Clock {
  unsigned hour;
  unsigned minute;
  unsigned second;
  int64_t micros;

  bool valid() const {
    return hour < 24 && minute < 60 && second < 60 && micros >= 0 && micros < kMicrosPerSecond;
  }
  int64_t total() const {
    return (int64_t{hour} * 3600 + int64_t{minute} * 60 + int64_t{second}) * kMicrosPerSecond +
           micros;
  }
};

DateOutcome Combine(unsigned year, unsigned month, unsigned day, const Clock& clock,
                    int64_t& micros) {
  int32_t days = 0;
  const DateOutcome outcome = DateFrom(year, month, day, days);
  if (outcome != DateOutcome::kOk) return outcome;
  if (!clock.valid()) return DateOutcome::kInvalid;
  micros = int64_t{days} * kMicrosPerDay + clock.total();
  return DateOutcome::kOk;
}

int64_t ToLocal(int64_t utc_micros, const ZoneOffset& zone) {
  if (!zone) return utc_micros;
  const int64_t second =
      utc_micros / kMicrosPerSecond - (utc_micros % kMicrosPerSecond < 0 ? 1 : 0);
  return utc_micros + int64_t{zone(second)} * kMicrosPerSecond;
}

// Reads text from the front; `ok` falls at the first surprise.
struct Text {
  std::string_view rest;
  bool ok = true;

  bool Skip(char c) {
    const bool there = !rest.empty() && rest.front() == c;
    if (there) rest.remove_prefix(1);
    return there;
  }
  void Expect(char c) { ok = Skip(c) && ok; }
  unsigned Digits(size_t least, size_t most) {
    unsigned value = 0;
    size_t n = 0;
    while (n < most && n < rest.size() && rest[n] >= '0' && rest[n] <= '9') {
      value = value * 10 + static_cast<unsigned>(rest[n] - '0');
      ++n;
    }
    ok = ok && n >= least;
    rest.remove_prefix(n);
    return value;
  }
  // ".123" as micros; nothing is 0.
  int64_t Fraction() {
    if (!Skip('.')) return 0;
    const size_t before = rest.size();
    auto value = static_cast<int64_t>(Digits(1, 6));
    for (size_t n = before - rest.size(); n < 6; ++n) value *= 10;
    return value;
  }
  Clock ReadClock(size_t hour_digits) {
    Clock out{};
    out.hour = Digits(2, hour_digits);
    Expect(':');
    out.minute = Digits(2, 2);
    Expect(':');
    out.second = Digits(2, 2);
    out.micros = Fraction();
    return out;
  }
};

struct DateText {
  unsigned year;
  unsigned month;
  unsigned day;
};
DateText ReadDate(Text& in) {
  DateText out{};
  out.year = in.Digits(4, 4);
  in.Expect('-');
  out.month = in.Digits(2, 2);
  in.Expect('-');
  out.day = in.Digits(2, 2);
  return out;
}

}  // namespace

DateOutcome DateFrom(unsigned year, unsigned month, unsigned day, int32_t& days) {
  if (month == 0 || day == 0) return DateOutcome::kZero;
  if (year > 9999 || month > 12 || day > DaysOfMonth(year, month)) return DateOutcome::kInvalid;
  days = DaysFromCivil(static_cast<int>(year), month, day);
  return DateOutcome::kOk;
}

DateOutcome DateFromLog(uint32_t bits, int32_t& days) {
  return DateFrom(bits >> 9U, bits >> 5U & 0xfU, bits & 0x1fU, days);
}

DateOutcome DateTime2FromLog(uint64_t bits, unsigned fsp, int64_t& micros) {
  const unsigned fraction_bits = FractionBytes(fsp) * 8;
  const uint64_t fraction = bits & ((uint64_t{1} << fraction_bits) - 1);
  const uint64_t packed = (bits >> fraction_bits) - 0x8000000000U;
  const auto year_month = static_cast<unsigned>(packed >> 22U & 0x1ffffU);
  const Clock clock{static_cast<unsigned>(packed >> 12U & 0x1fU),
                    static_cast<unsigned>(packed >> 6U & 0x3fU),
                    static_cast<unsigned>(packed & 0x3fU), FractionMicros(fraction, fsp)};
  return Combine(year_month / 13, year_month % 13, static_cast<unsigned>(packed >> 17U & 0x1fU),
                 clock, micros);
}

DateOutcome DateTimeFromLog(uint64_t bits, int64_t& micros) {
  const uint64_t date = bits / 1'000'000;
  const auto time = static_cast<unsigned>(bits % 1'000'000);
  if (date > 9999'99'99U) return DateOutcome::kInvalid;
  const Clock clock{time / 10'000, time / 100 % 100, time % 100, 0};
  return Combine(static_cast<unsigned>(date / 10'000), static_cast<unsigned>(date / 100 % 100),
                 static_cast<unsigned>(date % 100), clock, micros);
}

DateOutcome Timestamp2FromLog(uint64_t bits, unsigned fsp, const ZoneOffset& zone,
                              int64_t& micros) {
  const unsigned fraction_bits = FractionBytes(fsp) * 8;
  const uint64_t fraction = bits & ((uint64_t{1} << fraction_bits) - 1);
  const auto seconds = static_cast<int64_t>(bits >> fraction_bits);
  if (bits == 0) return DateOutcome::kZero;
  const int64_t part = FractionMicros(fraction, fsp);
  if (part >= kMicrosPerSecond) return DateOutcome::kInvalid;
  micros = ToLocal(seconds * kMicrosPerSecond + part, zone);
  return DateOutcome::kOk;
}

int64_t Time2FromLog(uint64_t bits, unsigned fsp) {
  const unsigned fraction_bits = FractionBytes(fsp) * 8;
  // All bytes together are one signed number, biased to be positive: sign and magnitude fall out.
  const auto packed = static_cast<int64_t>(bits) - (int64_t{0x800000} << fraction_bits);
  const auto magnitude = static_cast<uint64_t>(packed < 0 ? -packed : packed);
  const uint64_t clock = magnitude >> fraction_bits;
  const uint64_t fraction = magnitude & ((uint64_t{1} << fraction_bits) - 1);
  const auto seconds = static_cast<int64_t>((clock >> 12U & 0x3ffU) * 3600 +
                                            (clock >> 6U & 0x3fU) * 60 + (clock & 0x3fU));
  const int64_t micros = seconds * kMicrosPerSecond + FractionMicros(fraction, fsp);
  return packed < 0 ? -micros : micros;
}

int64_t TimeFromLog(uint32_t bits) {
  const int64_t packed = (bits & 0x800000U) != 0 ? int64_t{bits} - 0x1000000 : int64_t{bits};
  const int64_t digits = packed < 0 ? -packed : packed;
  const int64_t seconds = digits / 10'000 * 3600 + digits / 100 % 100 * 60 + digits % 100;
  return (packed < 0 ? -seconds : seconds) * kMicrosPerSecond;
}

DateOutcome ParseDate(std::string_view text, int32_t& days) {
  Text in{text};
  const DateText date = ReadDate(in);
  if (!in.ok || !in.rest.empty()) return DateOutcome::kInvalid;
  return DateFrom(date.year, date.month, date.day, days);
}

DateOutcome ParseDateTime(std::string_view text, int64_t& micros) {
  Text in{text};
  const DateText date = ReadDate(in);
  in.Expect(' ');
  const Clock clock = in.ReadClock(2);
  if (!in.ok || !in.rest.empty()) return DateOutcome::kInvalid;
  return Combine(date.year, date.month, date.day, clock, micros);
}

DateOutcome ParseTimestamp(std::string_view text, const ZoneOffset& zone, int64_t& micros) {
  const DateOutcome outcome = ParseDateTime(text, micros);
  if (outcome == DateOutcome::kOk) micros = ToLocal(micros, zone);
  return outcome;
}

bool ParseTime(std::string_view text, int64_t& micros) {
  Text in{text};
  const bool negative = in.Skip('-');
  const Clock clock = in.ReadClock(3);
  if (!in.ok || !in.rest.empty() || clock.minute > 59 || clock.second > 59) return false;
  micros = negative ? -clock.total() : clock.total();
  return true;
}

}  // namespace sluice::mysql
