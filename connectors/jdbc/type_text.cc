// SPDX-License-Identifier: Apache-2.0
#include "jdbc/type_text.h"

#include <charconv>

#include "base/ascii.h"

namespace sluice::jdbc {

TypeText ReadType(std::string_view type) {
  TypeText out;
  type = type.substr(0, Lower(type).find(" character set "));
  const size_t open = type.find('(');
  const size_t close = open == std::string_view::npos ? open : type.rfind(')');
  out.name = type.substr(0, open);
  if (close == std::string_view::npos) {
    const size_t blank = type.find(" unsigned");
    if (blank != std::string_view::npos) {
      out.name = type.substr(0, blank);
      out.rest = "unsigned";
    }
    return out;
  }
  const std::string_view inside = type.substr(open + 1, close - open - 1);
  out.rest = type.substr(close + 1);
  for (size_t at = 0; at < inside.size();) {
    int number = 0;
    const auto parsed = std::from_chars(inside.data() + at, inside.data() + inside.size(), number);
    if (parsed.ec != std::errc()) break;
    out.numbers.push_back(number);
    at = static_cast<size_t>(parsed.ptr - inside.data()) + 1;
  }
  while (out.name.ends_with(' ')) out.name.pop_back();
  return out;
}

}  // namespace sluice::jdbc
