// SPDX-License-Identifier: Apache-2.0
#include "jdbc/scan.h"

#include <gmock/gmock.h>

namespace sluice::jdbc {
namespace {

using testing::HasSubstr;

Schema Rows(const Type& key, const Type& value) {
  Schema schema;
  schema.path = {"shop", "", "t"};
  schema.columns = {{"k", key}, {"v", value}};
  schema.primary_key = {0};
  return schema;
}

TargetTable Target(const std::string& key, const std::string& value) {
  TargetTable target;
  target.path = {"db", "public", "t"};
  target.columns = {{.name = "k", .type = key}, {.name = "v", .type = value}};
  target.merge = Merge::kUpsert;
  target.key = {0};
  return target;
}

SinkOptions To(SqlServer server) {
  SinkOptions options;
  options.endpoints.push_back({.server = server});
  return options;
}

bool Fits(SqlServer server, const std::string& there, const Type& key) {
  return PlanScan(Target(there, "int"), To(server), Rows(key, Of(TypeKind::kInt))).has_value();
}

TEST(JdbcScan, ReadsWithTheWordsOfTheServer) {
  const auto mysql = PlanScan(Target("bigint", "float"), To(SqlServer::kMysql),
                              Rows(Of(TypeKind::kBigInt), Of(TypeKind::kFloat)));
  ASSERT_TRUE(mysql.has_value());
  EXPECT_EQ(mysql->select, "SELECT `k`, `v` * 1e0 FROM `db`.`t`");
  const auto postgres = PlanScan(Target("bigint", "bytea"), To(SqlServer::kPostgres),
                                 Rows(Of(TypeKind::kInt), Of(TypeKind::kBytes)));
  ASSERT_TRUE(postgres.has_value());
  EXPECT_EQ(postgres->select, "SELECT \"k\", \"v\" FROM \"public\".\"t\"");
  Column key(Of(TypeKind::kInt));
  EXPECT_TRUE(AppendText(postgres->columns[0], "7", key).ok());
  EXPECT_EQ(key.value<int32_t>(0), 7);
  Column bytes(Of(TypeKind::kBytes));
  EXPECT_TRUE(AppendText(postgres->columns[1], "\\x00ff", bytes).ok());
  EXPECT_EQ(bytes.text(0), std::string_view("\0\xff", 2));
}

TEST(JdbcScan, KeysMustComeBackAsTheyWereWritten) {
  const auto mysql = SqlServer::kMysql;
  const auto postgres = SqlServer::kPostgres;
  const Type text = Of(TypeKind::kString);
  EXPECT_TRUE(Fits(mysql, "varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", text));
  EXPECT_TRUE(Fits(postgres, "character varying(20)", text));
  EXPECT_TRUE(Fits(postgres, "numeric(12,3)", Decimal(10, 2)));
  EXPECT_TRUE(Fits(mysql, "datetime(6)", {TypeKind::kTimestamp, 0, 3}));
  EXPECT_FALSE(Fits(mysql, "char(20)", text));
  EXPECT_FALSE(Fits(postgres, "character(20)", text));
  EXPECT_FALSE(Fits(postgres, "uuid", text));
  EXPECT_FALSE(Fits(mysql, "binary(8)", Of(TypeKind::kBytes)));
  EXPECT_FALSE(Fits(postgres, "numeric(12,1)", Decimal(10, 2)));
  EXPECT_FALSE(Fits(mysql, "datetime", {TypeKind::kTimestamp, 0, 3}));
  EXPECT_FALSE(Fits(mysql, "timestamp(6)", {TypeKind::kTimestamp, 0, 3}));
  EXPECT_FALSE(Fits(postgres, "timestamp with time zone", {TypeKind::kTimestamp, 0, 3}));
  EXPECT_FALSE(Fits(postgres, "double precision", Of(TypeKind::kDouble)));
}

TEST(JdbcScan, RowsMustBeFoundByTheirOwnKey) {
  const Schema rows = Rows(Of(TypeKind::kInt), Of(TypeKind::kInt));
  TargetTable target = Target("int", "int");
  target.same_key = false;
  EXPECT_FALSE(PlanScan(target, To(SqlServer::kMysql), rows).has_value());
  target.same_key = true;
  target.merge = Merge::kAppend;
  EXPECT_FALSE(PlanScan(target, To(SqlServer::kMysql), rows).has_value());
  target = Target("varchar(20)", "int");
  target.update_keys = false;
  const auto folded =
      PlanScan(target, To(SqlServer::kMysql), Rows(Of(TypeKind::kString), Of(TypeKind::kInt)));
  ASSERT_FALSE(folded.has_value());
  EXPECT_THAT(std::string(folded.error().message()), HasSubstr("update_keys = false"));
}

}  // namespace
}  // namespace sluice::jdbc
