// SPDX-License-Identifier: Apache-2.0
// Hashes for checksums, names and comparisons. Not cryptographic. Stable for ever: they are part of
// stored state.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

uint64_t Hash64(std::string_view bytes, uint64_t seed = 0);  // XXH3
std::string Hex64(uint64_t value);                           // 16 lower-case digits

// Wide enough that different contents never meet by chance.
struct Hash128 {
  uint64_t high = 0;
  uint64_t low = 0;

  friend auto operator<=>(const Hash128&, const Hash128&) = default;
};
Hash128 Hash128Of(std::string_view bytes);  // XXH3

}  // namespace sluice
