// SPDX-License-Identifier: Apache-2.0
// The character sets of two to four bytes a character (Chinese, Japanese, Korean) to UTF-8.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "mysql/binlog/charset_tables.h"

namespace sluice::mysql {

// REQUIRES: point < 0x110000.
void AppendCodePoint(uint32_t point, std::string& out);
// How many bytes at the front of `text` are ASCII.
size_t AsciiPrefix(std::string_view text);

// Tables of one set, made once from libc's converter and the server's own ways (charset_tables.h),
// then read-only: any thread may decode.
class MultiByteDecoder {
 public:
  static const MultiByteDecoder& Of(uint32_t index);  // into kMultiByteTables

  const Status& ready() const { return ready_; }
  void AppendUtf8(std::string_view text, std::string& out) const;

 private:
  enum class Layout : uint8_t { kDouble, kShiftJis, kEuc, kGb18030 };

  explicit MultiByteDecoder(const MultiByteTable& table);
  void Fill(const MultiByteTable& table);
  void SetRun(const CodeRun& run);
  // The table entry of a code given as a big-endian number; null when no table has it.
  uint16_t* Entry(uint32_t code);
  bool IsLead(unsigned char byte) const;
  // The code point at the front of `text`, 0 for none; sets `size` to the bytes it takes.
  uint32_t Decode(std::string_view text, size_t& size) const;
  uint32_t DecodeFour(std::string_view text) const;

  Layout layout_ = Layout::kDouble;
  Status ready_;
  std::array<uint16_t, 128> one_{};  // of single bytes from 0x80 on
  std::vector<uint16_t> two_;        // of codes 0x8000..0xffff
  std::vector<uint16_t> three_;      // of codes 0x8f8000..0x8fffff
  std::vector<uint16_t> four_;       // of GB18030's codes 0x81308130..0x8439fe39, counted densely
};

}  // namespace sluice::mysql
