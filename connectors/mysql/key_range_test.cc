// SPDX-License-Identifier: Apache-2.0
#include "mysql/key_range.h"

#include <gtest/gtest.h>

#include <limits>

#include "mysql/key_range_for_tests.h"

namespace sluice::mysql {
namespace {

constexpr Int128 kLeast = std::numeric_limits<int64_t>::min();
constexpr Int128 kMost = std::numeric_limits<uint64_t>::max();

KeyBound Pair(Int128 number, std::string_view bytes) {
  KeyBound key = Key(number);
  AppendKey(bytes, key);
  return key;
}

TEST(KeyBound, IntegersCompareAsNumbers) {
  const Int128 ordered[] = {kLeast, -256, -255, -2, -1, 0, 1, 255, 256, 65'536, kMost - 1, kMost};
  for (size_t i = 1; i < std::size(ordered); ++i) {
    EXPECT_LT(Key(ordered[i - 1]), Key(ordered[i])) << i;
  }
  EXPECT_FALSE(FitsKey(kLeast - 1));
  EXPECT_FALSE(FitsKey(kMost + 1));
}

TEST(KeyBound, BytesCompareAsBytesAndTheFirstColumnCountsMost) {
  using namespace std::string_view_literals;
  const std::string_view ordered[] = {""sv,  "\0"sv,  "\0\0"sv, "\0\x01"sv, "\0\xff"sv,
                                      "a"sv, "a\0"sv, "aa"sv,   "b"sv,      "\xff"sv};
  for (size_t i = 1; i < std::size(ordered); ++i) {
    EXPECT_LT(Pair(7, ordered[i - 1]), Pair(7, ordered[i])) << i;
    EXPECT_LT(Pair(7, ordered[i]), Pair(8, ordered[i - 1])) << i;
  }
  EXPECT_LT(Key(7), Pair(7, ""));  // fewer values: before all that begin with them
  EXPECT_LT(Pair(7, "\xff"), Key(8));
}

TEST(KeyBound, ValuesComeBack) {
  using namespace std::string_view_literals;
  const std::vector<KeyValue> values = *KeyValues(Pair(-5, "a\0\xff\0"sv));
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0], (KeyValue{-5, ""}));
  EXPECT_EQ(values[1], (KeyValue{std::nullopt, std::string("a\0\xff\0"sv)}));
}

TEST(KeyBound, WhatIsNoneIsRefused) {
  for (size_t size = 0; size < Pair(1, "ab").size(); ++size) {
    const bool one = size == Key(1).size();
    EXPECT_EQ(KeyValues(Pair(1, "ab").substr(0, size)).has_value(), one) << size;
  }
  EXPECT_FALSE(KeyValues("x"));
  EXPECT_FALSE(KeyValues("i\xff\xff\xff\xff\xff\xff\xff\xff\xff"));
}

TEST(KeyRange, ContainsItsLowerBoundAndNotItsUpper) {
  const KeyRange range = Range(3, 9);
  EXPECT_FALSE(range.Contains(Key(2)));
  EXPECT_TRUE(range.Contains(Key(3)));
  EXPECT_TRUE(range.Contains(Pair(3, "x")));
  EXPECT_TRUE(range.Contains(Key(8)));
  EXPECT_FALSE(range.Contains(Key(9)));
  EXPECT_TRUE(Range({}, {}).Contains(Key(kMost)));
}

TEST(KeyRange, IsShownInAnotherWayForEveryOther) {
  EXPECT_EQ(Range({}, -1).ToString(), "[start, -1)");
  const KeyRange pairs{Pair(7, "it"), Pair(7, "it's")};
  EXPECT_EQ(pairs.ToString(), "[(7, 'it'), (7, x'69742773'))");
}

}  // namespace
}  // namespace sluice::mysql
