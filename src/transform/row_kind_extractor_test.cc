// SPDX-License-Identifier: Apache-2.0
#include "transform/row_kind_extractor.h"

#include "transform/transform_for_tests.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using enum RowKind;

TEST(RowKindExtractor, EveryRowIsAnInsertThatTellsWhatItWas) {
  const auto transform = MakeTransform<RowKindExtractor>("");
  EXPECT_EQ(ColumnsOf(transform->Bind(OrdersTable())), "id name price row_kind ! id ? name");
  const auto out = Apply(
      *transform,
      Orders(
          {{kInsert, 1, "a"}, {kUpdateBefore, 1, "a"}, {kUpdateAfter, 1, "b"}, {kDelete, 1, "b"}}));
  EXPECT_THAT(RowsOf(out), ElementsAre("INSERT 1|a|1.50|+I", "INSERT 1|a|1.50|-U",
                                       "INSERT 1|b|1.50|+U", "INSERT 1|b|1.50|-D"));
  EXPECT_EQ(out[0]->commit_micros(0), 1000);
}

TEST(RowKindExtractor, FullNamesUnderAnotherName) {
  const auto transform =
      MakeTransform<RowKindExtractor>("custom_field_name = op, transform_type = full");
  EXPECT_THAT(RowsOf(Apply(*transform, Orders({{kInsert, 1, "a"}, {kDelete, 1, "b"}}))),
              ElementsAre("INSERT 1|a|1.50|INSERT", "INSERT 1|b|1.50|DELETE"));
  EXPECT_EQ(ColumnsOf(transform->Bind(OrdersTable())), "id name price op ! id ? name");
}

TEST(RowKindExtractor, FollowsASchemaChange) {
  const auto transform = MakeTransform<RowKindExtractor>("custom_field_name = name");
  EXPECT_EQ(ColumnsOf(transform->Bind(OrdersTable())), "id name price ! id");
  EXPECT_EQ(ColumnsOf(transform->Bind(Without(OrdersTable(), "name"))), "id price name ! id");
}

TEST(RowKindExtractor, MistakesAreTold) {
  EXPECT_THAT(MistakesOf<RowKindExtractor>("transform_type = LONG"),
              HasSubstr("'transform_type' must be one of SHORT, FULL, but is LONG"));
}

}  // namespace
}  // namespace sluice
