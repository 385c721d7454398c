// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/decimal.h"

#include <array>

namespace sluice::mysql {
namespace {

constexpr unsigned kGroup = 9;                                             // digits in four bytes
constexpr std::array<uint8_t, 10> kBytesOf{0, 1, 1, 2, 2, 3, 3, 4, 4, 4};  // of 0..9 digits
constexpr unsigned kDigitsMax = 38;

constexpr std::array<Int128, kDigitsMax + 1> PowersOfTen() {
  std::array<Int128, kDigitsMax + 1> out{};
  out[0] = 1;
  for (size_t i = 1; i < out.size(); ++i) out[i] = out[i - 1] * 10;
  return out;
}
constexpr auto kPower = PowersOfTen();

// Hands out the groups of digits, most significant first, the sign and the flipping undone.
class Groups {
 public:
  Groups(std::string_view bytes, unsigned precision, unsigned scale)
      : at_(bytes.data()),
        integer_(precision - scale),
        fraction_(scale),
        negative_((static_cast<unsigned char>(bytes.front()) & 0x80U) == 0) {}

  bool negative() const { return negative_; }
  // fn(digits, value, is_fraction) for each group; false from fn stops.
  template <typename Fn>
  bool Each(Fn fn) {
    const unsigned head = integer_ % kGroup;
    if (head > 0 && !fn(head, Read(head), false)) return false;
    for (unsigned i = 0; i < integer_ / kGroup; ++i) {
      if (!fn(kGroup, Read(kGroup), false)) return false;
    }
    for (unsigned i = 0; i < fraction_ / kGroup; ++i) {
      if (!fn(kGroup, Read(kGroup), true)) return false;
    }
    const unsigned tail = fraction_ % kGroup;
    return tail == 0 || fn(tail, Read(tail), true);
  }

 private:
  uint32_t Read(unsigned digits) {
    uint32_t value = 0;
    for (unsigned i = 0; i < kBytesOf[digits]; ++i) {
      auto byte = static_cast<unsigned char>(*at_++);
      if (first_) byte ^= 0x80U;
      first_ = false;
      if (negative_) byte = static_cast<unsigned char>(~byte);
      value = value << 8U | byte;
    }
    return value;
  }

  const char* at_;
  unsigned integer_;
  unsigned fraction_;
  bool negative_;
  bool first_ = true;
};

void AppendDigits(uint32_t value, unsigned digits, std::string& out) {
  char text[kGroup];
  for (unsigned i = digits; i > 0; --i) {
    text[i - 1] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.append(text, digits);
}

}  // namespace

size_t PackedDecimalSize(unsigned precision, unsigned scale) {
  if (precision == 0 || precision > 65 || scale > kDigitsMax || scale > precision) return 0;
  const unsigned integer = precision - scale;
  return size_t{integer / kGroup} * 4 + kBytesOf[integer % kGroup] + size_t{scale / kGroup} * 4 +
         kBytesOf[scale % kGroup];
}

bool UnpackDecimal(std::string_view bytes, unsigned precision, unsigned scale,
                   unsigned target_scale, Int128& out) {
  Int128 value = 0;
  const bool always_fits = precision - scale + target_scale <= kDigitsMax;
  unsigned places = 0;  // fraction digits taken so far
  Groups groups(bytes, precision, scale);
  const bool fits = groups.Each([&](unsigned digits, uint32_t group, bool is_fraction) {
    if (group >= kPower[digits]) return false;  // damaged: four bytes hold more than nine digits
    if (is_fraction) {
      const unsigned room = target_scale - places;
      if (digits > room) {
        const auto cut = static_cast<uint32_t>(kPower[digits - room]);
        if (group % cut != 0) return false;
        group /= cut;
        digits = room;
      }
      places += digits;
    }
    if (!always_fits && value > (kPower[kDigitsMax] - 1 - group) / kPower[digits]) return false;
    value = value * kPower[digits] + group;
    return true;
  });
  if (!fits) return false;
  const Int128 factor = kPower[target_scale - places];
  if (!always_fits && value > (kPower[kDigitsMax] - 1) / factor) return false;
  value *= factor;
  out = groups.negative() ? -value : value;
  return true;
}

void AppendPackedDecimal(std::string_view bytes, unsigned precision, unsigned scale,
                         std::string& out) {
  Groups groups(bytes, precision, scale);
  const size_t begin = out.size();
  bool in_fraction = false;
  groups.Each([&](unsigned digits, uint32_t group, bool is_fraction) {
    if (is_fraction && !in_fraction) {
      if (out.size() == begin) out += '0';
      out += '.';
      in_fraction = true;
    }
    AppendDigits(group, digits, out);
    return true;
  });
  size_t zeros = begin;
  while (zeros + 1 < out.size() && out[zeros] == '0' && out[zeros + 1] != '.') ++zeros;
  out.erase(begin, zeros - begin);
  if (groups.negative()) out.insert(begin, 1, '-');
}

}  // namespace sluice::mysql
