// SPDX-License-Identifier: Apache-2.0
// Bounds of a key of one integer.
#pragma once

#include "mysql/key_range.h"

namespace sluice::mysql {

inline KeyBound Key(Int128 value) {
  KeyBound key;
  AppendKey(value, key);
  return key;
}

inline KeyRange Range(std::optional<Int128> lower, std::optional<Int128> upper) {
  return {lower.transform(Key), upper.transform(Key)};
}

}  // namespace sluice::mysql
