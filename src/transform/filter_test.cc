// SPDX-License-Identifier: Apache-2.0
#include "transform/filter.h"

#include "transform/transform_for_tests.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Bound(const std::string& block) {
  return ColumnsOf(MakeTransform<Filter>(block)->Bind(OrdersTable()));
}

TEST(Filter, KeepsColumnsInTheOrderGiven) {
  EXPECT_EQ(Bound("include_fields = [price, id]"), "price id ! id");
}

TEST(Filter, TakesTheOldNameAndSaysTheNewOne) {
  std::string notes;
  const auto transform = MakeTransform<Filter>("fields = [name]", &notes);
  EXPECT_THAT(notes, HasSubstr("'fields' is now called 'include_fields'"));
  EXPECT_EQ(ColumnsOf(transform->Bind(OrdersTable())), "name ? name");
}

TEST(Filter, LeavesColumnsOutInTheOrderOfTheTable) {
  EXPECT_EQ(Bound("exclude_fields = [name]"), "id price ! id");
}

TEST(Filter, AKeyStaysOnlyWithAllOfItsColumns) {
  auto table = std::make_shared<Schema>(*OrdersTable());
  table->primary_key = {2, 0};
  table->unique_keys = {{0, 1}, {1}};
  const auto bound = [&](const std::string& block) {
    return ColumnsOf(MakeTransform<Filter>(block)->Bind(table));
  };
  EXPECT_EQ(bound("include_fields = [id, name]"), "id name ? id name ? name");
  EXPECT_EQ(bound("include_fields = [id, price]"), "id price ! price id");
}

TEST(Filter, AColumnThatWentNeedsNoLeavingOut) {
  const SchemaRef without = Without(OrdersTable(), "name");
  const std::string block = "exclude_fields = [name]";
  const auto transform = MakeTransform<Filter>(block);
  EXPECT_EQ(ColumnsOf(transform->Bind(OrdersTable())), "id price ! id");
  EXPECT_EQ(ColumnsOf(transform->Bind(without)), "id price ! id");
  // As after a restart.
  EXPECT_EQ(ColumnsOf(MakeTransform<Filter>(block)->Bind(without)), "id price ! id");
  auto fresh = std::make_shared<Schema>(*without);
  fresh->version = 1;
  EXPECT_THAT(ColumnsOf(MakeTransform<Filter>(block)->Bind(fresh)), HasSubstr("'name'"));
}

TEST(Filter, AColumnThatIsLeftOutDoesNotPassUnderAnotherName) {
  auto before = std::make_shared<Schema>(*OrdersTable());
  before->columns[1].renamed_from = "name";
  auto after = std::make_shared<Schema>(*before);
  after->columns[1].name = "title";
  ++after->version;
  const auto transform = MakeTransform<Filter>("exclude_fields = [name]");
  EXPECT_EQ(ColumnsOf(transform->Bind(before)), "id price ! id");
  EXPECT_THAT(
      ColumnsOf(transform->Bind(after)),
      HasSubstr("leaves out the column 'name' of table shop.orders, which is called 'title'"));
}

// Also a misspelt name looks like that once the table has changed.
TEST(Filter, AColumnToLeaveOutThatIsNotThereAnyMoreIsTold) {
  auto changed = std::make_shared<Schema>(*OrdersTable());
  ++changed->version;
  const auto transform = MakeTransform<Filter>("exclude_fields = [nam, price]");
  testing::internal::CaptureStderr();
  EXPECT_EQ(ColumnsOf(transform->Bind(changed)), "id name ! id ? name");
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("the column 'nam', which table shop.orders does not have"));
  EXPECT_THAT(ColumnsOf(transform->Bind(OrdersTable())), HasSubstr("'nam'"));
}

TEST(Filter, RowsKeepTheirValuesAndKinds) {
  const auto transform = MakeTransform<Filter>("include_fields = [name, id]");
  const ChunkPtr chunk = Orders({{RowKind::kUpdateBefore, 1, "a"}, {RowKind::kUpdateAfter, 1}});
  const auto out = Apply(*transform, chunk);
  EXPECT_THAT(RowsOf(out), ElementsAre("UPDATE_BEFORE a|1", "UPDATE_AFTER null|1"));
  EXPECT_EQ(&out[0]->column(0), &chunk->column(1));
}

TEST(Filter, MistakesAreTold) {
  EXPECT_THAT(MistakesOf<Filter>(""), HasSubstr("'include_fields' or 'exclude_fields' is missing"));
  EXPECT_THAT(MistakesOf<Filter>("include_fields = [a], exclude_fields = [b]"),
              HasSubstr("not both"));
  EXPECT_THAT(Bound("exclude_fields = [id, name, price]"), HasSubstr("it has no columns"));
  EXPECT_THAT(Bound("include_fields = [id, id]"), HasSubstr("column id is there twice"));
}

}  // namespace
}  // namespace sluice
