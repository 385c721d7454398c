// SPDX-License-Identifier: Apache-2.0
#include "jdbc/row_batch.h"

#include <gmock/gmock.h>

namespace sluice::jdbc {
namespace {

using testing::HasSubstr;

SchemaRef Items() {
  Schema schema;
  schema.path = {"shop", "", "items"};
  schema.columns = {{.name = "id", .type = Of(TypeKind::kInt), .nullable = false},
                    {.name = "name", .type = Of(TypeKind::kString)}};
  schema.primary_key = {0};
  return std::make_shared<Schema>(schema);
}

TargetTable Target(Merge merge) {
  TargetTable target;
  target.path = {"ods", "public", "items"};
  target.columns = {{.name = "id", .type = "int", .nullable = false},
                    {.name = "name", .type = "text", .nullable = false}};
  target.merge = merge;
  if (merge != Merge::kAppend) target.key = {0};
  return target;
}

struct Row {
  RowKind kind;
  int32_t id;
  std::optional<std::string> name;
};

ChunkPtr Rows(const std::vector<Row>& rows) {
  ChunkBuilder builder(Items());
  for (const Row& row : rows) {
    builder.column(0).Append<int32_t>(row.id);
    if (row.name) {
      builder.column(1).AppendText(*row.name);
    } else {
      builder.column(1).AppendNull();
    }
    builder.EndRow(row.kind);
  }
  return builder.Finish(0);
}

RowText TakeAll(RowBatch& batch, const ChunkPtr& chunk) {
  for (uint32_t row = 0; row < chunk->rows(); ++row) {
    const Status status = batch.Add(*chunk, row, row + 1);
    EXPECT_TRUE(status.ok()) << status.ToString();
  }
  return batch.Take();
}

TEST(RowBatch, KeepsTheLastRowOfEachKey) {
  const TargetTable target = Target(Merge::kUpsert);
  RowBatch batch(PostgresDialect(), target, true);
  const RowText rows = TakeAll(batch, Rows({{RowKind::kInsert, 1, "a"},
                                            {RowKind::kInsert, 2, "b"},
                                            {RowKind::kUpdateAfter, 1, "c"},
                                            {RowKind::kDelete, 2, "b"}}));
  EXPECT_EQ(rows.text, "3\tU\t1\tc\n4\tD\t2\t\\N\n");
  EXPECT_EQ(rows.rows(), 2U);
  EXPECT_TRUE(rows.upserts);
  EXPECT_TRUE(rows.deletes);
  EXPECT_EQ(rows.Excerpt(2), "4\tD\t2\t\\N\n");
  EXPECT_EQ(batch.rows(), 0U);
}

TEST(RowBatch, WithoutAKeyEveryRowIsAppended) {
  const TargetTable target = Target(Merge::kAppend);
  RowBatch batch(MysqlDialect(), target, false);
  const RowText rows =
      TakeAll(batch, Rows({{RowKind::kInsert, 1, "a'\\"}, {RowKind::kDelete, 1, "a"}}));
  EXPECT_EQ(rows.text, "(1,'a\\'\\\\'),(1,'a'),");
  EXPECT_FALSE(rows.deletes);
}

TEST(RowBatch, TextOfCopyIsEscaped) {
  const TargetTable target = Target(Merge::kUpsert);
  RowBatch batch(PostgresDialect(), target, true);
  EXPECT_EQ(TakeAll(batch, Rows({{RowKind::kInsert, 1, "t\t n\n r\r b\\ \\N"}})).text,
            "1\tU\t1\tt\\t n\\n r\\r b\\\\ \\\\N\n");
}

TEST(RowBatch, NamesARowThatCannotBeInTheTarget) {
  const TargetTable target = Target(Merge::kUpsert);
  RowBatch batch(PostgresDialect(), target, true);
  const ChunkPtr chunk = Rows({{RowKind::kInsert, 1, "fine"},
                               {RowKind::kInsert, 7, std::nullopt},
                               {RowKind::kInsert, 8, std::string("a\0b", 3)},
                               {RowKind::kDelete, 9, std::nullopt}});
  EXPECT_TRUE(batch.Add(*chunk, 0, 1).ok());
  const Status null = batch.Add(*chunk, 1, 2);
  EXPECT_EQ(null.code(), Code::kSchemaMismatch);
  EXPECT_THAT(null.ToString(), testing::AllOf(HasSubstr("items"), HasSubstr("name"),
                                              HasSubstr("id = 7"), HasSubstr("null")));
  EXPECT_THAT(batch.Add(*chunk, 2, 3).ToString(), HasSubstr("id = 8"));
  EXPECT_TRUE(batch.Add(*chunk, 3, 4).ok());  // only its key counts
  EXPECT_EQ(batch.Take().text, "1\tU\t1\tfine\n4\tD\t9\t\\N\n");
}

}  // namespace
}  // namespace sluice::jdbc
