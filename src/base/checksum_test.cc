// SPDX-License-Identifier: Apache-2.0
#include "base/checksum.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

// These values are part of stored state: a change here loses every checkpoint ever written.
TEST(ChecksumTest, StaysTheSameForEver) {
  EXPECT_EQ(Hex64(Hash64("")), "2d06800538d394c2");
  EXPECT_EQ(Hash64(""), Hash64("", 0));
  EXPECT_NE(Hash64("a"), Hash64("a", 1));
  EXPECT_NE(Hash64("ab"), Hash64("ba"));
}

TEST(ChecksumTest, HexHasSixteenDigits) {
  EXPECT_EQ(Hex64(0), "0000000000000000");
  EXPECT_EQ(Hex64(0xabcULL), "0000000000000abc");
  EXPECT_EQ(Hex64(~0ULL), "ffffffffffffffff");
}

}  // namespace
}  // namespace sluice
