// SPDX-License-Identifier: Apache-2.0
#include "format/json_moments.h"

#include <cctype>

#include "data/text.h"

namespace sluice {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

// Takes parts from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // At least `least` digits and at most `most`.
  bool Number(size_t least, size_t most, unsigned& value) {
    size_t count = 0;
    value = 0;
    while (count < most && count < text_.size() &&
           std::isdigit(static_cast<unsigned char>(text_[count])) != 0) {
      value = value * 10 + static_cast<unsigned>(text_[count++] - '0');
    }
    text_.remove_prefix(count);
    return count >= least;
  }
  bool Sign(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool AtEnd() const { return text_.empty(); }

  bool Date(int32_t& days) {
    unsigned year = 0;
    unsigned month = 0;
    unsigned day = 0;
    if (!Number(4, 4, year) || AtEnd()) return false;
    const char mark = text_.front();
    const bool marked = mark == '-' || mark == '/' || mark == '.';
    if (marked) text_.remove_prefix(1);
    if (!Number(2, 2, month) || (marked && !Sign(mark)) || !Number(2, 2, day)) return false;
    if (month < 1 || month > 12 || day < 1) return false;
    days = DaysFromCivil(static_cast<int>(year), month, day);
    return CivilFromDays(days).day == day;
  }

  // With colons, or, when `bare`, without.
  bool Time(bool bare, unsigned hours_digits, int64_t& micros) {
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    if (!Number(2, hours_digits, hour)) return false;
    if ((!bare && !Sign(':')) || !Number(2, 2, minute)) return false;
    if ((bare || Sign(':')) && !Number(2, 2, second)) return false;
    if (minute > 59 || second > 59) return false;
    micros = (int64_t{hour} * 3600 + minute * 60 + second) * kMicrosPerSecond;
    return !Sign('.') || Fraction(micros);
  }

 private:
  bool Fraction(int64_t& micros) {
    int64_t unit = kMicrosPerSecond;
    unsigned digit = 0;
    while (Number(1, 1, digit)) {
      unit /= 10;
      micros += digit * unit;
    }
    return unit != kMicrosPerSecond;
  }

  std::string_view text_;
};

}  // namespace

bool ReadAnyDate(std::string_view text, int32_t& days) {
  Scanner in(text);
  return in.Date(days) && in.AtEnd();
}

bool ReadAnyTime(std::string_view text, int64_t& micros) {
  Scanner in(text);
  const bool negative = in.Sign('-');
  if (!in.Time(false, 3, micros) || !in.AtEnd()) return false;
  if (negative) micros = -micros;
  return true;
}

bool ReadAnyTimestamp(std::string_view text, int64_t& micros) {
  Scanner in(text);
  int32_t days = 0;
  if (!in.Date(days)) return false;
  micros = 0;
  if (!in.AtEnd()) {
    const bool apart = in.Sign(' ') || in.Sign('T');
    if (!in.Time(!apart, 2, micros) || micros >= kMicrosPerDay) return false;
    in.Sign('Z');  // a mark of UTC; the time is kept as it is written
  }
  micros += int64_t{days} * kMicrosPerDay;
  return in.AtEnd();
}

}  // namespace sluice
