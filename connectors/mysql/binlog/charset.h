// SPDX-License-Identifier: Apache-2.0
// MySQL's character sets: by name, by collation id, and to UTF-8 exactly as the server converts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::mysql {

// A character set. Objects are static: compare pointers.
class Charset {
 public:
  // Null when MySQL 8.0 has no such set. Any case; "utf8" is "utf8mb3".
  static const Charset* Find(std::string_view name);
  // The set of a collation id as binary logs carry it; null when unknown.
  static const Charset* OfCollation(uint32_t collation);

  std::string_view name() const { return name_; }
  bool binary() const { return kind_ == Kind::kBinary; }
  // The bytes are UTF-8 already (also binary: they are passed on).
  bool passes() const { return kind_ == Kind::kBinary || kind_ == Kind::kUtf8; }

  // Makes the set's table where it needs one, once for all; before the first AppendUtf8.
  // kUnsupported when libc's converter for it is not installed. Thread-safe.
  Status Prepare() const;

  // Appends `text` in UTF-8. A byte sequence that is no character of the set becomes '?', as it
  // does when the server converts. Thread-safe. REQUIRES: Prepare() was OK.
  void AppendUtf8(std::string_view text, std::string& out) const;

  enum class Kind : uint8_t { kBinary, kUtf8, kSingleByte, kMultiByte, kUtf16, kUtf16Le, kUtf32 };
  constexpr Charset(std::string_view name, Kind kind, uint32_t index)
      : name_(name), kind_(kind), index_(index) {}

 private:
  std::string_view name_;
  Kind kind_;
  uint32_t index_;  // into the tables of its kind
};

}  // namespace sluice::mysql
