// SPDX-License-Identifier: Apache-2.0
#include "data/limits.h"

#include <gtest/gtest.h>

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

TEST(Limits, WholeNumbersHaveARange) {
  Column column(Of(TypeKind::kBigInt));
  column.Append<int64_t>(128);
  EXPECT_EQ(WhyUnfit(column, 0, {.least = -128, .most = 127}),
            "128, where the target takes -128 to 127");
  EXPECT_EQ(WhyUnfit(column, 0, {.least = -129, .most = 128}), "");
}

TEST(Limits, DecimalsHaveDigitsBeforeThePoint) {
  EXPECT_EQ(WhyUnfit(Decimals("-999.99", 2), 0, {.whole_digits = 3}), "");
  EXPECT_EQ(WhyUnfit(Decimals("-1000.00", 2), 0, {.whole_digits = 3}),
            "-1000.00, where the target takes 3 digits before the point");
  EXPECT_EQ(WhyUnfit(Decimals("1000.00", 2), 0, {.whole_digits = 36}), "");
}

}  // namespace
}  // namespace sluice
