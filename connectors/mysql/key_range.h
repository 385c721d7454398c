// SPDX-License-Identifier: Apache-2.0
// Ranges of a table's key: what a snapshot is cut into.
//
// A bound is the values of the key columns as one string (KeyBound). Integers and bytes are written
// in such a way that bounds compare as strings the way the server compares the keys; texts are kept
// as they are, since only the server knows its collations. A bound of fewer values than the key has
// columns stands before all keys that begin with them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "data/column.h"

namespace sluice::mysql {

using KeyBound = std::string;

bool FitsKey(Int128 value);                   // a BIGINT holds it, signed or unsigned
void AppendKey(Int128 value, KeyBound& out);  // REQUIRES: FitsKey(value)
void AppendKey(std::string_view bytes, KeyBound& out);

struct KeyValue {
  std::optional<Int128> number;
  std::string bytes;  // unless it is a number

  friend bool operator==(const KeyValue&, const KeyValue&) = default;
};
// Nothing: the string was made by nothing above.
std::optional<std::vector<KeyValue>> KeyValues(std::string_view bound);

// [lower, upper); an absent bound is open.
struct KeyRange {
  std::optional<KeyBound> lower;
  std::optional<KeyBound> upper;

  // REQUIRES: bounds of this table compare as its keys do (TableKey::ordered).
  bool Contains(std::string_view key) const {
    return (!lower || key >= *lower) && (!upper || key < *upper);
  }
  bool whole() const { return !lower && !upper; }
  friend bool operator==(const KeyRange&, const KeyRange&) = default;
  std::string ToString() const;  // "[1, 100)", "[(7, 'a'), end)"
};

// How bounds are written in a checkpoint: the first versions knew integers only.
enum class BoundForm : uint8_t { kInteger, kKey };
void Encode(const KeyRange& range, ByteWriter& out);  // kKey
KeyRange DecodeKeyRange(ByteReader& in, BoundForm form = BoundForm::kKey);

}  // namespace sluice::mysql
