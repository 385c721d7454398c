// SPDX-License-Identifier: Apache-2.0
#include "jdbc/row_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "jdbc/dialect.h"

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
  for (const ColumnLimits& endless :
       {Postgres("text"), Postgres("character varying"), Mysql("longtext")}) {
    EXPECT_FALSE(endless.characters || endless.bytes);
  }
}

TEST(JdbcLimits, WhatAServerHasNoValueForIsToldBeforeItIsSent) {
  EXPECT_TRUE(Postgres("text").no_nul);
  EXPECT_FALSE(Mysql("longtext").no_nul);
  EXPECT_TRUE(Mysql("double").finite);
  EXPECT_FALSE(Postgres("double precision").finite);
  auto schema = std::make_shared<Schema>();
  schema->path = {"shop", "", "items"};
  schema->columns = {{.name = "name", .type = Of(TypeKind::kString)},
                     {.name = "ratio", .type = Of(TypeKind::kDouble)}};
  const double values[] = {1.5, std::nan(""), HUGE_VAL};
  ChunkBuilder rows(schema);
  for (const double value : values) {
    rows.column(0).AppendText(std::string_view("a\0b", value == 1.5 ? 3 : 1));
    rows.column(1).Append<double>(value);
    rows.EndRow(RowKind::kInsert);
  }
  const ChunkPtr chunk = rows.Finish(0);
  for (const SqlServer server : {SqlServer::kMysql, SqlServer::kPostgres}) {
    const bool mysql = server == SqlServer::kMysql;
    TargetTable target;
    target.columns = {{.name = "name", .type = mysql ? "longtext" : "text"},
                      {.name = "ratio", .type = mysql ? "double" : "double precision"}};
    std::vector<std::string> told;
    for (const RefusedRow& row : RowLimitsOf(server, target).Refused(*chunk)) {
      told.push_back(std::to_string(row.row) + " " + row.column);
    }
    // As the dialects have it: no row that passes is refused later.
    std::vector<std::string> refused;
    for (uint32_t row = 0; row < chunk->rows(); ++row) {
      for (uint32_t i = 0; i < 2; ++i) {
        std::string out;
        if (Dialect::Of(server).AppendValue(target.columns[i], chunk->column(i), row, out))
          continue;
        refused.push_back(std::to_string(row) + " " + target.columns[i].name);
      }
    }
    EXPECT_EQ(told, refused);
    EXPECT_EQ(told.size(), mysql ? 2U : 1U);
  }
}

TEST(JdbcLimits, NumbersHaveARange) {
  EXPECT_EQ(Mysql("tinyint(4)").least, -128);
  EXPECT_EQ(Mysql("int unsigned").least, 0);
  EXPECT_EQ(Mysql("int(10) unsigned").most, 4'294'967'295);
  EXPECT_EQ(Postgres("integer").most, 2'147'483'647);
  EXPECT_EQ(Mysql("decimal(10,2)").whole_digits, 8);
  EXPECT_FALSE(Postgres("numeric").whole_digits);
  EXPECT_FALSE(Mysql("double").most);
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
