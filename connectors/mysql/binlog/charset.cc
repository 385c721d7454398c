// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/charset.h"

#include <algorithm>
#include <span>
#include <vector>

#include "mysql/binlog/charset_tables.h"
#include "mysql/binlog/multi_byte.h"

namespace sluice::mysql {
namespace {

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::vector<Charset> AllCharsets() {
  using Kind = Charset::Kind;
  std::vector<Charset> all = {
      {"binary", Kind::kBinary, 0}, {"utf8mb4", Kind::kUtf8, 0}, {"utf8mb3", Kind::kUtf8, 0},
      {"ucs2", Kind::kUtf16, 0},    {"utf16", Kind::kUtf16, 0},  {"utf16le", Kind::kUtf16Le, 0},
      {"utf32", Kind::kUtf32, 0},
  };
  for (uint32_t i = 0; i < kSingleByteTableCount; ++i) {
    all.emplace_back(kSingleByteTables[i].name, Kind::kSingleByte, i);
  }
  for (uint32_t i = 0; i < kMultiByteTableCount; ++i) {
    all.emplace_back(kMultiByteTables[i].name, Kind::kMultiByte, i);
  }
  return all;
}

void AppendSingleByte(const SingleByteTable& table, std::string_view text, std::string& out) {
  for (size_t at = 0; at < text.size();) {
    if (table.low == nullptr) {
      const size_t ascii = AsciiPrefix(text.substr(at));
      out.append(text, at, ascii);
      at += ascii;
      if (at == text.size()) return;
    }
    const auto byte = static_cast<unsigned char>(text[at++]);
    AppendCodePoint(byte >= 0x80U ? table.high[byte - 0x80U] : table.low[byte], out);
  }
}

uint32_t Unit(std::string_view text, size_t at, bool little) {
  const auto first = static_cast<unsigned char>(text[at]);
  const auto second = static_cast<unsigned char>(text[at + 1]);
  return little ? first | uint32_t{second} << 8U : uint32_t{first} << 8U | second;
}

void AppendUtf16(std::string_view text, bool little, std::string& out) {
  size_t at = 0;
  for (; at + 2 <= text.size(); at += 2) {
    uint32_t point = Unit(text, at, little);
    if (point >= 0xd800 && point < 0xe000) {
      const bool paired = point < 0xdc00 && at + 4 <= text.size() &&
                          (Unit(text, at + 2, little) & 0xfc00U) == 0xdc00;
      if (paired) {
        at += 2;
        point = 0x10000 + ((point & 0x3ffU) << 10U | (Unit(text, at, little) & 0x3ffU));
      } else {
        point = '?';
      }
    }
    AppendCodePoint(point, out);
  }
  if (at < text.size()) out += '?';
}

void AppendUtf32(std::string_view text, std::string& out) {
  size_t at = 0;
  for (; at + 4 <= text.size(); at += 4) {
    const uint32_t point = Unit(text, at, false) << 16U | Unit(text, at + 2, false);
    const bool good = point < 0x110000 && (point < 0xd800 || point >= 0xe000);
    AppendCodePoint(good ? point : '?', out);
  }
  if (at < text.size()) out += '?';
}

}  // namespace

const Charset* Charset::Find(std::string_view name) {
  static const std::vector<Charset> all = AllCharsets();
  std::string wanted(name);
  std::transform(wanted.begin(), wanted.end(), wanted.begin(), Lower);
  if (wanted == "utf8") wanted = "utf8mb3";
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&wanted](const Charset& c) { return c.name() == wanted; });
  return found == all.end() ? nullptr : &*found;
}

const Charset* Charset::OfCollation(uint32_t collation) {
  const std::span ranges(kCollationRanges, kCollationRangeCount);
  const auto found = std::find_if(ranges.begin(), ranges.end(), [collation](const auto& range) {
    return range.first <= collation && collation <= range.last;
  });
  return found == ranges.end() ? nullptr : Find(found->charset);
}

Status Charset::Prepare() const {
  if (kind_ != Kind::kMultiByte) return {};
  return MultiByteDecoder::Of(index_).ready();
}

void Charset::AppendUtf8(std::string_view text, std::string& out) const {
  switch (kind_) {
    case Kind::kBinary:
    case Kind::kUtf8:
      out.append(text);
      return;
    case Kind::kSingleByte:
      return AppendSingleByte(kSingleByteTables[index_], text, out);
    case Kind::kMultiByte:
      return MultiByteDecoder::Of(index_).AppendUtf8(text, out);
    case Kind::kUtf16:
      return AppendUtf16(text, false, out);
    case Kind::kUtf16Le:
      return AppendUtf16(text, true, out);
    case Kind::kUtf32:
      return AppendUtf32(text, out);
  }
}

}  // namespace sluice::mysql
