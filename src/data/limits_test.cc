// SPDX-License-Identifier: Apache-2.0
#include "data/limits.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/text.h"

namespace sluice {
namespace {

Column Texts(std::string_view text) {
  Column column(Of(TypeKind::kString));
  column.AppendText(text);
  return column;
}

Column Decimals(std::string_view text, int scale) {
  Column column(Type{.kind = TypeKind::kDecimal, .precision = 38, .scale = scale});
  Int128 value = 0;
  EXPECT_TRUE(ParseDecimal(text, scale, value));
  column.Append(value);
  return column;
}

TEST(Limits, NullsNeedAColumnThatTakesThem) {
  Column column(Of(TypeKind::kInt));
  column.AppendNull();
  EXPECT_EQ(WhyUnfit(column, 0, {}), "");
  EXPECT_EQ(WhyUnfit(column, 0, {.nullable = false}), "null, which the target does not take");
}

TEST(Limits, TextsAreMeasuredInBytesOrCharacters) {
  const Column column = Texts("größe名");  // 6 characters, 10 bytes
  EXPECT_EQ(WhyUnfit(column, 0, {.bytes = 10}), "");
  EXPECT_EQ(WhyUnfit(column, 0, {.bytes = 9}), "10 bytes, where the target takes 9");
  EXPECT_EQ(WhyUnfit(column, 0, {.characters = 6}), "");
  EXPECT_EQ(WhyUnfit(column, 0, {.characters = 5}), "6 characters, where the target takes 5");
}

TEST(Limits, SomeTargetsTakeNoNul) {
  EXPECT_EQ(WhyUnfit(Texts(std::string_view("a\0b", 3)), 0, {.no_nul = true}),
            "a NUL character, which the target does not take");
  EXPECT_EQ(WhyUnfit(Texts(std::string_view("a\0b", 3)), 0, {}), "");
  EXPECT_EQ(WhyUnfit(Texts("ab"), 0, {.no_nul = true}), "");
  EXPECT_EQ(WhyUnfit(Texts("ab"), 0, {.bytes = 1, .no_nul = true}),
            "2 bytes, where the target takes 1");
  Column bytes(Of(TypeKind::kBytes));
  bytes.AppendText(std::string_view("\0", 1));
  EXPECT_EQ(WhyUnfit(bytes, 0, {.no_nul = true}), "");
}

TEST(Limits, SomeTargetsTakeFiniteNumbersOnly) {
  Column doubles(Of(TypeKind::kDouble));
  doubles.Append<double>(std::nan(""));
  doubles.Append<double>(-HUGE_VAL);
  doubles.Append<double>(1e300);
  EXPECT_EQ(WhyUnfit(doubles, 0, {.finite = true}), "NaN, which the target does not take");
  EXPECT_EQ(WhyUnfit(doubles, 0, {}), "");
  EXPECT_EQ(WhyUnfit(doubles, 1, {.finite = true}),
            "an infinite number, which the target does not take");
  EXPECT_EQ(WhyUnfit(doubles, 2, {.finite = true}), "");
  Column floats(Of(TypeKind::kFloat));
  floats.Append<float>(HUGE_VALF);
  EXPECT_EQ(WhyUnfit(floats, 0, {.finite = true}),
            "an infinite number, which the target does not take");
}

TEST(Limits, WholeNumbersHaveARange) {
  Column column(Of(TypeKind::kBigInt));
  column.Append<int64_t>(128);
  EXPECT_EQ(WhyUnfit(column, 0, {.least = -128, .most = 127}),
            "128, where the target takes -128 to 127");
  EXPECT_EQ(WhyUnfit(column, 0, {.least = -129, .most = 128}), "");
}

TEST(Limits, TypesOfWholeNumbersHaveBits) {
  EXPECT_EQ(BitsOf("tinyint"), 8);
  EXPECT_EQ(BitsOf("mediumint"), 24);
  EXPECT_EQ(BitsOf("integer"), BitsOf("int"));
  EXPECT_EQ(BitsOf("bigint"), 64);
  EXPECT_EQ(BitsOf("largeint"), 0);
  EXPECT_EQ(BitsOf("varchar"), 0);
}

TEST(Limits, DecimalsHaveDigitsBeforeThePoint) {
  EXPECT_EQ(WhyUnfit(Decimals("-999.99", 2), 0, {.whole_digits = 3}), "");
  EXPECT_EQ(WhyUnfit(Decimals("-1000.00", 2), 0, {.whole_digits = 3}),
            "-1000.00, where the target takes 3 digits before the point");
  EXPECT_EQ(WhyUnfit(Decimals("1000.00", 2), 0, {.whole_digits = 36}), "");
}

}  // namespace
}  // namespace sluice
