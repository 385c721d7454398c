// SPDX-License-Identifier: Apache-2.0
// Source: https://dev.mysql.com/doc/refman/8.0/en/date-and-time-literals.html and
// https://dev.mysql.com/doc/refman/8.0/en/time.html
#include "mysql/ddl/initial_value.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/text.h"
#include "mysql/time_zone.h"

namespace sluice::mysql {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool AllDigits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, IsDigit);
}

// Reads a literal from the front; `ok` falls at the first surprise.
struct Literal {
  std::string_view rest;
  bool ok = true;

  bool Skip(char c) {
    const bool there = rest.starts_with(c);
    if (there) rest.remove_prefix(1);
    return there;
  }
  size_t DigitsAhead() const {
    return static_cast<size_t>(std::ranges::find_if_not(rest, IsDigit) - rest.begin());
  }
  unsigned Digits(size_t count) {
    unsigned value = 0;
    for (const char c : rest.substr(0, count)) value = value * 10 + static_cast<unsigned>(c - '0');
    rest.remove_prefix(std::min(count, rest.size()));
    return value;
  }
  unsigned Number(size_t most) {
    const size_t count = DigitsAhead();
    ok = ok && count > 0 && count <= most;
    return ok ? Digits(count) : 0;
  }
  // One of these between the parts of a date.
  void Punctuation() { ok = ok && (Skip('-') || Skip('/') || Skip('.') || Skip(':')); }
  // What is left, as ".123" of at most `most` digits; the server rounds to these.
  std::string Fraction(size_t most) {
    if (rest.empty()) return "";
    ok = ok && Skip('.') && (rest.empty() || AllDigits(rest));
    std::string digits(rest.substr(0, rest.find_last_not_of('0') + 1));
    ok = ok && digits.size() <= most;
    return digits.empty() ? "" : "." + digits;
  }
};

struct Moment {
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;

  bool midnight() const { return hour == 0 && minute == 0 && second == 0; }
};

unsigned FullYear(unsigned two_digits) {
  return two_digits + (two_digits < 70 ? 2000 : 1900);
}

// 20240229, 240229, and either with 235959 behind it.
Moment ReadDigits(Literal& in) {
  Moment out;
  const size_t count = in.DigitsAhead();
  if (count != 6 && count != 8 && count != 12 && count != 14) {
    in.ok = false;
    return out;
  }
  const bool full = count == 8 || count == 14;
  out.year = full ? in.Digits(4) : FullYear(in.Digits(2));
  out.month = in.Digits(2);
  out.day = in.Digits(2);
  if (count < 12) {
    in.ok = in.rest.empty();
    return out;
  }
  out.hour = in.Digits(2);
  out.minute = in.Digits(2);
  out.second = in.Digits(2);
  return out;
}

Moment ReadParts(Literal& in) {
  Moment out;
  const size_t year_digits = in.DigitsAhead();
  in.ok = year_digits == 2 || year_digits == 4;
  const unsigned year = in.Number(4);
  out.year = year_digits == 2 ? FullYear(year) : year;
  in.Punctuation();
  out.month = in.Number(2);
  in.Punctuation();
  out.day = in.Number(2);
  if (in.rest.empty()) return out;
  in.ok = in.ok && (in.Skip('T') || in.Skip(' '));
  out.hour = in.Number(2);
  if (in.Skip(':')) out.minute = in.Number(2);
  if (in.Skip(':')) out.second = in.Number(2);
  return out;
}

// "2024-02-29 23:59:59.5"
std::optional<std::string> DateTimeText(std::string_view text, uint64_t fsp, bool is_date) {
  if (text == "0") return is_date ? "0000-00-00" : "0000-00-00 00:00:00";
  Literal in{text};
  const size_t digits = in.DigitsAhead();
  const bool plain = digits == text.size() || (digits > 4 && text[digits] == '.');
  const Moment moment = plain ? ReadDigits(in) : ReadParts(in);
  const std::string fraction = in.ok ? in.Fraction(is_date ? 0 : fsp) : "";
  const bool no_month = moment.month == 0 && moment.year != 0;
  if (!in.ok || no_month) return std::nullopt;
  std::string date = fmt::format("{:04}-{:02}-{:02}", moment.year, moment.month, moment.day);
  if (is_date) return moment.midnight() ? std::optional(date) : std::nullopt;
  return fmt::format("{} {:02}:{:02}:{:02}{}", date, moment.hour, moment.minute, moment.second,
                     fraction);
}

// "-838:59:59.5": a number of HHMMSS, or parts, which may begin with days.
std::optional<std::string> TimeText(std::string_view text, uint64_t fsp) {
  Literal in{text};
  const bool negative = in.Skip('-');
  unsigned days = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  const size_t count = in.DigitsAhead();
  const char next = count < in.rest.size() ? in.rest[count] : '\0';
  if (next == '\0' || next == '.') {
    const unsigned number = in.Number(7);
    hour = number / 10'000;
    minute = number / 100 % 100;
    second = number % 100;
  } else {
    if (next == ' ') {
      days = in.Number(2);
      in.Skip(' ');
    }
    hour = in.Number(3);
    if (in.Skip(':')) minute = in.Number(2);
    if (in.Skip(':')) second = in.Number(2);
  }
  const std::string fraction = in.ok ? in.Fraction(fsp) : "";
  hour += days * 24;
  if (!in.ok || hour > 838 || minute > 59 || second > 59) return std::nullopt;
  return fmt::format("{}{:02}:{:02}:{:02}{}", negative ? "-" : "", hour, minute, second, fraction);
}

std::optional<ZoneOffset> ZoneOf(const StatementSession& session) {
  const std::string& name = session.time_zone;
  if (name.empty() || SameWord(name, "SYSTEM")) return session.server_zone;
  auto zone = FindTimeZone(name);
  return zone ? std::optional(std::move(*zone)) : std::nullopt;
}

// None: local time that is never or twice, as clocks are changed.
std::optional<int64_t> ToUtc(int64_t local, const ZoneOffset& zone) {
  if (!zone) return local;
  constexpr int64_t kDay = 86'400;
  const int64_t before = local - zone(local - kDay);
  const int64_t behind = local - zone(local + kDay);
  const bool fits_before = before + zone(before) == local;
  const bool fits_behind = behind + zone(behind) == local;
  if (before == behind) return fits_before ? std::optional(before) : std::nullopt;
  if (fits_before == fits_behind) return std::nullopt;
  return fits_before ? before : behind;
}

std::optional<std::string> TimestampText(const std::string& text, uint64_t fsp,
                                         const StatementSession& session) {
  int64_t micros = 0;
  const DateOutcome outcome = ParseDateTime(text, micros);
  if (outcome == DateOutcome::kZero) return text;
  const auto zone = ZoneOf(session);
  if (outcome != DateOutcome::kOk || !zone) return std::nullopt;
  constexpr int64_t kSecond = 1'000'000;
  const int64_t part = (micros % kSecond + kSecond) % kSecond;
  const auto utc = ToUtc((micros - part) / kSecond, *zone);
  if (!utc) return std::nullopt;
  std::string out;
  AppendTimestamp(*utc * kSecond + part, static_cast<int>(fsp), out);
  return out;
}

// "12.00" too.
std::optional<std::string> IntegerText(std::string_view text) {
  const size_t point = std::min(text.find('.'), text.size());
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  if (fraction.find_first_not_of('0') != std::string_view::npos) return std::nullopt;
  text = text.substr(0, point);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (!AllDigits(text)) return std::nullopt;
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size() - 1));
  return (negative ? "-" : "") + std::string(text);
}

// A year of one or two digits is of this century or the one before; 0 is 0000.
std::optional<std::string> YearText(std::string_view text) {
  auto year = IntegerText(text);
  if (year && year->size() <= 2 && *year != "0") {
    return std::to_string(FullYear(static_cast<unsigned>(std::stoul(*year))));
  }
  return year;
}

std::string WithoutBlanks(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

// The place of the one that is meant: the same, or the same but for the case of letters.
std::optional<size_t> LabelAt(const std::vector<std::string>& labels, std::string_view text) {
  const std::string wanted = WithoutBlanks(std::string(text));
  for (size_t i = 0; i < labels.size(); ++i) {
    if (WithoutBlanks(labels[i]) == wanted) return i;
  }
  for (size_t i = 0; i < labels.size(); ++i) {
    if (SameWord(WithoutBlanks(labels[i]), wanted)) return i;
  }
  return std::nullopt;
}

std::optional<std::string> SetText(const std::vector<std::string>& labels, std::string_view text) {
  std::vector<bool> chosen(labels.size());
  while (!text.empty()) {
    const size_t end = std::min(text.find(','), text.size());
    const auto at = LabelAt(labels, text.substr(0, end));
    if (!at) return std::nullopt;
    chosen[*at] = true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::string out;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (chosen[i]) out += (out.empty() ? "" : ",") + WithoutBlanks(labels[i]);
  }
  return out;
}

// Addresses and UUIDs are shown in one way, whatever way they were written in.
std::optional<std::string> UuidText(const std::string& text) {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  const std::string lower = Lower(text);
  const bool shaped = std::ranges::equal(lower, kShape, [](char c, char shape) {
    return shape == '-' ? c == '-' : IsDigit(c) || (c >= 'a' && c <= 'f');
  });
  return shaped ? std::optional(lower) : std::nullopt;
}

}  // namespace

std::optional<std::string> InitialText(const ColumnSpec& spec, const ColumnFacts& facts,
                                       const StatementSession& session) {
  const std::string& text = *spec.initial;
  const std::string& type = facts.data_type;
  const uint64_t fsp = facts.datetime_precision.value_or(0);
  if (type.ends_with("int")) return IntegerText(text);
  if (type == "year") return YearText(text);
  if (type == "date") return DateTimeText(text, 0, true);
  if (type == "datetime") return DateTimeText(text, fsp, false);
  if (type == "timestamp") {
    const auto local = DateTimeText(text, fsp, false);
    return local ? TimestampText(*local, fsp, session) : std::nullopt;
  }
  if (type == "time") return TimeText(text, fsp);
  if (type == "enum") {
    const auto at = LabelAt(spec.labels, text);
    return at ? std::optional(WithoutBlanks(spec.labels[*at])) : std::nullopt;
  }
  if (type == "set") return SetText(spec.labels, text);
  if (type == "uuid") return UuidText(text);
  if (type == "inet4" || type == "inet6") return std::nullopt;
  if (type == "char") return WithoutBlanks(text);
  if (type == "bit") {
    const size_t bytes = (facts.precision.value_or(1) + 7) / 8;
    return (std::string(bytes, '\0') + text).substr(text.size());
  }
  std::string filled = text;
  if (type == "binary") filled.resize(std::max<size_t>(text.size(), *facts.octet_length));
  return filled;
}

}  // namespace sluice::mysql
