// SPDX-License-Identifier: Apache-2.0
#include "base/checksum.h"

#include <fmt/format.h>
#include <xxhash.h>

namespace sluice {

uint64_t Hash64(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

Hash128 Hash128Of(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

std::string Hex64(uint64_t value) {
  return fmt::format("{:016x}", value);
}

}  // namespace sluice
