// SPDX-License-Identifier: Apache-2.0
// What counts as a blank in a HOCON document. Internal to the room.
#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::hocon {

// Bytes of the blank that `text` begins with; 0: none. A line end is no blank.
size_t BlankSize(std::string_view text);
std::string_view TrimRight(std::string_view text);

}  // namespace sluice::hocon
