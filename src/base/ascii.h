// SPDX-License-Identifier: Apache-2.0
// Letters of ASCII in one case or the other; every other byte stays, whatever the locale.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace sluice {

inline char LowerLetter(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
inline char UpperLetter(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
inline std::string Lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), LowerLetter);
  return out;
}
inline std::string Upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), UpperLetter);
  return out;
}
// The same but for the case of letters.
inline bool SameWord(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return LowerLetter(x) == LowerLetter(y); });
}

}  // namespace sluice
