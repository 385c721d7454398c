// SPDX-License-Identifier: Apache-2.0
#include "transform/per_table.h"

#include "transform/copy.h"
#include "transform/filter.h"
#include "transform/transform_for_tests.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Bound(const std::string& block, const std::string& table) {
  return ColumnsOf(MakeTransform<Filter>(block)->Bind(OrdersTable(table)));
}

TEST(PerTable, OptionsAtTheTopAreForTablesWhoseWholePathMatches) {
  const std::string block = "include_fields = [id], table_match_regex = \"shop\\\\.or.*\"";
  EXPECT_EQ(Bound(block, "orders"), "id ! id");
  EXPECT_EQ(Bound(block, "items"), "id name price ! id ? name");
  EXPECT_EQ(Bound("include_fields = [id], table_match_regex = \"orders\"", "orders"),
            "id name price ! id ? name");
}

TEST(PerTable, OptionsOfASingleTableWin) {
  const std::string block =
      "include_fields = [id]\n"
      "table_transform = [{ table_path = \"shop.items\", exclude_fields = [id] }]";
  EXPECT_EQ(Bound(block, "orders"), "id ! id");
  EXPECT_EQ(Bound(block, "items"), "name price ? name");
}

TEST(PerTable, WithoutOptionsAtTheTopOtherTablesPass) {
  const std::string block =
      "table_transform = [{ table_path = \"shop.items\", include_fields = [id] }]";
  EXPECT_EQ(Bound(block, "orders"), "id name price ! id ? name");
  EXPECT_EQ(Bound(block, "items"), "id ! id");
}

TEST(PerTable, RowsOfOtherTablesAreTheSameChunk) {
  const auto transform = MakeTransform<Filter>("include_fields = [id], table_match_regex = x");
  const ChunkPtr chunk = Orders({{.id = 1}});
  EXPECT_THAT(Apply(*transform, chunk), ElementsAre(chunk));
}

TEST(PerTable, EveryMissingColumnIsNamedWithTheNearestThatIsThere) {
  EXPECT_EQ(
      Bound("include_fields = [nme, id, colour]", "orders"),
      "error: 'include_fields' names columns that table shop.orders does not have: 'nme' (did "
      "you mean 'name'?), 'colour'");
}

TEST(PerTable, MistakesNameTheTable) {
  EXPECT_THAT(
      MistakesOf<Filter>("table_match_regex = \"*\"\n"
                         "table_transform = [{ table_path = a.b }, { table_path = c, "
                         "include_fields = [x] }, { table_path = c, include_fields = [y] }]"),
      AllOf(HasSubstr("'T', table_transform of a.b: option 'include_fields' or"),
            HasSubstr("'T', table_transform of c: the table is there twice"),
            HasSubstr("'T': table_match_regex: '*' is not a regular expression")));
  EXPECT_THAT(MistakesOf<Filter>("table_transform = [{ include_fields = [x] }]"),
              HasSubstr("table_path"));
  EXPECT_THAT(MistakesOf<Filter>("table_match_regex = x"), HasSubstr("is missing"));
}

TEST(PerTable, WhatCouldNotBeReadIsNotToldAsMissing) {
  EXPECT_THAT(MistakesOf<Copy>("fields = true"), Not(HasSubstr("is missing")));
}

}  // namespace
}  // namespace sluice
