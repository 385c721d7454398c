// SPDX-License-Identifier: Apache-2.0
#include "transform/copy.h"

#include "transform/transform_for_tests.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Copy, AppendsCopiesWithWhatTheirColumnsAre) {
  const auto transform = MakeTransform<Copy>("fields { who = name, again = name, cost = price }");
  const SchemaRef out = *transform->Bind(OrdersTable());
  EXPECT_EQ(ColumnsOf(Result<SchemaRef>(out)), "id name price who again cost ! id ? name");
  ColumnInfo who = OrdersTable()->columns[1];
  who.name = "who";
  EXPECT_EQ(out->columns[3], who);
  EXPECT_EQ(out->comment, "kept");
  EXPECT_THAT(RowsOf(Apply(*transform, Orders({{.id = 1, .name = "ann"}, {RowKind::kDelete, 2}}))),
              ElementsAre("INSERT 1|ann|1.50|ann|ann|1.50", "DELETE 2|null|1.50|null|null|1.50"));
}

TEST(Copy, TakesTheOlderFormOfOneCopy) {
  EXPECT_EQ(
      ColumnsOf(MakeTransform<Copy>("src_field = name, dest_field = who")->Bind(OrdersTable())),
      "id name price who ! id ? name");
}

TEST(Copy, OverwritesAColumnAndThenItsKeysAreGone) {
  const auto transform = MakeTransform<Copy>("fields { name = id, price = price }");
  EXPECT_EQ(ColumnsOf(transform->Bind(OrdersTable())), "id name price ! id");
  EXPECT_THAT(RowsOf(Apply(*transform, Orders({{.id = 1, .name = "ann"}}))),
              ElementsAre("INSERT 1|1|1.50"));
  EXPECT_EQ(ColumnsOf(MakeTransform<Copy>("fields { id = price }")->Bind(OrdersTable())),
            "id name price ? name");
}

TEST(Copy, SharesTheValuesAndKeepsTheTimes) {
  const auto transform = MakeTransform<Copy>("fields { who = name }");
  const ChunkPtr chunk = Orders({{.id = 1, .name = "ann"}});
  const auto out = Apply(*transform, chunk);
  EXPECT_EQ(&out[0]->column(3), &chunk->column(1));
  EXPECT_EQ(&out[0]->column(0), &chunk->column(0));
  EXPECT_EQ(out[0]->stamps, chunk->stamps);
  EXPECT_EQ(out[0]->source_micros, 7);
}

TEST(Copy, MistakesAreTold) {
  EXPECT_THAT(MistakesOf<Copy>(""), HasSubstr("option 'fields' is missing"));
  EXPECT_THAT(MistakesOf<Copy>("src_field = a"), HasSubstr("go together"));
  EXPECT_THAT(MistakesOf<Copy>("src_field = a, dest_field = b, fields { c = d }"),
              HasSubstr("not both"));
  EXPECT_THAT(ColumnsOf(MakeTransform<Copy>("fields { a = nam }")->Bind(OrdersTable())),
              HasSubstr("'nam' (did you mean 'name'?)"));
}

}  // namespace
}  // namespace sluice
