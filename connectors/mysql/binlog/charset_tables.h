// SPDX-License-Identifier: Apache-2.0
// The data behind charset.cc, as a MySQL server converts; made by testdata/charset_tables.py.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::mysql {

// Code points (of the basic plane) of a set with one byte a character; '?' where there is none.
struct SingleByteTable {
  std::string_view name;
  const uint16_t* low;  // of bytes below 0x80; null: ASCII
  uint16_t high[128];
};
extern const SingleByteTable kSingleByteTables[];
extern const size_t kSingleByteTableCount;

// Codes first .. first + count - 1 are the code points from `point` on; 0: no characters.
struct CodeRun {
  uint32_t first;
  uint16_t count;
  uint16_t point;
};

// A set of two to four bytes a character: what libc's converter makes of it, but for the runs.
struct MultiByteTable {
  std::string_view name;
  const char* converter;
  const CodeRun* runs;
  size_t run_count;
};
extern const MultiByteTable kMultiByteTables[];
extern const size_t kMultiByteTableCount;

struct CollationRange {
  uint32_t first;
  uint32_t last;
  std::string_view charset;
};
extern const CollationRange kCollationRanges[];  // ascending
extern const size_t kCollationRangeCount;

}  // namespace sluice::mysql
