// SPDX-License-Identifier: Apache-2.0
// Whatever bytes a column of a character set holds, they become UTF-8 of bounded length. The first
// two bytes choose the set by collation.
#include "base/check.h"
#include "mysql/binlog/charset.h"

namespace {

bool IsUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    const size_t more = first < 0x80   ? 0
                        : first < 0xc2 ? 9
                        : first < 0xe0 ? 1
                        : first < 0xf0 ? 2
                        : first < 0xf5 ? 3
                                       : 9;
    if (more == 9 || text.size() - at <= more) return false;
    for (size_t i = 1; i <= more; ++i) {
      if ((static_cast<unsigned char>(text[at + i]) & 0xc0U) != 0x80) return false;
    }
    at += more + 1;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using sluice::mysql::Charset;
  if (size < 2) return 0;
  const auto* charset = Charset::OfCollation((data[0] | uint32_t{data[1]} << 8U) % 512);
  if (charset == nullptr || !charset->Prepare().ok()) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  std::string out;
  charset->AppendUtf8(text, out);
  CHECK(out.size() <= 4 * text.size());
  if (!charset->passes()) CHECK(IsUtf8(out));
  return 0;
}
