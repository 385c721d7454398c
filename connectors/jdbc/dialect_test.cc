// SPDX-License-Identifier: Apache-2.0
#include "jdbc/dialect.h"

#include <gmock/gmock.h>

#include "jdbc/custom_statement.h"

namespace sluice::jdbc {
namespace {

using testing::ElementsAre;

TargetTable Target(Merge merge) {
  TargetTable target;
  target.path = {"db", "public", "t"};
  target.columns = {{.name = "k", .type = "int"}, {.name = "v", .type = "text"}};
  target.merge = merge;
  target.key = {0};
  target.update_keys = false;
  return target;
}

TEST(Dialect, MysqlMerges) {
  const Dialect& mysql = MysqlDialect();
  EXPECT_THAT(
      mysql.MergeStatements(Target(Merge::kUpsert), "`s`", true, true, true),
      ElementsAre("DELETE `db`.`t` FROM `s` s JOIN (SELECT MAX(`__seq`) AS m FROM `s` GROUP BY "
                  "`k`) l ON l.m = s.`__seq` JOIN `db`.`t` ON `db`.`t`.`k` = s.`k` WHERE s.`__op` "
                  "= 'D'",
                  "INSERT INTO `db`.`t` (`k`, `v`) SELECT s.`k`, s.`v` FROM `s` s JOIN (SELECT "
                  "MAX(`__seq`) AS m FROM `s` GROUP BY `k`) l ON l.m = s.`__seq` WHERE s.`__op` = "
                  "'U' ON DUPLICATE KEY UPDATE `v` = VALUES(`v`)"));
  EXPECT_THAT(mysql.MergeStatements(Target(Merge::kAppend), "`s`", true, true, false),
              ElementsAre("INSERT INTO `db`.`t` (`k`, `v`) SELECT s.`k`, s.`v` FROM `s` s ORDER BY "
                          "s.`__seq`"));
}

TEST(Dialect, PostgresMerges) {
  const Dialect& postgres = PostgresDialect();
  EXPECT_THAT(
      postgres.MergeStatements(Target(Merge::kUpsert), "\"s\"", true, true, true),
      ElementsAre("DELETE FROM \"public\".\"t\" t USING (SELECT DISTINCT ON (\"k\") * FROM \"s\" "
                  "ORDER BY \"k\", \"__seq\" DESC) s WHERE t.\"k\" = s.\"k\" AND s.\"__op\" = 'D'",
                  "INSERT INTO \"public\".\"t\" (\"k\", \"v\") OVERRIDING SYSTEM VALUE SELECT "
                  "s.\"k\", s.\"v\" FROM (SELECT DISTINCT ON (\"k\") * FROM \"s\" ORDER BY \"k\", "
                  "\"__seq\" DESC) s WHERE s.\"__op\" = 'U' ON CONFLICT (\"k\") DO UPDATE SET "
                  "\"v\" = EXCLUDED.\"v\""));
  EXPECT_THAT(
      postgres.MergeStatements(Target(Merge::kByKey), "\"s\"", false, true, false),
      ElementsAre("UPDATE \"public\".\"t\" t SET \"v\" = s.\"v\" FROM \"s\" s WHERE t.\"k\" = "
                  "s.\"k\" AND s.\"__op\" = 'U'",
                  "INSERT INTO \"public\".\"t\" (\"k\", \"v\") OVERRIDING SYSTEM VALUE SELECT "
                  "s.\"k\", s.\"v\" FROM \"s\" s WHERE s.\"__op\" = 'U' AND NOT EXISTS (SELECT 1 "
                  "FROM \"public\".\"t\" t WHERE t.\"k\" = s.\"k\")"));
}

TEST(Dialect, RowsThatMoveInAFurtherKeyGoBeforeAnyIsWritten) {
  TargetTable target = Target(Merge::kAnew);
  target.further = {1};
  EXPECT_THAT(MysqlDialect().MergeStatements(target, "`s`", false, true, false),
              ElementsAre("DELETE `db`.`t` FROM `s` s JOIN `db`.`t` ON `db`.`t`.`k` = s.`k` WHERE "
                          "(s.`__op` = 'D' OR NOT `db`.`t`.`v` <=> s.`v`)",
                          "UPDATE `s` s JOIN `db`.`t` t ON t.`k` = s.`k` SET t.`v` = s.`v` WHERE "
                          "s.`__op` = 'U'",
                          "INSERT INTO `db`.`t` (`k`, `v`) SELECT s.`k`, s.`v` FROM `s` s WHERE "
                          "s.`__op` = 'U' AND NOT EXISTS (SELECT 1 FROM `db`.`t` t WHERE t.`k` = "
                          "s.`k`)"));
  EXPECT_EQ(PostgresDialect().MergeStatements(target, "\"s\"", false, true, true)[0],
            "DELETE FROM \"public\".\"t\" t USING \"s\" s WHERE t.\"k\" = s.\"k\" AND "
            "(s.\"__op\" = 'D' OR t.\"v\" IS DISTINCT FROM s.\"v\")");
  target.further = {};
  EXPECT_EQ(PostgresDialect().MergeStatements(target, "\"s\"", false, true, true)[0],
            "DELETE FROM \"public\".\"t\" t USING \"s\" s WHERE t.\"k\" = s.\"k\" AND TRUE");
}

TEST(Dialect, TypesOfCreatedTables) {
  const auto both = [](Type type, std::optional<int64_t> length = std::nullopt) {
    const ColumnInfo column{.name = "c", .type = type, .length = length};
    return MysqlDialect().ColumnType(column) + " " + PostgresDialect().ColumnType(column);
  };
  using enum TypeKind;
  EXPECT_EQ(both(Of(kBoolean)), "TINYINT(1) bool");
  EXPECT_EQ(both(Of(kTinyInt)), "TINYINT int2");
  EXPECT_EQ(both(Of(kBigInt)), "BIGINT int8");
  EXPECT_EQ(both(Of(kFloat)), "FLOAT float4");
  EXPECT_EQ(both(Decimal(20, 4)), "DECIMAL(20,4) numeric(20,4)");
  EXPECT_EQ(both(Of(kString)), "LONGTEXT text");
  EXPECT_EQ(both(Of(kString), 255), "VARCHAR(255) varchar(255)");
  EXPECT_EQ(both(Of(kString), 256), "TEXT varchar(256)");
  EXPECT_EQ(both(Of(kString), 65'536), "MEDIUMTEXT varchar(65536)");
  EXPECT_EQ(both(Of(kString), 16'777'216), "LONGTEXT text");
  EXPECT_EQ(both(Of(kBytes)), "VARBINARY(32766) bytea");
  EXPECT_EQ(both(Of(kBytes), 65'535), "MEDIUMBLOB bytea");
  EXPECT_EQ(both(Of(kDate)), "DATE date");
  EXPECT_EQ(both({kTime, 0, 3}), "TIME(3) time(3)");
  EXPECT_EQ(both({kTimestamp, 0, 0}), "DATETIME timestamp(0)");
}

TEST(CustomStatement, FillsTheParametersOutsideOfQuotes) {
  const auto statement = CustomStatement::Parse(
      "INSERT INTO t /* ? */ VALUES (?, '?''?', ?) -- ?\n ON CONFLICT (\"a?\") DO NOTHING");
  ASSERT_TRUE(statement);
  EXPECT_EQ(statement->parameters(), 2U);
  Schema schema;
  schema.path = {"db", "", "t"};
  schema.columns = {{.name = "a", .type = Of(TypeKind::kInt)},
                    {.name = "b", .type = Of(TypeKind::kString)}};
  ChunkBuilder builder(std::make_shared<Schema>(schema));
  builder.column(0).Append<int32_t>(5);
  builder.column(1).AppendText("it's \\ ?");
  builder.EndRow(RowKind::kInsert);
  builder.column(0).AppendNull();
  builder.column(1).AppendNull();
  builder.EndRow(RowKind::kInsert);
  const ChunkPtr chunk = builder.Finish(0);
  EXPECT_EQ(statement->Fill(PostgresDialect(), *chunk, 0).value(),
            "INSERT INTO t /* ? */ VALUES (5, '?''?', 'it''s \\ ?') -- ?\n ON CONFLICT (\"a?\") DO "
            "NOTHING");
  EXPECT_EQ(statement->Fill(MysqlDialect(), *chunk, 1).value(),
            "INSERT INTO t /* ? */ VALUES (NULL, '?''?', NULL) -- ?\n ON CONFLICT (\"a?\") DO "
            "NOTHING");
  EXPECT_FALSE(CustomStatement::Parse("INSERT INTO t VALUES ('?)"));
}

TEST(CustomStatement, ANegativeNumberBehindAMinusIsNoComment) {
  const auto statement = CustomStatement::Parse("UPDATE t SET n = n -? WHERE b = ?");
  Schema schema;
  schema.columns = {{.name = "a", .type = Of(TypeKind::kInt)},
                    {.name = "b", .type = Of(TypeKind::kInt)}};
  ChunkBuilder builder(std::make_shared<Schema>(schema));
  builder.column(0).Append<int32_t>(-1);
  builder.column(1).Append<int32_t>(2);
  builder.EndRow(RowKind::kInsert);
  EXPECT_EQ(statement->Fill(PostgresDialect(), *builder.Finish(0), 0).value(),
            "UPDATE t SET n = n -(-1) WHERE b = 2");
}

}  // namespace
}  // namespace sluice::jdbc
