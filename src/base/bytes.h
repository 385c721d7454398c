// SPDX-License-Identifier: Apache-2.0
// Bytes and a small versionable encoding for state that plugins save in checkpoints.
//
// Integers are little-endian base-128 varints (signed ones zig-zag), strings are length-prefixed. A
// plugin puts its own version byte first. The reader never reads past the end: a torn or foreign
// value becomes kCorruption.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice {

using Bytes = std::string;

class ByteWriter {
 public:
  ByteWriter& U64(uint64_t value);
  ByteWriter& I64(int64_t value);
  ByteWriter& Bool(bool value) { return U64(value ? 1 : 0); }
  ByteWriter& Str(std::string_view value);
  Bytes Take() && { return std::move(out_); }

 private:
  Bytes out_;
};

// Reads what ByteWriter wrote, in the same order. After the first failure every read returns a zero
// value; check Finish() once at the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}
  uint64_t U64();
  int64_t I64();
  bool Bool() { return U64() != 0; }
  std::string Str();
  bool ok() const { return ok_; }
  // For a value that was read and cannot be: from here on as if it had been cut short.
  void Refuse() { ok_ = false; }
  // A count that is about to drive a loop: fails when it exceeds the bytes left.
  uint64_t Count();
  // kCorruption naming `what` unless everything was read, exactly.
  Status Finish(std::string_view what) const;

 private:
  std::string_view in_;
  bool ok_ = true;
};

}  // namespace sluice
