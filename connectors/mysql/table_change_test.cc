// SPDX-License-Identifier: Apache-2.0
#include "mysql/table_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mysql/time_zone.h"

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
                                                        {"FLOAT", "DOUBLE"},
                                                        {"INT", "YEAR"},
                                                        {"INT", "TINYINT(1)"},
                                                        {"INT", "BIT(1)"},
                                                        {"BIT(1)", "VARCHAR(5)"},
                                                        {"BIT(8)", "INT"},
                                                        {"INT ZEROFILL", "VARCHAR(20)"},
                                                        {"INT", "CHAR(20)"},
                                                        {"YEAR", "TEXT"},
                                                        {"INT", "JSON"},
                                                        {"INT", "ENUM('1')"},
                                                        {"INT", "BLOB"},
                                                        {"DECIMAL(10,2)", "VARCHAR(20)"},
                                                        {"DOUBLE", "VARCHAR(40)"},
                                                        {"VARCHAR(20)", "INT"},
                                                        {"DATE", "VARCHAR(20)"},
                                                        {"TIMESTAMP", "VARCHAR(40)"},
                                                        {"VARCHAR(40)", "DATETIME"},
                                                        {"VARCHAR(20)", "BLOB"},
                                                        {"BLOB", "TEXT"},
                                                        {"JSON", "BLOB"},
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
                                                        {"BIGINT", "DOUBLE"},
                                                        {"YEAR", "INT"},
                                                        {"TINYINT", "SMALLINT"},
                                                        {"BIGINT", "INT"},
                                                        {"BIT(1)", "INT"},
                                                        {"INT", "VARCHAR(20)"},
                                                        {"INT", "TEXT CHARSET latin1"}}) {
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

// What the target is told of the rows that are there; "?": that it cannot be told.
std::string Initial(const std::string& column, const StatementSession& session = Session(),
                    const ConvertOptions& convert = {}) {
  const TableFacts before = Table("c INT");
  const auto alter = ParseStatement("ALTER TABLE t ADD n " + column, "shop", {});
  auto definition = ApplyAlter(before, std::get<AlterTable>(alter), session);
  EXPECT_TRUE(definition.has_value()) << column;
  DdlRules rules;
  rules.pass_on = true;
  const TableOutput output = TableOutput::Of((*MakeTable(before, {}))->schema);
  const auto effect = EffectOf(before, output, *definition, rules, convert, true, true);
  EXPECT_TRUE(effect.has_value()) << column;
  const ColumnInfo& info = effect->output.schema->columns.back();
  EXPECT_EQ(info.name, "n");
  if (!effect->notes.empty()) return info.initial ? "both" : "?";
  return info.initial.value_or("null");
}

TEST(TableChange, ConstantsAreWhatTheServerMakesOfThem) {
  for (const auto& [column, initial] : std::vector<std::pair<std::string, std::string>>{
           {"INT", "null"},
           {"INT DEFAULT '05'", "5"},
           {"INT DEFAULT 1.0", "1"},
           {"INT DEFAULT -1.50", "?"},
           {"INT DEFAULT 0x0A", "10"},
           {"INT DEFAULT 1e1", "?"},
           {"BIGINT UNSIGNED DEFAULT 18446744073709551615", "18446744073709551615"},
           {"TINYINT(1) DEFAULT b'1'", "true"},
           {"TINYINT(1) DEFAULT '0'", "false"},
           {"DECIMAL(10,2) DEFAULT 1.5", "1.50"},
           {"DECIMAL(10,2) DEFAULT 1.555", "?"},
           {"DOUBLE DEFAULT 0x02", "2"},
           {"BIT(1) DEFAULT 1", "true"},
           {"BIT(9) DEFAULT b'1'", "0001"},
           {"BIT(9) DEFAULT x'000102'", "0102"},
           {"YEAR DEFAULT 2024", "2024"},
           {"YEAR DEFAULT 24", "2024"},
           {"VARCHAR(5) DEFAULT 0x41", "A"},
           {"CHAR(5) DEFAULT 'a '", "a"},
           {"BINARY(3) DEFAULT 'a'", "610000"},
           {"ENUM('a','b') DEFAULT 'A'", "a"},
           {"ENUM('a','b') DEFAULT 0x42", "b"},
           {"ENUM('ä','b') DEFAULT 'Ä'", "?"},
           {"SET('a','b','c') DEFAULT 'C,a'", "a,c"},
           {"UUID DEFAULT '123E4567-E89B-12D3-A456-426655440000'",
            "123e4567-e89b-12d3-a456-426655440000"},
           {"UUID DEFAULT '123e4567e89b12d3a456426655440000'", "?"},
           {"UUID NOT NULL", "00000000-0000-0000-0000-000000000000"}}) {
    EXPECT_EQ(Initial(column), initial) << column;
  }
}

TEST(TableChange, ConstantsOfTimesMayBeWrittenLoosely) {
  for (const auto& [column, initial] : std::vector<std::pair<std::string, std::string>>{
           {"DATETIME DEFAULT '2020-01-01'", "2020-01-01 00:00:00"},
           {"DATETIME DEFAULT '2020-1-2 3:4'", "2020-01-02 03:04:00"},
           {"DATETIME DEFAULT '2020-01-02T03:04:05'", "2020-01-02 03:04:05"},
           {"DATETIME DEFAULT 20200102030405", "2020-01-02 03:04:05"},
           {"DATETIME(3) DEFAULT '2020-01-02 03:04:05.5'", "2020-01-02 03:04:05.500"},
           {"DATETIME DEFAULT '2020-01-02 03:04:05.5'", "?"},
           {"DATETIME DEFAULT '2020-01-02 03:04:05+08:00'", "?"},
           {"DATETIME DEFAULT 0", "null"},
           {"DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00'", "1970-01-01 00:00:00"},
           {"DATE DEFAULT '2020-1-1'", "2020-01-01"},
           {"DATE DEFAULT '20200131'", "2020-01-31"},
           {"DATE DEFAULT 200131", "2020-01-31"},
           {"DATE DEFAULT '71/12/31'", "1971-12-31"},
           {"DATE DEFAULT '2020-01-01 00:00:00'", "2020-01-01"},
           {"DATE DEFAULT '2020-01-01 10:00:00'", "?"},
           {"DATE DEFAULT '2020-02-30'", "?"},
           {"TIME DEFAULT '10:00'", "10:00:00"},
           {"TIME DEFAULT '10'", "00:00:10"},
           {"TIME DEFAULT -101112", "-10:11:12"},
           {"TIME DEFAULT '1 10:00'", "34:00:00"},
           {"TIME(1) DEFAULT '8:05:06.7'", "08:05:06.7"},
           {"TIME DEFAULT '2020-01-01 10:00:00'", "?"}}) {
    EXPECT_EQ(Initial(column), initial) << column;
  }
}

// A TIMESTAMP is an instant: its constant is local time of the client.
TEST(TableChange, ConstantsOfTimestampsAreOfTheStatementsZone) {
  const std::string column = "TIMESTAMP NULL DEFAULT '2024-07-01 12:00:00'";
  StatementSession session = Session();
  ConvertOptions convert;
  EXPECT_EQ(Initial(column, session, convert), "?");  // the server's zone is not known
  session.server_zone = ZoneOffset();
  EXPECT_EQ(Initial(column, session, convert), "2024-07-01 12:00:00");
  convert.zone = *FindTimeZone("+08:00");
  session.server_zone = convert.zone;
  EXPECT_EQ(Initial(column, session, convert), "2024-07-01 12:00:00");
  for (const auto& [zone, initial] :
       std::vector<std::pair<std::string, std::string>>{{"SYSTEM", "2024-07-01 12:00:00"},
                                                        {"+00:00", "2024-07-01 20:00:00"},
                                                        {"-03:30", "2024-07-01 23:30:00"},
                                                        {"Europe/Berlin", "2024-07-01 18:00:00"},
                                                        {"Nowhere/Else", "?"}}) {
    session.time_zone = zone;
    EXPECT_EQ(Initial(column, session, convert), initial) << zone;
  }
  session.time_zone = "Europe/Berlin";
  EXPECT_EQ(Initial("TIMESTAMP NULL DEFAULT '2024-03-31 02:30:00'", session, convert), "?");
  EXPECT_EQ(Initial("TIMESTAMP NULL DEFAULT '2024-10-27 02:30:00'", session, convert), "?");
  EXPECT_EQ(SessionOf(std::string("\5\6+08:00\1", 9), {}).time_zone, "+08:00");
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
