// SPDX-License-Identifier: Apache-2.0
#include "config/hocon_blanks.h"

namespace sluice::hocon {
namespace {

// Blanks of more than one byte, which editors and web pages leave in copied text.
constexpr std::string_view kWideBlanks[] = {
    "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83",
    "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89",
    "\xe2\x80\x8a", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\xef\xbb\xbf"};

bool IsPlainBlank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

}  // namespace

size_t BlankSize(std::string_view text) {
  if (text.empty()) return 0;
  if (static_cast<unsigned char>(text.front()) < 0x80) return IsPlainBlank(text.front()) ? 1 : 0;
  for (const std::string_view blank : kWideBlanks) {
    if (text.starts_with(blank)) return blank.size();
  }
  return 0;
}

std::string_view TrimRight(std::string_view text) {
  for (size_t size = text.size();;) {
    if (!text.empty() && IsPlainBlank(text.back())) text.remove_suffix(1);
    for (const std::string_view blank : kWideBlanks) {
      if (text.ends_with(blank)) text.remove_suffix(blank.size());
    }
    if (text.size() == size) return text;
    size = text.size();
  }
}

}  // namespace sluice::hocon
