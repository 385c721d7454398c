// SPDX-License-Identifier: Apache-2.0
// Cursor: a bounds-checked reader over the bytes of a binary-log event.
//
// It never reads past the end. After the first failure every read returns zero or nothing and ok()
// stays false, so that a decoder checks once, at the end of a unit of work. Holds a view: the bytes
// must outlive it. One thread.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/status.h"

namespace sluice::mysql {

static_assert(std::endian::native == std::endian::little, "values are loaded as they are stored");

class Cursor {
 public:
  explicit Cursor(std::string_view bytes)
      : begin_(bytes.data()), at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const { return ok_; }
  bool empty() const { return at_ == end_; }
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  // Bytes consumed so far.
  size_t offset() const { return static_cast<size_t>(at_ - begin_); }

  uint8_t U8() { return static_cast<uint8_t>(Le<1>()); }
  uint16_t U16() { return static_cast<uint16_t>(Le<2>()); }
  uint32_t U24() { return static_cast<uint32_t>(Le<3>()); }
  uint32_t U32() { return static_cast<uint32_t>(Le<4>()); }
  uint64_t U48() { return Le<6>(); }
  uint64_t U64() { return Le<8>(); }

  // N bytes, least significant first.
  template <size_t N>
  uint64_t Le() {
    static_assert(N >= 1 && N <= 8);
    if (left() < N) return Fail();
    uint64_t value = 0;
    std::memcpy(&value, at_, N);
    at_ += N;
    return value;
  }
  // `size` bytes (at most 8), least or most significant first.
  uint64_t UintLe(size_t size);
  uint64_t UintBe(size_t size);

  // MySQL's length-encoded integer: one byte below 251, else 0xfc, 0xfd, 0xfe and 2, 3, 8 bytes.
  uint64_t LenEnc();
  // The next `size` bytes, as a view into the input.
  std::string_view Take(uint64_t size) {
    if (size > left()) {
      Fail();
      return {};
    }
    const std::string_view out(at_, static_cast<size_t>(size));
    at_ += size;
    return out;
  }
  std::string_view Rest() { return Take(left()); }
  void Skip(uint64_t size) { Take(size); }
  uint64_t Fail() {
    ok_ = false;
    at_ = end_;
    return 0;
  }
  // kCorruption "<what> is cut short" after a failure; OK otherwise. Left-over bytes are allowed:
  // newer servers append fields.
  Status Check(std::string_view what) const;

 private:
  const char* begin_;
  const char* at_;
  const char* end_;
  bool ok_ = true;
};

inline uint64_t Cursor::UintLe(size_t size) {
  if (size > 8 || left() < size) return Fail();
  uint64_t value = 0;
  std::memcpy(&value, at_, size);
  at_ += size;
  return value;
}

inline uint64_t Cursor::UintBe(size_t size) {
  if (size > 8 || left() < size) return Fail();
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) value = value << 8U | static_cast<unsigned char>(at_[i]);
  at_ += size;
  return value;
}

inline uint64_t Cursor::LenEnc() {
  const uint8_t first = U8();
  if (first < 251) return first;
  if (first == 0xfc) return Le<2>();
  if (first == 0xfd) return Le<3>();
  if (first == 0xfe) return Le<8>();
  return Fail();  // 251 is NULL in result rows and 255 an error: neither is a length
}

inline Status Cursor::Check(std::string_view what) const {
  if (ok_) return {};
  return {Code::kCorruption, std::string(what) + " is cut short or damaged"};
}

// Bit `i` of a bitmap that has its first bit in the low bit of the first byte. REQUIRES: in range.
inline bool BitOf(std::string_view bitmap, size_t i) {
  return (static_cast<unsigned char>(bitmap[i >> 3U]) >> (i & 7U) & 1U) != 0;
}

}  // namespace sluice::mysql
