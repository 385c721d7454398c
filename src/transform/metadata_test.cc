// SPDX-License-Identifier: Apache-2.0
#include "transform/metadata.h"

#include "transform/transform_for_tests.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using enum RowKind;

constexpr char kAll[] =
    "metadata_fields { Database = db, Table = t, RowKind = k, EventTime = at, Delay = late, "
    "Partition = p }";

void AddRow(ChunkBuilder& builder, RowKind kind) {
  builder.column(0).Append<int64_t>(1);
  builder.column(1).AppendNull();
  builder.column(2).Append<Int128>(150);
  builder.EndRow(kind);
}

TEST(Metadata, TellsWhatIsKnownOfARow) {
  const auto transform = MakeTransform<Metadata>(kAll);
  const auto bound = transform->Bind(OrdersTable());
  EXPECT_EQ(ColumnsOf(bound), "id name price db t k at late p ! id ? name");
  EXPECT_EQ((*bound)->columns[6].type.kind, TypeKind::kBigInt);
  ChunkBuilder builder(OrdersTable());
  const auto row = [&](int64_t micros, RowKind kind) {
    builder.Stamp(micros);
    AddRow(builder, kind);
  };
  row(1'700'000'000'000'000, kUpdateBefore);
  row(1'700'000'000'000'000, kUpdateAfter);
  row(1'700'000'001'500'900, kDelete);
  EXPECT_THAT(RowsOf(Apply(*transform, builder.Finish(0, 1'700'000'002'000'000))),
              ElementsAre("UPDATE_BEFORE 1|null|1.50|shop|orders|-U|1700000000000|2000|null",
                          "UPDATE_AFTER 1|null|1.50|shop|orders|+U|1700000000000|2000|null",
                          "DELETE 1|null|1.50|shop|orders|-D|1700000001500|499|null"));
}

TEST(Metadata, ARowOfASnapshotHappenedWhenItWasRead) {
  const auto transform = MakeTransform<Metadata>("metadata_fields { EventTime = e, Delay = d }");
  ChunkBuilder builder(OrdersTable());
  AddRow(builder, kInsert);
  EXPECT_THAT(RowsOf(Apply(*transform, builder.Finish(0, 5000))),
              ElementsAre("INSERT 1|null|1.50|5|0"));
}

TEST(Metadata, WhatTheSourceDoesNotTellIsNull) {
  auto table = std::make_shared<Schema>(*OrdersTable());
  table->path = {"", "", "orders"};
  ChunkBuilder builder(table);
  AddRow(builder, kInsert);
  EXPECT_THAT(RowsOf(Apply(*MakeTransform<Metadata>(kAll), builder.Finish(0))),
              ElementsAre("INSERT 1|null|1.50|null|orders|+I|null|null|null"));
}

TEST(Metadata, MistakesAreTold) {
  EXPECT_THAT(MistakesOf<Metadata>(""), HasSubstr("option 'metadata_fields' is missing"));
  EXPECT_THAT(
      MistakesOf<Metadata>("metadata_fields { database = a, Tables = b }"),
      AllOf(HasSubstr("there is no 'database'; did you mean 'Database'?"),
            HasSubstr("there is no 'Tables'; did you mean 'Table'? (known: Database, Table, "
                      "RowKind, EventTime, Delay, Partition)")));
}

}  // namespace
}  // namespace sluice
