// SPDX-License-Identifier: Apache-2.0
#include "starrocks/type_text.h"

#include <charconv>

#include "base/ascii.h"

namespace sluice::starrocks {

TypeText ReadType(const std::string& text) {
  TypeText out;
  const std::string lower = Lower(text);
  const size_t open = lower.find('(');
  const size_t close = lower.find(')');
  out.name = lower.substr(0, open);
  if (open == std::string::npos || close == std::string::npos) return out;
  if (close + 1 < lower.size()) out.name += lower.substr(close + 1);  // "bigint(20) unsigned"
  const char* at = lower.data() + open + 1;
  const char* const end = lower.data() + close;
  for (int& number : out.numbers) {
    while (at != end && (*at == ' ' || *at == ',')) ++at;
    const auto parsed = std::from_chars(at, end, number);
    if (parsed.ec != std::errc()) break;
    at = parsed.ptr;
  }
  return out;
}

}  // namespace sluice::starrocks
