// SPDX-License-Identifier: Apache-2.0
// A 64-bit hash for checksums and for names. Not cryptographic. Stable for ever: it is part of
// stored state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

uint64_t Hash64(std::string_view bytes, uint64_t seed = 0);  // XXH3
std::string Hex64(uint64_t value);                           // 16 lower-case digits

}  // namespace sluice
