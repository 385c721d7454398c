// SPDX-License-Identifier: Apache-2.0
#include "data/column.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Column, WithoutNullsHasNoBitmap) {
  Column column(Of(TypeKind::kInt));
  for (int32_t i = 0; i < 100; ++i) column.Append(i);
  EXPECT_THAT(column.validity(), IsEmpty());
  EXPECT_EQ(column.null_count(), 0U);
  EXPECT_EQ(column.data().size(), 400U);
  EXPECT_FALSE(column.is_null(99));
}

// The first null may come at any place of a byte of the bitmap; unused bits stay zero.
TEST(Column, TheFirstNullMakesABitmapOfWhatWasPresent) {
  for (uint32_t before = 0; before < 20; ++before) {
    Column column(Of(TypeKind::kBigInt));
    for (uint32_t i = 0; i < before; ++i) column.Append<int64_t>(i);
    column.AppendNull();
    column.Append<int64_t>(-1);
    ASSERT_EQ(column.rows(), before + 2);
    for (uint32_t i = 0; i < column.rows(); ++i) EXPECT_EQ(column.is_null(i), i == before) << i;
    EXPECT_EQ(column.value<int64_t>(before), 0) << "a null has a zero behind it";
    EXPECT_EQ(column.validity().size(), (column.rows() + 7) / 8);
    const uint32_t used = column.rows() % 8;
    EXPECT_EQ(used == 0 ? 0 : column.validity().back() >> used, 0);
  }
}

TEST(Column, TextHasOffsetsAndNullsHaveNoLength) {
  Column column(Of(TypeKind::kString));
  column.AppendText("ab");
  column.AppendNull();
  column.AppendText("");
  column.AppendText(std::string_view("\0c", 2));
  EXPECT_THAT(column.offsets(), ElementsAre(0, 2, 2, 2, 4));
  EXPECT_EQ(column.data(), std::string_view("ab\0c", 4));
  EXPECT_EQ(column.text(3), std::string_view("\0c", 2));
  EXPECT_TRUE(column.is_null(1));
  EXPECT_FALSE(column.is_null(2));
}

TEST(ColumnDeathTest, EndsTheProcessBeforeOffsetsOverflow) {
  Column column(Of(TypeKind::kString));
  column.AppendText("a");
  // The bytes are not read: that they are too many is seen first.
  const std::string_view too_long("", Column::kTextBytesMax);
  EXPECT_DEATH(column.AppendText(too_long), "kTextBytesMax");
}

TEST(Column, CopiesValuesOfEveryWidthAndNulls) {
  Column decimals(Decimal(38, 0));
  const Int128 big = -(Int128{1} << 100U);
  decimals.Append(big);
  decimals.AppendNull();
  Column copy(Decimal(38, 0));
  copy.AppendFrom(decimals, 1);
  copy.AppendFrom(decimals, 0);
  EXPECT_TRUE(copy.is_null(0));
  EXPECT_TRUE(copy.value<Int128>(1) == big);
}

// Against the plainest column there is.
TEST(Column, HoldsWhatWasAppendedInAnyOrderOfNulls) {
  std::mt19937 engine(1);
  const auto random = [&] { return static_cast<uint32_t>(engine()); };
  for (int round = 0; round < 50; ++round) {
    Column column(Of(TypeKind::kString));
    std::vector<std::optional<std::string>> plain;
    for (uint32_t i = random() % 100; i > 0; --i) {
      if (random() % 3 == 0) {
        column.AppendNull();
        plain.emplace_back(std::nullopt);
      } else {
        plain.emplace_back(std::string(random() % 5, static_cast<char>('a' + random() % 26)));
        column.AppendText(*plain.back());
      }
    }
    ASSERT_EQ(column.rows(), plain.size());
    for (uint32_t i = 0; i < plain.size(); ++i) {
      ASSERT_EQ(column.is_null(i), !plain[i]);
      ASSERT_EQ(column.text(i), plain[i].value_or(""));
    }
  }
}

}  // namespace
}  // namespace sluice
