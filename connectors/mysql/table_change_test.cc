// SPDX-License-Identifier: Apache-2.0
#include "mysql/table_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::mysql {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

StatementSession Session() {
  StatementSession session;
  session.explicit_timestamps = true;
  return session;
}

// "id INT PRIMARY KEY, <column>" as a table.
TableFacts Table(const std::string& column) {
  const auto create = ParseStatement(
      "CREATE TABLE t (id INT PRIMARY KEY, " + column + ") CHARSET utf8mb4", "shop", {});
  auto made = ApplyCreate(std::get<CreateTable>(create), nullptr, Session());
  EXPECT_TRUE(made.has_value()) << column;
  return made ? made->facts : TableFacts();
}

TableEffect After(const std::string& column, const std::string& clauses, const DdlRules& rules = {},
                  bool strict = true) {
  const TableFacts before = Table(column);
  const auto alter = ParseStatement("ALTER TABLE t " + clauses, "shop", {});
  auto definition = ApplyAlter(before, std::get<AlterTable>(alter), Session());
  EXPECT_TRUE(definition.has_value()) << clauses;
  const TableOutput output = TableOutput::Of((*MakeTable(before, {}))->schema);
  auto effect = EffectOf(before, output, *definition, rules, {}, strict, true);
  EXPECT_TRUE(effect.has_value()) << clauses;
  return *effect;
}

TEST(TableChange, ValuesThatFitGoOn) {
  for (const auto& [before, after] : std::vector<std::pair<std::string, std::string>>{
           {"VARCHAR(10)", "VARCHAR(20)"},
           {"VARCHAR(10) CHARSET latin1", "TEXT"},
           {"CHAR(10)", "VARCHAR(10)"},
           {"ENUM('a','b')", "ENUM('b','a','c')"},
           {"ENUM('a','b')", "VARCHAR(5)"},
           {"SET('a','b')", "SET('a','b','c')"},
           {"MEDIUMINT", "INT"},
           {"SMALLINT UNSIGNED", "INT"},
           {"YEAR", "INT"},
           {"VARBINARY(10)", "BLOB"},
           {"DECIMAL(10,2)", "DECIMAL(10,2)"},
           {"FLOAT(7,3)", "FLOAT"},
           {"DATETIME(3)", "DATETIME(3) COMMENT 'x'"}}) {
    SCOPED_TRACE(before + " to " + after);
    for (const bool strict : {true, false}) {
      const TableEffect effect = After("c " + before, "MODIFY c " + after, {}, strict);
      EXPECT_THAT(effect.why_not, IsEmpty());
      EXPECT_FALSE(effect.announce);
    }
  }
}

TEST(TableChange, ValuesThatMayNotFitNeedAServerThatWouldHaveRefusedThem) {
  for (const auto& [before, after] : std::vector<std::pair<std::string, std::string>>{
           {"VARCHAR(20)", "VARCHAR(10)"},
           {"VARCHAR(20)", "VARCHAR(20) NOT NULL"},
           {"VARCHAR(20)", "VARCHAR(200) CHARSET latin1"},
           {"VARCHAR(20)", "ENUM('a')"},
           {"ENUM('a','b')", "ENUM('a')"},
           {"INT", "MEDIUMINT"},
           {"INT", "SMALLINT UNSIGNED"},
           {"BLOB", "VARBINARY(10)"}}) {
    SCOPED_TRACE(before + " to " + after);
    EXPECT_THAT(After("c " + before, "MODIFY c " + after).why_not, IsEmpty());
    EXPECT_THAT(After("c " + before, "MODIFY c " + after, {}, false).why_not,
                HasSubstr("without strict mode"));
  }
}

TEST(TableChange, ValuesThatTheServerRewroteStopTheJob) {
  for (const auto& [before, after] :
       std::vector<std::pair<std::string, std::string>>{{"VARCHAR(10)", "CHAR(10)"},
                                                        {"TEXT", "JSON"},
                                                        {"DATETIME", "TIMESTAMP"},
                                                        {"VARBINARY(10)", "BINARY(10)"},
                                                        {"FLOAT", "FLOAT(7,3)"},
                                                        {"SET('a','b')", "SET('b','a')"},
                                                        {"VARCHAR(40)", "UUID"},
                                                        {"VARCHAR(40)", "INET4"},
                                                        {"TEXT", "INET6"},
                                                        {"INET4", "INET6"}}) {
    SCOPED_TRACE(before + " to " + after);
    EXPECT_THAT(After("c " + before, "MODIFY c " + after).why_not, HasSubstr("rewrote its values"));
  }
}

TEST(TableChange, AnotherTypeThatHoldsLessStopsTheJob) {
  DdlRules rules;
  rules.pass_on = true;
  for (const auto& [before, after] :
       std::vector<std::pair<std::string, std::string>>{{"DATETIME(6)", "DATETIME"},
                                                        {"TIME(3)", "TIME"},
                                                        {"TIMESTAMP(3)", "TIMESTAMP"},
                                                        {"DATETIME", "TIMESTAMP(3)"},
                                                        {"DATETIME", "DATE"},
                                                        {"TIMESTAMP", "TIME"},
                                                        {"DATE", "INT"},
                                                        {"INT", "DATE"},
                                                        {"DECIMAL(12,4)", "DECIMAL(10,2)"},
                                                        {"DECIMAL(65,30)", "DECIMAL(30,20)"},
                                                        {"DECIMAL(10,2)", "INT"},
                                                        {"DECIMAL(10,2)", "BIGINT UNSIGNED"},
                                                        {"DECIMAL(20,2)", "DOUBLE"},
                                                        {"DOUBLE", "DECIMAL(10,2)"},
                                                        {"DOUBLE", "FLOAT"},
                                                        {"FLOAT", "INT"},
                                                        {"INT", "FLOAT"},
                                                        {"BIGINT", "DOUBLE"},
                                                        {"ENUM('a','b')", "INT"},
                                                        {"TINYINT(1)", "TINYINT"},
                                                        {"TINYINT(1)", "VARCHAR(5)"}}) {
    SCOPED_TRACE(before + " to " + after);
    EXPECT_THAT(After("c " + before, "MODIFY c " + after, rules).why_not,
                HasSubstr("rewrote its values"));
  }
}

TEST(TableChange, AnotherTypeThatHoldsAllIsFollowed) {
  DdlRules rules;
  rules.pass_on = true;
  for (const auto& [before, after] :
       std::vector<std::pair<std::string, std::string>>{{"DATETIME", "DATETIME(6)"},
                                                        {"TIME", "TIME(3)"},
                                                        {"DATE", "DATETIME"},
                                                        {"DECIMAL(10,2)", "DECIMAL(12,4)"},
                                                        {"DECIMAL(10,2)", "DOUBLE"},
                                                        {"DECIMAL(10)", "BIGINT"},
                                                        {"BIGINT UNSIGNED", "DECIMAL(20)"},
                                                        {"INT", "DOUBLE"},
                                                        {"SMALLINT", "FLOAT"},
                                                        {"FLOAT", "DOUBLE"},
                                                        {"TINYINT", "SMALLINT"},
                                                        {"BIGINT", "INT"},
                                                        {"BIT(1)", "INT"},
                                                        {"INT", "VARCHAR(20)"},
                                                        {"VARCHAR(20)", "BLOB"}}) {
    SCOPED_TRACE(before + " to " + after);
    EXPECT_THAT(After("c " + before, "MODIFY c " + after, rules).why_not, IsEmpty());
  }
}

TEST(TableChange, AnotherTypeIsForATargetThatFollows) {
  EXPECT_THAT(After("c INT", "MODIFY c BIGINT").why_not, HasSubstr("schema-changes.enabled"));
  DdlRules rules;
  rules.pass_on = true;
  const TableEffect effect = After("c INT", "MODIFY c BIGINT COMMENT 'x' FIRST", rules);
  EXPECT_THAT(effect.why_not, IsEmpty());
  EXPECT_TRUE(effect.announce);
  EXPECT_EQ(effect.output.schema->columns[1].type, Of(TypeKind::kBigInt));
  EXPECT_EQ(effect.output.schema->columns[1].comment, "x");
  EXPECT_EQ(effect.output.schema->version, 2U);
  EXPECT_THAT(After("c INT", "MODIFY id BIGINT", rules).why_not, HasSubstr("of the key"));
  EXPECT_THAT(After("c BIGINT", "MODIFY c INT", rules, false).why_not, HasSubstr("strict mode"));
}

TEST(TableChange, ColumnsThatComeStandBehindTheirNeighbours) {
  DdlRules rules;
  rules.pass_on = true;
  const TableEffect effect = After(
      "c INT, d INT",
      "ADD a INT FIRST, ADD b INT NOT NULL DEFAULT 7 AFTER c, ADD z DATETIME DEFAULT NOW()", rules);
  std::string names;
  for (const ColumnInfo& column : effect.output.schema->columns) {
    names += column.name + (column.initial ? "=" + *column.initial : "") + " ";
  }
  EXPECT_EQ(names, "a id c b=7 d z ");
  EXPECT_EQ(effect.output.schema->primary_key, std::vector<uint32_t>{1});
  ASSERT_EQ(effect.notes.size(), 1U);
  EXPECT_THAT(effect.notes[0], HasSubstr("the new column z is not written"));
  // One that is dropped and added is another one.
  EXPECT_THAT(After("c INT", "DROP c, ADD c INT").why_not, HasSubstr("column c is dropped"));
  EXPECT_THAT(After("c INT", "DROP c, ADD c BIGINT", rules).why_not,
              HasSubstr("column c is dropped and added in one statement"));
}

TEST(TableChange, KeysAndPoliciesStopTheJob) {
  EXPECT_THAT(After("c INT NOT NULL", "DROP PRIMARY KEY, ADD PRIMARY KEY (c)").why_not,
              HasSubstr("primary key"));
  EXPECT_THAT(After("c INT", "RENAME COLUMN c TO d").why_not, HasSubstr("rename-column = ignore"));
  EXPECT_THAT(After("c INT", "DROP id").why_not, HasSubstr("primary key"));
  DdlRules rules;
  EXPECT_EQ(ReadPolicies({{"add-column", "STOP"}, {"drop-column", "ignore"}}, rules), "");
  EXPECT_THAT(After("c INT", "ADD d INT", rules).why_not, HasSubstr("column d is added"));
  EXPECT_THAT(After("c INT", "DROP c", rules).why_not, IsEmpty());
  EXPECT_THAT(After("c INT NOT NULL", "DROP c", rules).why_not, HasSubstr("no null"));
  EXPECT_THAT(ReadPolicies({{"add-colum", "stop"}}, rules), HasSubstr("did you mean 'add-column'"));
  EXPECT_THAT(ReadPolicies({{"drop-table", "follow"}}, rules), HasSubstr("cannot follow"));
  EXPECT_THAT(ReadPolicies({{"drop-table", "delete"}}, rules), HasSubstr("follow, ignore or stop"));
}

TEST(TableChange, ARenamedColumnIsTheSameInBothSchemas) {
  DdlRules rules;
  EXPECT_THAT(After("c INT", "RENAME COLUMN c TO d", rules).why_not,
              HasSubstr("schema-changes.enabled = true"));
  rules.pass_on = true;
  const TableEffect effect = After("c INT", "CHANGE c d BIGINT NOT NULL", rules);
  EXPECT_THAT(effect.why_not, IsEmpty());
  ASSERT_TRUE(effect.announce);
  EXPECT_EQ(effect.before->columns[1].name, "c");
  EXPECT_EQ(effect.output.schema->columns[1].name, "d");
  EXPECT_EQ(effect.output.schema->columns[1].type, Of(TypeKind::kBigInt));
  EXPECT_EQ(effect.output.sources[1], "d");
  EXPECT_THAT(RenamedColumns(*effect.before, *effect.output.schema),
              testing::ElementsAre(RenamedColumn{1, 1}));
  rules.rename_column = DdlPolicy::kStop;
  EXPECT_THAT(After("c INT", "RENAME COLUMN c TO d", rules).why_not, HasSubstr("renamed to d"));
  rules.rename_column = DdlPolicy::kIgnore;
  EXPECT_FALSE(After("c INT", "RENAME COLUMN c TO d", rules).announce);
}

TEST(TableChange, NamesThatChangePlacesStopTheJob) {
  DdlRules rules;
  rules.pass_on = true;
  EXPECT_THAT(After("c INT, e INT", "RENAME COLUMN c TO e, RENAME COLUMN e TO c", rules).why_not,
              HasSubstr("another one of that name"));
  EXPECT_THAT(After("c INT", "RENAME COLUMN c TO d, ADD c INT", rules).why_not,
              HasSubstr("cannot tell apart"));
}

}  // namespace
}  // namespace sluice::mysql
