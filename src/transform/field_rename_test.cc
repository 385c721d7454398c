// SPDX-License-Identifier: Apache-2.0
#include "transform/field_rename.h"

#include "transform/transform_for_tests.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Bound(const std::string& block) {
  return ColumnsOf(MakeTransform<FieldRename>(block)->Bind(OrdersTable()));
}

TEST(FieldRename, CasePrefixAndSuffix) {
  EXPECT_EQ(Bound(""), "id name price ! id ? name");
  EXPECT_EQ(Bound("convert_case = UPPER, prefix = \" c_ \", suffix = _x"),
            "c_ID_x c_NAME_x c_PRICE_x ! c_ID_x ? c_NAME_x");
}

TEST(FieldRename, OfSeveralReplacementsThatMatchTheLastOneCounts) {
  EXPECT_EQ(Bound("replacements_with_regex = [{ replace_from = \"[ae]\", replace_to = x }, "
                  "{ replace_from = \"pr(?=ice)\", replace_to = y }]"),
            "id nxmx yice ! id ? nxmx");
}

TEST(FieldRename, SpecificNamesWinAndAreTakenWordByWord) {
  EXPECT_EQ(Bound("prefix = p_, specific = [{ field_name = name, target_name = Who }]"),
            "p_id Who p_price ! p_id ? Who");
}

TEST(FieldRename, RowsShareTheirValues) {
  const auto transform = MakeTransform<FieldRename>("prefix = p_");
  const ChunkPtr chunk = Orders({{.id = 1, .name = "a"}});
  const auto out = Apply(*transform, chunk);
  EXPECT_THAT(RowsOf(out), ElementsAre("INSERT 1|a|1.50"));
  EXPECT_EQ(&out[0]->column(1), &chunk->column(1));
}

TEST(FieldRename, FollowsASchemaChange) {
  const auto transform = MakeTransform<FieldRename>("prefix = p_");
  EXPECT_EQ(ColumnsOf(transform->Bind(OrdersTable())), "p_id p_name p_price ! p_id ? p_name");
  EXPECT_EQ(ColumnsOf(transform->Bind(Without(OrdersTable(), "name"))), "p_id p_price ! p_id");
}

TEST(FieldRename, MistakesAreTold) {
  EXPECT_THAT(Bound("replacements_with_regex = [{ replace_from = \".*e$\", replace_to = x }]"),
              HasSubstr("the columns 'name' and 'price' of table shop.orders would both be named"));
  EXPECT_THAT(Bound("specific = [{ field_name = nam, target_name = x }]"),
              HasSubstr("'nam' (did you mean 'name'?)"));
  EXPECT_THAT(MistakesOf<FieldRename>("replacements_with_regex = [{ replace_from = \"[\", "
                                      "replace_to = x }]"),
              HasSubstr("replace_from: '[' is not a regular expression"));
}

}  // namespace
}  // namespace sluice
