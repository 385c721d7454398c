// SPDX-License-Identifier: Apache-2.0
#include "jdbc/alter_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::jdbc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Only quotes.
class QuotingSession final : public SqlSession {
 public:
  Status Execute(const std::string& /*sql*/) override { return {}; }
  Result<SqlTable> Query(const std::string& /*sql*/) override { return SqlTable(); }
  Status Stream(const std::string& /*sql*/, const std::function<bool(SqlRow)>& /*each*/) override {
    return {};
  }
  Result<std::vector<SqlColumn>> Describe(const std::string& /*sql*/) override {
    return std::vector<SqlColumn>();
  }
  Status CopyIn(const std::string& /*sql*/, std::string_view /*data*/) override { return {}; }
  std::string Quote(std::string_view text) const override { return "'" + std::string(text) + "'"; }
  void Interrupt() override {}
};

SchemaRef Table(std::vector<ColumnInfo> columns) {
  auto schema = std::make_shared<Schema>();
  schema->path = {"shop", "", "goods"};
  schema->columns = std::move(columns);
  schema->primary_key = {0};
  return schema;
}

const ColumnInfo kId{.name = "id", .type = Of(TypeKind::kBigInt), .nullable = false};
const ColumnInfo kName{.name = "name", .type = Of(TypeKind::kString), .length = 80};

Alteration Plan(SqlServer server, const std::vector<TargetColumn>& there,
                const std::vector<ColumnInfo>& before, const std::vector<ColumnInfo>& after) {
  SinkOptions options;
  options.endpoints = {SqlEndpoint{.server = server}};
  TargetFacts facts;
  facts.columns = there;
  const bool mysql = server == SqlServer::kMysql;
  const TablePath path =
      mysql ? TablePath{"ods", "", "goods"} : TablePath{"ods", "public", "goods"};
  return PlanAlteration(QuotingSession(), options, facts, path,
                        {Table(before), Table(after), "ALTER TABLE goods ..."});
}

TEST(AlterTable, ColumnsComeWithWhatOldRowsHold) {
  ColumnInfo stock{.name = "stock", .type = Of(TypeKind::kInt), .nullable = false};
  stock.initial = "7";
  ColumnInfo note{.name = "note", .type = Of(TypeKind::kString), .length = 1000};
  note.initial = "none";
  ColumnInfo raw{.name = "raw", .type = Of(TypeKind::kBytes)};
  raw.initial = "x";
  const std::vector<ColumnInfo> after = {kId, kName, stock, note, raw};
  const std::vector<TargetColumn> there = {{.name = "id", .type = "bigint"},
                                           {.name = "name", .type = "varchar(80)"}};
  const Alteration mysql = Plan(SqlServer::kMysql, there, {kId, kName}, after);
  EXPECT_THAT(mysql.statements,
              ElementsAre("ALTER TABLE `ods`.`goods` ADD COLUMN `stock` INT NULL DEFAULT '7'",
                          "ALTER TABLE `ods`.`goods` ADD COLUMN `note` TEXT NULL DEFAULT ('none')",
                          HasSubstr("ADD COLUMN `raw` VARBINARY(32766) NULL")));
  EXPECT_THAT(mysql.notes, ElementsAre(HasSubstr("null in the new column raw")));
  EXPECT_THAT(Plan(SqlServer::kPostgres, there, {kId, kName}, {kId, kName, stock}).statements,
              ElementsAre("ALTER TABLE \"public\".\"goods\" ADD COLUMN \"stock\" int4 NULL "
                          "DEFAULT '7'"));
}

TEST(AlterTable, WhatIsDoneAlreadyIsNotDoneAgain) {
  const ColumnInfo more{.name = "more", .type = Of(TypeKind::kInt)};
  const std::vector<TargetColumn> done = {{.name = "id", .type = "bigint"},
                                          {.name = "MORE", .type = "int"}};
  EXPECT_THAT(Plan(SqlServer::kMysql, done, {kId, kName}, {kId, more}).statements, IsEmpty());
}

TEST(AlterTable, ColumnsThatTheSourceDropsGo) {
  const std::vector<TargetColumn> there = {{.name = "id", .type = "bigint"},
                                           {.name = "Name", .type = "varchar(80)"},
                                           {.name = "own", .type = "int"}};
  EXPECT_THAT(Plan(SqlServer::kMysql, there, {kId, kName}, {kId}).statements,
              ElementsAre("ALTER TABLE `ods`.`goods` DROP COLUMN `Name`"));
}

TEST(AlterTable, ColumnsGrowOnlyWhereTheyMust) {
  ColumnInfo longer = kName;
  longer.length = 240;
  const std::vector<TargetColumn> narrow = {
      {.name = "id", .type = "bigint"},
      {.name = "name",
       .type = "varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
       .nullable = false}};
  EXPECT_THAT(Plan(SqlServer::kMysql, narrow, {kId, kName}, {kId, longer}).statements,
              ElementsAre("ALTER TABLE `ods`.`goods` MODIFY COLUMN `name` VARCHAR(240) NULL"));
  const std::vector<TargetColumn> wide = {
      {.name = "id", .type = "bigint"},
      {.name = "name", .type = "text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"}};
  EXPECT_THAT(Plan(SqlServer::kMysql, wide, {kId, kName}, {kId, longer}).statements, IsEmpty());
  const std::vector<TargetColumn> varying = {
      {.name = "id", .type = "bigint"},
      {.name = "name", .type = "character varying(20)", .nullable = false}};
  EXPECT_THAT(Plan(SqlServer::kPostgres, varying, {kId, kName}, {kId, longer}).statements,
              ElementsAre("ALTER TABLE \"public\".\"goods\" ALTER COLUMN \"name\" TYPE "
                          "varchar(240) USING \"name\"::varchar(240)",
                          "ALTER TABLE \"public\".\"goods\" ALTER COLUMN \"name\" DROP NOT NULL"));
}

TEST(AlterTable, ATypeHoldsAllThatFitsIntoIt) {
  const auto holds = [](SqlServer server, std::string type, const ColumnInfo& wanted) {
    return Holds(server, {.name = "c", .type = std::move(type)}, wanted);
  };
  const ColumnInfo whole{.name = "c", .type = Of(TypeKind::kBigInt)};
  const ColumnInfo price{.name = "c", .type = Decimal(10, 2)};
  const ColumnInfo moment{.name = "c", .type = {TypeKind::kTimestamp, 0, 3}};
  const ColumnInfo text{.name = "c", .type = Of(TypeKind::kString)};
  EXPECT_TRUE(holds(SqlServer::kMysql, "bigint", whole));
  EXPECT_TRUE(holds(SqlServer::kMysql, "decimal(19,0)", whole));
  EXPECT_FALSE(holds(SqlServer::kMysql, "int", whole));
  EXPECT_FALSE(holds(SqlServer::kMysql, "double", whole));
  EXPECT_TRUE(holds(SqlServer::kPostgres, "numeric(12,4)", price));
  EXPECT_FALSE(holds(SqlServer::kPostgres, "numeric(10,4)", price));
  EXPECT_FALSE(holds(SqlServer::kMysql, "datetime", moment));
  EXPECT_TRUE(holds(SqlServer::kMysql, "datetime(3)", moment));
  EXPECT_TRUE(holds(SqlServer::kMysql, "longtext", text));
  EXPECT_FALSE(holds(SqlServer::kMysql, "text", text));
  EXPECT_TRUE(holds(SqlServer::kPostgres, "text", text));
  EXPECT_FALSE(holds(SqlServer::kPostgres, "an_enum", text));
}

TEST(AlterTable, AColumnIsRenamedAndKeepsItsValues) {
  ColumnInfo was = kName;
  was.renamed_from = "name";
  ColumnInfo now = was;
  now.name = "title";
  now.length = 2000;
  const std::vector<TargetColumn> before = {{.name = "id", .type = "bigint"},
                                            {.name = "name", .type = "varchar(80)"}};
  EXPECT_THAT(Plan(SqlServer::kMysql, before, {kId, was}, {kId, now}).statements,
              ElementsAre("ALTER TABLE `ods`.`goods` RENAME COLUMN `name` TO `title`",
                          HasSubstr("MODIFY COLUMN `title` ")));
  EXPECT_THAT(Plan(SqlServer::kPostgres, before, {kId, was}, {kId, now}).statements[0],
              "ALTER TABLE \"public\".\"goods\" RENAME COLUMN \"name\" TO \"title\"");
  // Carried out already, in part.
  const std::vector<TargetColumn> after = {{.name = "id", .type = "bigint"},
                                           {.name = "title", .type = "varchar(80)"}};
  EXPECT_THAT(Plan(SqlServer::kMysql, after, {kId, was}, {kId, now}).statements,
              ElementsAre(HasSubstr("MODIFY COLUMN `title` ")));
}

}  // namespace
}  // namespace sluice::jdbc
