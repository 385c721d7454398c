// SPDX-License-Identifier: Apache-2.0
#include "jdbc/row_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::jdbc {
namespace {

ColumnLimits Mysql(std::string type) {
  return LimitsOf(SqlServer::kMysql, {.name = "c", .type = std::move(type)});
}
ColumnLimits Postgres(std::string type) {
  return LimitsOf(SqlServer::kPostgres, {.name = "c", .type = std::move(type)});
}

TEST(JdbcLimits, TextsHaveCharactersOrBytes) {
  EXPECT_EQ(Mysql("varchar(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin").characters, 30U);
  EXPECT_EQ(Mysql("text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin").bytes, 65'535U);
  EXPECT_EQ(Mysql("varbinary(16)").bytes, 16U);
  EXPECT_EQ(Postgres("character varying(30)").characters, 30U);
  EXPECT_FALSE(Postgres("text").any());
  EXPECT_FALSE(Postgres("character varying").any());
  EXPECT_FALSE(Mysql("longtext").any());
}

TEST(JdbcLimits, NumbersHaveARange) {
  EXPECT_EQ(Mysql("tinyint(4)").least, -128);
  EXPECT_EQ(Mysql("int unsigned").least, 0);
  EXPECT_EQ(Mysql("int(10) unsigned").most, 4'294'967'295);
  EXPECT_EQ(Postgres("integer").most, 2'147'483'647);
  EXPECT_EQ(Mysql("decimal(10,2)").whole_digits, 8);
  EXPECT_FALSE(Postgres("numeric").any());
  EXPECT_FALSE(Mysql("double").any());
}

TEST(JdbcLimits, KeysAreNeverNullAndDeletesAreFoundByThemAlone) {
  auto schema = std::make_shared<Schema>();
  schema->path = {"shop", "", "items"};
  schema->columns = {{.name = "id", .type = Of(TypeKind::kInt)},
                     {.name = "name", .type = Of(TypeKind::kString)}};
  ChunkBuilder rows(schema);
  for (const RowKind kind : {RowKind::kInsert, RowKind::kDelete}) {
    rows.column(0).Append<int32_t>(1);
    rows.column(1).AppendText("too long");
    rows.EndRow(kind);
    rows.column(0).AppendNull();
    rows.column(1).AppendText("ok");
    rows.EndRow(kind);
  }
  TargetTable target;
  target.columns = {{.name = "id", .type = "int"}, {.name = "name", .type = "varchar(5)"}};
  target.key = {0};
  target.merge = Merge::kUpsert;
  std::vector<std::string> told;
  for (const RefusedRow& row : RowLimitsOf(SqlServer::kMysql, target).Refused(*rows.Finish(0))) {
    told.push_back(std::to_string(row.row) + " " + row.column + ": " + row.reason);
  }
  EXPECT_THAT(told, testing::ElementsAre("0 name: 8 characters, where the target takes 5",
                                         "1 id: null, which the target does not take",
                                         "3 id: null, which the target does not take"));
}

}  // namespace
}  // namespace sluice::jdbc
