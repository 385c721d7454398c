// SPDX-License-Identifier: Apache-2.0
#include "format/time_pattern.h"

#include <cctype>

#include "data/text.h"

namespace sluice {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr unsigned kFractionDigitsMax = 9;
constexpr unsigned kFractionDigitsHeld = 6;

bool IsWidth(char letter, unsigned width) {
  if (letter == 'y') return width == 4;
  if (letter == 'S') return width <= kFractionDigitsMax;
  return std::string_view("MdHms").find(letter) != std::string_view::npos && width == 2;
}

void AppendPadded(unsigned value, unsigned width, std::string& out) {
  const size_t begin = out.size();
  out.resize(begin + width, '0');
  for (size_t at = out.size(); at > begin && value != 0; value /= 10) {
    out[--at] = static_cast<char>('0' + value % 10);
  }
}

void AppendFraction(int64_t micros, unsigned width, std::string& out) {
  const size_t begin = out.size();
  AppendPadded(static_cast<unsigned>(micros % kMicrosPerSecond), kFractionDigitsHeld, out);
  out.resize(begin + width, '0');
}

bool ReadDigits(std::string_view text, unsigned& value) {
  value = 0;
  for (const char c : text) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0) return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return true;
}

// The values of a pattern's letters.
struct Parts {
  unsigned year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  unsigned micros = 0;

  bool Set(char letter, std::string_view digits) {
    if (letter == 'S') {
      std::string held(digits.substr(0, kFractionDigitsHeld));
      held.resize(kFractionDigitsHeld, '0');
      unsigned dropped = 0;
      return ReadDigits(held, micros) && ReadDigits(digits, dropped);
    }
    unsigned* const part = letter == 'y'   ? &year
                           : letter == 'M' ? &month
                           : letter == 'd' ? &day
                           : letter == 'H' ? &hour
                           : letter == 'm' ? &minute
                                           : &second;
    return ReadDigits(digits, *part);
  }
};

}  // namespace

std::optional<TimePattern> TimePattern::Parse(std::string_view pattern) {
  TimePattern out;
  out.text_ = pattern;
  const auto literal = [&](std::string_view text) {
    if (out.pieces_.empty() || out.pieces_.back().letter != 0) out.pieces_.emplace_back();
    out.pieces_.back().literal += text;
  };
  for (size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c == '\'') {
      const size_t end = pattern.find('\'', at + 1);
      if (end == std::string_view::npos) return std::nullopt;
      literal(end == at + 1 ? "'" : pattern.substr(at + 1, end - at - 1));
      at = end + 1;
    } else if (std::isalpha(static_cast<unsigned char>(c)) != 0 && c != 'T') {
      size_t end = at;
      while (end < pattern.size() && pattern[end] == c) ++end;
      const auto width = static_cast<unsigned>(end - at);
      if (!IsWidth(c, width)) return std::nullopt;
      out.pieces_.push_back({c, width, ""});
      at = end;
    } else {
      literal(pattern.substr(at++, 1));
    }
  }
  if (out.pieces_.empty()) return std::nullopt;
  return out;
}

void TimePattern::Append(int32_t days, int64_t micros, std::string& out) const {
  const Civil date = CivilFromDays(days);
  const auto seconds = static_cast<unsigned>(micros / kMicrosPerSecond);
  for (const Piece& piece : pieces_) {
    switch (piece.letter) {
      case 0:
        out += piece.literal;
        break;
      case 'y':
        AppendPadded(static_cast<unsigned>(date.year), piece.width, out);
        break;
      case 'M':
        AppendPadded(date.month, piece.width, out);
        break;
      case 'd':
        AppendPadded(date.day, piece.width, out);
        break;
      case 'H':
        AppendPadded(seconds / 3600, piece.width, out);
        break;
      case 'm':
        AppendPadded(seconds / 60 % 60, piece.width, out);
        break;
      case 's':
        AppendPadded(seconds % 60, piece.width, out);
        break;
      default:
        AppendFraction(micros, piece.width, out);
        break;
    }
  }
}

bool TimePattern::Read(std::string_view text, int32_t& days, int64_t& micros) const {
  Parts parts;
  for (const Piece& piece : pieces_) {
    const size_t width = piece.letter == 0 ? piece.literal.size() : piece.width;
    if (text.size() < width) return false;
    const std::string_view here = text.substr(0, width);
    if (piece.letter == 0 ? here != piece.literal : !parts.Set(piece.letter, here)) return false;
    text.remove_prefix(width);
  }
  if (!text.empty() || parts.month < 1 || parts.month > 12 || parts.day < 1) return false;
  days = DaysFromCivil(static_cast<int>(parts.year), parts.month, parts.day);
  if (CivilFromDays(days).day != parts.day) return false;
  if (parts.hour > 23 || parts.minute > 59 || parts.second > 59) return false;
  micros = (int64_t{parts.hour} * 3600 + parts.minute * 60 + parts.second) * kMicrosPerSecond +
           parts.micros;
  return true;
}

}  // namespace sluice
