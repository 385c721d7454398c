// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/multi_byte.h"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>

#include "base/check.h"

namespace sluice::mysql {
namespace {

constexpr size_t kTableSize = 0x8000;
constexpr uint32_t kFourPerLead = 10 * 126 * 10;
constexpr uint32_t kNowhere = UINT32_MAX;

// libc's converter from one set to code points.
class Converter {
 public:
  explicit Converter(const char* name) : handle_(iconv_open("UTF-32LE", name)) {}
  ~Converter() {
    if (ok()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  bool ok() const { return handle_ != reinterpret_cast<iconv_t>(-1); }
  // The code point of the `size` bytes of `code`; 0 unless they are one character of the basic
  // plane.
  uint16_t operator()(uint32_t code, unsigned size) {
    char in[4];
    for (unsigned i = 0; i < size; ++i) in[i] = static_cast<char>(code >> (8 * (size - 1 - i)));
    uint32_t out[4] = {};
    char* from = in;
    char* to = reinterpret_cast<char*>(out);
    size_t in_left = size;
    size_t out_left = sizeof(out);
    iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    if (iconv(handle_, &from, &in_left, &to, &out_left) != 0 || in_left != 0) return 0;
    const bool single = out_left == sizeof(out) - sizeof(uint32_t);
    return single && out[0] <= 0xffff ? static_cast<uint16_t>(out[0]) : uint16_t{0};
  }

 private:
  iconv_t handle_;
};

// The place of a four-byte code of GB18030 among all of them; kNowhere for other bytes.
uint32_t FourIndex(uint32_t code) {
  const uint32_t a = code >> 24U;
  const uint32_t b = code >> 16U & 0xffU;
  const uint32_t c = code >> 8U & 0xffU;
  const uint32_t d = code & 0xffU;
  const bool good =
      a >= 0x81 && b >= 0x30 && b <= 0x39 && c >= 0x81 && c <= 0xfe && d >= 0x30 && d <= 0x39;
  if (!good) return kNowhere;
  return (((a - 0x81) * 10 + b - 0x30) * 126 + c - 0x81) * 10 + d - 0x30;
}

uint32_t FourCode(uint32_t index) {
  const uint32_t a = 0x81 + index / kFourPerLead;
  const uint32_t b = 0x30 + index / 1260 % 10;
  const uint32_t c = 0x81 + index / 10 % 126;
  return a << 24U | b << 16U | c << 8U | (0x30 + index % 10);
}

}  // namespace

void AppendCodePoint(uint32_t point, std::string& out) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xc0U | point >> 6U);
    out += static_cast<char>(0x80U | (point & 0x3fU));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xe0U | point >> 12U);
    out += static_cast<char>(0x80U | (point >> 6U & 0x3fU));
    out += static_cast<char>(0x80U | (point & 0x3fU));
  } else {
    out += static_cast<char>(0xf0U | point >> 18U);
    out += static_cast<char>(0x80U | (point >> 12U & 0x3fU));
    out += static_cast<char>(0x80U | (point >> 6U & 0x3fU));
    out += static_cast<char>(0x80U | (point & 0x3fU));
  }
}

size_t AsciiPrefix(std::string_view text) {
  constexpr uint64_t kHighBits = 0x8080808080808080U;
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    if ((word & kHighBits) != 0) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

const MultiByteDecoder& MultiByteDecoder::Of(uint32_t index) {
  constexpr size_t kMost = 16;
  static std::array<std::once_flag, kMost> once;
  static std::array<std::unique_ptr<const MultiByteDecoder>, kMost> made;
  CHECK(index < kMultiByteTableCount && index < kMost);
  std::call_once(once[index],
                 [index] { made[index].reset(new MultiByteDecoder(kMultiByteTables[index])); });
  return *made[index];
}

MultiByteDecoder::MultiByteDecoder(const MultiByteTable& table) : two_(kTableSize) {
  if (table.name == "sjis" || table.name == "cp932") {
    layout_ = Layout::kShiftJis;
  } else if (table.name == "ujis" || table.name == "eucjpms") {
    layout_ = Layout::kEuc;
    three_.resize(kTableSize);
  } else if (table.name == "gb18030") {
    layout_ = Layout::kGb18030;
    four_.resize(4 * kFourPerLead);
  }
  Fill(table);
}

void MultiByteDecoder::Fill(const MultiByteTable& table) {
  Converter converter(table.converter);
  if (!converter.ok()) {
    ready_ = {Code::kUnsupported,
              fmt::format("character set {}: the converter {} of the C library is not installed",
                          table.name, table.converter)};
    return;
  }
  for (uint32_t i = 0; i < one_.size(); ++i) one_[i] = converter(0x80 + i, 1);
  for (uint32_t i = 0; i < two_.size(); ++i) two_[i] = converter(0x8000 + i, 2);
  for (uint32_t i = 0; i < three_.size(); ++i) three_[i] = converter(0x8f8000 + i, 3);
  for (uint32_t i = 0; i < four_.size(); ++i) four_[i] = converter(FourCode(i), 4);
  for (size_t i = 0; i < table.run_count; ++i) SetRun(table.runs[i]);
}

uint16_t* MultiByteDecoder::Entry(uint32_t code) {
  if (code >= 0x80 && code <= 0xff) return &one_[code - 0x80];
  if (code >= 0x8000 && code <= 0xffff) return &two_[code - 0x8000];
  if (code >= 0x8f8000 && code <= 0x8fffff && !three_.empty()) return &three_[code - 0x8f8000];
  const uint32_t index = FourIndex(code);
  return index < four_.size() ? &four_[index] : nullptr;
}

void MultiByteDecoder::SetRun(const CodeRun& run) {
  for (uint16_t i = 0; i < run.count; ++i) {
    uint16_t* entry = Entry(run.first + i);
    if (entry == nullptr) continue;  // ASCII
    *entry = run.point == 0 ? uint16_t{0} : static_cast<uint16_t>(run.point + i);
  }
}

bool MultiByteDecoder::IsLead(unsigned char byte) const {
  switch (layout_) {
    case Layout::kShiftJis:
      return (byte >= 0x81 && byte <= 0x9f) || (byte >= 0xe0 && byte <= 0xfc);
    case Layout::kEuc:
      return byte == 0x8e || byte == 0x8f || (byte >= 0xa1 && byte <= 0xfe);
    case Layout::kDouble:
    case Layout::kGb18030:
      return byte >= 0x81 && byte <= 0xfe;
  }
  return false;
}

uint32_t MultiByteDecoder::DecodeFour(std::string_view text) const {
  constexpr uint32_t kBeyondBasicPlane = 15 * kFourPerLead;  // codes from 0x90308130 on
  uint32_t code = 0;
  for (size_t i = 0; i < 4; ++i) code = code << 8U | static_cast<unsigned char>(text[i]);
  const uint32_t index = FourIndex(code);
  if (index == kNowhere) return 0;
  if (index < four_.size()) return four_[index];
  if (index < kBeyondBasicPlane || index - kBeyondBasicPlane >= 0x100000) return 0;
  return 0x10000 + index - kBeyondBasicPlane;
}

uint32_t MultiByteDecoder::Decode(std::string_view text, size_t& size) const {
  const auto lead = static_cast<unsigned char>(text[0]);
  size = 1;
  if (!IsLead(lead)) return one_[lead - 0x80U];
  if (text.size() < 2) return 0;
  const auto trail = static_cast<unsigned char>(text[1]);
  if (layout_ == Layout::kGb18030 && trail >= 0x30 && trail <= 0x39) {
    if (text.size() < 4) return 0;
    size = 4;
    return DecodeFour(text);
  }
  if (layout_ == Layout::kEuc && lead == 0x8f) {
    if (text.size() < 3) return 0;
    size = 3;
    const auto last = static_cast<unsigned char>(text[2]);
    const uint32_t index = uint32_t{trail} << 8U | last;
    return index >= 0x8000 ? three_[index - 0x8000] : 0U;
  }
  if (trail < 0x40) return 0;
  size = 2;
  return two_[(uint32_t{lead} << 8U | trail) - 0x8000U];
}

void MultiByteDecoder::AppendUtf8(std::string_view text, std::string& out) const {
  while (!text.empty()) {
    const size_t ascii = AsciiPrefix(text);
    out.append(text, 0, ascii);
    text.remove_prefix(ascii);
    if (text.empty()) return;
    size_t size = 0;
    const uint32_t point = Decode(text, size);
    AppendCodePoint(point == 0 ? '?' : point, out);
    text.remove_prefix(size);
  }
}

}  // namespace sluice::mysql
