// SPDX-License-Identifier: Apache-2.0
// Charsets of files: their bytes to UTF-8 and back, by the names that iconv knows ("GBK",
// "ISO-8859-1", "UTF-16").
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice {

// A text in one charset being read or written, piece by piece. One thread.
class Charset {
 public:
  enum class Direction : uint8_t { kToUtf8, kFromUtf8 };
  // kInvalidConfig when the charset is not known. `text` is named in messages. `begins`: what comes
  // is the beginning of the text, where a mark is none of its characters; REQUIRES for other than
  // UTF-8.
  static Result<std::unique_ptr<Charset>> Open(const std::string& name, Direction direction,
                                               std::string text, bool begins = true);
  virtual ~Charset() = default;
  // Appends what `in` is in the other charset. An incomplete character at its end waits for the
  // next call; with `last` it is an error. UTF-8 is checked. kCorruption names the place.
  virtual Status Convert(std::string_view in, bool last, std::string& out) = 0;
};

// Whether the name means UTF-8.
bool IsUtf8(std::string_view charset);

// The length of the valid UTF-8 at the front of `text`; an incomplete character at its end is left
// out of it.
size_t ValidUtf8(std::string_view text, bool& incomplete);

}  // namespace sluice
