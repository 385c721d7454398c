// SPDX-License-Identifier: Apache-2.0
// Types as the catalog of StarRocks shows them. Pure.
#pragma once

#include <array>
#include <string>

namespace sluice::starrocks {

// "decimal(12,2)": a name in small letters and up to two numbers.
struct TypeText {
  std::string name;
  std::array<int, 2> numbers{-1, -1};
};
TypeText ReadType(const std::string& text);

}  // namespace sluice::starrocks
