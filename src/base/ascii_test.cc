// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Ascii, OnlyLettersOfAsciiChange) {
  EXPECT_EQ(Lower("AZ az [@ \xc3\x84 1"), "az az [@ \xc3\x84 1");
  EXPECT_EQ(Upper("AZ az `{ \xc3\xa4 1"), "AZ AZ `{ \xc3\xa4 1");
}

TEST(Ascii, WordsAreTheSameInAnyCase) {
  EXPECT_TRUE(SameWord("StarRocks", "STARROCKS"));
  EXPECT_FALSE(SameWord("a", "ab"));
  EXPECT_FALSE(SameWord("@", "`"));
}

}  // namespace
}  // namespace sluice
