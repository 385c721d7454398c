// SPDX-License-Identifier: Apache-2.0
#include "starrocks/row_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace sluice::starrocks {
namespace {

using testing::ElementsAre;

std::vector<std::string> Told(const std::vector<RefusedRow>& rows) {
  std::vector<std::string> out;
  for (const RefusedRow& row : rows) {
    out.push_back(std::to_string(row.row) + " " + row.column + ": " + row.reason);
  }
  return out;
}

class RowLimitsTest : public testing::Test {
 protected:
  RowLimitsTest() {
    auto schema = std::make_shared<Schema>();
    schema->path = {"shop", "", "items"};
    schema->columns = {{.name = "ID", .type = Of(TypeKind::kBigInt)},
                       {.name = "name", .type = Of(TypeKind::kString)},
                       {.name = "price", .type = Decimal(20, 2)}};
    schema->primary_key = {0};
    schema_ = std::move(schema);
    facts_.columns = {{"id", "int", true, "int", false},
                      {"name", "varchar", false, "varchar(5)", true},
                      {"price", "decimal64", false, "decimal64(6, 2)", true}};
  }
  void Add(ChunkBuilder& rows, RowKind kind, std::optional<int64_t> id, std::string_view name,
           Int128 price) const {
    id ? rows.column(0).Append<int64_t>(*id) : rows.column(0).AppendNull();
    rows.column(1).AppendText(name);
    rows.column(2).Append(price);
    rows.EndRow(kind);
  }

  SchemaRef schema_;
  TargetFacts facts_;
};

TEST_F(RowLimitsTest, TheFirstColumnThatDoesNotFitIsTheReason) {
  ChunkBuilder rows(schema_);
  Add(rows, RowKind::kInsert, 1, "fits!", 999999);
  Add(rows, RowKind::kInsert, 2, "größe", 1000000);
  Add(rows, RowKind::kInsert, 3'000'000'000, "x", 1);
  Add(rows, RowKind::kInsert, std::nullopt, "x", 1);
  Add(rows, RowKind::kInsert, 4, "x", -1000000);
  EXPECT_THAT(Told(RowLimitsOf(facts_, *schema_, true).Refused(*rows.Finish(0))),
              ElementsAre("1 name: 7 bytes, where the target takes 5",
                          "2 ID: 3000000000, where the target takes -2147483648 to 2147483647",
                          "3 ID: null, which the target does not take",
                          "4 price: -10000.00, where the target takes 4 digits before the point"));
}

TEST_F(RowLimitsTest, RowsThatGoAreFoundByTheirKeyAlone) {
  ChunkBuilder rows(schema_);
  Add(rows, RowKind::kDelete, 1, "far too long", 1);
  Add(rows, RowKind::kUpdateBefore, 2, "far too long", 1);
  Add(rows, RowKind::kUpdateAfter, 2, "short", 1);
  Add(rows, RowKind::kDelete, std::nullopt, "x", 1);
  const ChunkPtr chunk = rows.Finish(0);
  EXPECT_THAT(Told(RowLimitsOf(facts_, *schema_, true).Refused(*chunk)),
              ElementsAre("3 ID: null, which the target does not take"));
  // Appended, they are rows like any other.
  EXPECT_EQ(RowLimitsOf(facts_, *schema_, false).Refused(*chunk).size(), 3U);
}

TEST_F(RowLimitsTest, WholeNumbersAreBoundedWhereTheSourceHoldsMore) {
  const auto limits = [](const std::string& type, const Type& source) {
    return LimitsOf({"n", type, false, type, true}, source);
  };
  EXPECT_EQ(limits("bigint", Decimal(20, 0)).most, std::numeric_limits<int64_t>::max());
  EXPECT_EQ(limits("bigint", Decimal(20, 0)).least, std::numeric_limits<int64_t>::min());
  EXPECT_EQ(limits("int", Of(TypeKind::kBigInt)).most, std::numeric_limits<int32_t>::max());
  EXPECT_FALSE(limits("bigint", Of(TypeKind::kBigInt)).any());
  EXPECT_FALSE(limits("bigint unsigned", Decimal(38, 0)).any()) << "that is how LARGEINT is shown";
}

TEST_F(RowLimitsTest, ADecimalMustFitAWholeNumberByItsWholePart) {
  facts_.columns[2] = {"price", "tinyint", false, "tinyint(4)", true};
  ChunkBuilder rows(schema_);
  for (const Int128 price : {12799, -12899, 12800, -12900}) {
    Add(rows, RowKind::kInsert, 1, "x", price);
  }
  EXPECT_THAT(Told(RowLimitsOf(facts_, *schema_, true).Refused(*rows.Finish(0))),
              ElementsAre("2 price: 128, where the target takes -128 to 127",
                          "3 price: -129, where the target takes -128 to 127"));
}

TEST_F(RowLimitsTest, BytesAreMeasuredAsBase64) {
  EXPECT_EQ(LimitsOf({"b", "varchar", false, "varchar(8)", true}, Of(TypeKind::kBytes)).bytes, 6U);
  EXPECT_FALSE(LimitsOf({"b", "varbinary", false, "varbinary", true}, Of(TypeKind::kBytes)).any());
  EXPECT_FALSE(LimitsOf({"d", "double", false, "double", true}, Of(TypeKind::kDouble)).any());
}

}  // namespace
}  // namespace sluice::starrocks
