// SPDX-License-Identifier: Apache-2.0
// LogReader at statements that change tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mysql/key_range_for_tests.h"
#include "mysql/log_reader_for_tests.h"

namespace sluice::mysql {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class LogReaderDdlTest : public LogReaderTest {
 protected:
  // One transaction for each statement; then rows of `columns` columns with the last id.
  void Run(const std::vector<std::string>& statements) {
    for (const std::string& sql : statements) {
      log_.Gtid(++sequence_);
      log_.Query(sql, "shop", strict_);
    }
  }
  void Rows(int columns, const std::string& table = "goods") {
    log_.Gtid(++sequence_);
    log_.Map(90 + sequence_, table, columns);
    log_.Insert(90 + sequence_, {{static_cast<int>(sequence_), "a"}}, columns);
    log_.Xid();
  }
  Status ReadAll() {
    client_.Log({log_.events(), {}});
    OpenAt(Start());
    return ReadTo(log_.offset());
  }
  std::vector<std::string> Columns(const LogSplit& split) {
    std::vector<std::string> out;
    for (const ColumnFacts& column : split.tables.begin()->second.columns) {
      out.push_back(column.name + " " + column.column_type);
    }
    return out;
  }

  LogWriter log_;
  bool strict_ = true;  // the sessions' sql_mode
  uint64_t sequence_ = 0;
};

TEST_F(LogReaderDdlTest, StatementsThatEmptyReplaceOrReshapeATableStopBeforeThem) {
  for (const std::string sql :
       {"TRUNCATE TABLE goods", "truncate shop.goods", "TRUNCATE `shop`.`Goods`",
        "DROP TABLE x, goods", "ALTER TABLE goods DROP COLUMN name",
        "RENAME TABLE goods TO _goods_del, _goods_gho TO goods", "DROP DATABASE shop",
        "ALTER TABLE goods /*!80000 DROP PRIMARY KEY */",
        "ALTER TABLE other EXCHANGE PARTITION p WITH TABLE goods",
        "ALTER TABLE other CONVERT TABLE goods TO PARTITION p VALUES LESS THAN (5)",
        "ALTER TABLE other CONVERT PARTITION p TO TABLE goods"}) {
    SCOPED_TRACE(sql);
    LogWriter log;
    log.InsertAll(1, 90, "goods", {{1, "a"}});
    log.Gtid(2);
    const uint64_t ddl = log.transaction();
    log.Query(sql);
    log.InsertAll(3, 90, "goods", {{2, "b"}});
    client_.Log({log.events(), {}});
    rows_.rows.clear();
    OpenAt(Start());
    const Status status = ReadToError();
    EXPECT_EQ(status.code(), Code::kSchemaMismatch);
    EXPECT_THAT(status.ToString(), HasSubstr(fmt::format("binlog.000001:{}", ddl)));
    EXPECT_THAT(status.ToString(), HasSubstr("shop.goods"));
    EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 1 a"));
    EXPECT_EQ(Saved().position.tx_offset, ddl);
  }
}

TEST_F(LogReaderDdlTest, StatementsOfOtherTablesAndThoseThatKeepRowsArePassed) {
  LogWriter log;
  uint64_t sequence = 0;
  for (const std::string sql :
       {"TRUNCATE TABLE other", "CREATE INDEX i ON goods (name)", "ALTER TABLE goods COMMENT 'x'",
        "DROP TABLE warehouse.goods", "CREATE TABLE t (a INT)", "ANALYZE TABLE goods"}) {
    log.Gtid(++sequence);
    log.Query(sql);
  }
  log.InsertAll(++sequence, 90, "goods", {{1, "a"}});
  client_.Log({log.events(), {}});
  OpenAt(Start());
  ASSERT_TRUE(ReadTo(log.offset()).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 1 a"));
}

// A table's rows of one transaction stay one, whatever else it holds.
TEST_F(LogReaderDdlTest, RowsOfOtherTablesThatAreWrittenAsStatementsArePassed) {
  for (const std::string sql :
       {"INSERT INTO mysql.rds_heartbeat2(id, value) values (1, 2)", "DELETE FROM `shop`.`mem`",
        "REPLACE INTO percona.checksums SELECT COUNT(*) FROM shop.goods"}) {
    SCOPED_TRACE(sql);
    LogWriter log;
    log.Gtid(1);
    const uint64_t begin = log.transaction();
    log.Query("BEGIN");
    log.Query(sql);
    log.Map(90, "goods");
    log.Insert(90, {{1, "a"}});
    log.Xid();
    rows_.rows.clear();
    std::vector<std::string> events = log.events();
    events.pop_back();
    client_.Log({events, {}});
    OpenAt(Start());
    ASSERT_TRUE(ReadUntil([&] { return !rows_.rows.empty(); }).ok());
    EXPECT_EQ(Saved().position.tx_offset, begin);
    client_.Log({log.events(), {}});
    OpenAt(Start());
    ASSERT_TRUE(ReadTo(log.offset()).ok());
    EXPECT_EQ(Saved().position.gtid_set.ToString(), std::string(kTestUuid) + ":1");
  }
}

TEST_F(LogReaderDdlTest, ColumnsAreAddedAndRowsKeepTheColumnsTheTargetHas) {
  Rows(2);
  Run({"ALTER TABLE goods ADD COLUMN more VARCHAR(20)"});
  Rows(3);
  Run({"/* a tool */ ALTER TABLE shop.goods ADD (most TEXT CHARACTER SET latin1)"});
  ASSERT_TRUE(ReadAll().ok());
  const LogSplit saved = Saved();
  EXPECT_THAT(Columns(saved),
              ElementsAre("id int", "name varchar(20)", "more varchar(20)", "most text"));
  EXPECT_EQ(saved.tables.begin()->second.version, 3U);
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 1 a", "goods INSERT 3 a"));
  // The server was not asked what it has now.
  EXPECT_THAT(client_.statements(), Not(Contains(HasSubstr("information_schema"))));
}

TEST_F(LogReaderDdlTest, WhatKeepsTheValuesOfAColumnIsFollowed) {
  Run({"ALTER TABLE goods MODIFY name VARCHAR(40) COMMENT 'wider'",
       "ALTER TABLE goods ALTER COLUMN name SET DEFAULT 'x', ADD UNIQUE u (name), ENGINE=InnoDB",
       "ALTER TABLE goods CHANGE `name` name CHAR(40) CHARACTER SET utf8mb4 NOT NULL AFTER id",
       "ALTER TABLE goods MODIFY name ENUM('a', 'b')", "ALTER TABLE goods MODIFY name TEXT"});
  const Status status = ReadAll();
  EXPECT_THAT(status.ToString(), HasSubstr("which rewrote its values"));  // VARCHAR to CHAR
  EXPECT_THAT(Columns(Saved()), ElementsAre("id int", "name varchar(40)"));
  EXPECT_THAT(Saved().tables.begin()->second.UniqueKeys(), ElementsAre(ElementsAre("name")));
}

TEST_F(LogReaderDdlTest, ChangesArePassedOnOnceWhatComesBeforeIsSaved) {
  options_.ddl.pass_on = true;
  Rows(2);
  const uint64_t before = log_.offset();
  Run({"ALTER TABLE goods ADD more VARCHAR(20) NOT NULL DEFAULT 'x'"});
  const uint64_t behind = log_.offset();
  Rows(3);
  ASSERT_TRUE(ReadAll().ok());
  const std::string change = "change goods: id INT name STRING more STRING = x";
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 1 a", change, "goods INSERT 3 a a"));
  EXPECT_EQ(before_change_.position.tx_offset, before);
  // A restart from there meets the change again.
  rows_.rows.clear();
  output_.clear();
  client_.Log({log_.From(before), {}});
  Open(before_change_);
  ASSERT_TRUE(ReadUntil([&] { return rows_.rows.size() == 1; }).ok());
  EXPECT_THAT(rows_.rows, ElementsAre(change));
  const LogSplit after = Saved();
  EXPECT_EQ(after.position.tx_offset, behind);
  // One from behind it does not.
  rows_.rows.clear();
  client_.Log({log_.From(behind), {}});
  Open(after);
  ASSERT_TRUE(ReadTo(log_.offset()).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 3 a a"));
}

TEST_F(LogReaderDdlTest, ConstantsOfTimestampsAreOfTheServersZoneIfNoOtherIsWritten) {
  options_.ddl.pass_on = true;
  Run({"ALTER TABLE goods ADD at TIMESTAMP NULL DEFAULT '2024-07-01 12:00:00'"});
  ASSERT_TRUE(ReadAll().ok());
  EXPECT_THAT(rows_.rows, ElementsAre(Not(HasSubstr("= 2024"))));  // it is not known
  rows_.rows.clear();
  output_.clear();
  convert_.zone = [](int64_t) { return 8 * 3600; };
  options_.server_time_zone = "+08:00";
  ASSERT_TRUE(ReadAll().ok());
  EXPECT_THAT(rows_.rows, ElementsAre(HasSubstr("= 2024-07-01 12:00:00")));
  rows_.rows.clear();
  output_.clear();
  // Whatever zone they shall be shown in, if that of the server is known.
  client_.Answer("SHOW GLOBAL VARIABLES", {{"server_uuid", std::string(kTestUuid)},
                                           {"version", "8.0.33"},
                                           {"log_bin", "ON"},
                                           {"binlog_format", "ROW"},
                                           {"gtid_mode", "ON"},
                                           {"system_time_zone", "UTC"}});
  client_.Answer("SELECT CONVERT_TZ('2000-01-01 12:00:00', 'SYSTEM', '+00:00')",
                 {{"2000-01-01 04:00:00"}});  // TZ=UTC-8
  ASSERT_TRUE(ReadAll().ok());
  EXPECT_THAT(rows_.rows, ElementsAre(HasSubstr("= 2024-07-01 12:00:00")));
  rows_.rows.clear();
  output_.clear();
  client_.Answer("SELECT CONVERT_TZ('2000-01-01 12:00:00', 'SYSTEM', '+00:00')",
                 {{"2000-01-01 12:00:00"}});
  ASSERT_TRUE(ReadAll().ok());
  EXPECT_THAT(rows_.rows, ElementsAre(HasSubstr("= 2024-07-01 20:00:00")));
}

TEST_F(LogReaderDdlTest, ADroppedColumnIsPassedOnOrLeftNull) {
  const std::string drop = "ALTER TABLE goods DROP name";
  options_.ddl.pass_on = true;
  Run({drop});
  Rows(1);
  ASSERT_TRUE(ReadAll().ok());
  EXPECT_THAT(rows_.rows, ElementsAre("change goods: id INT", "goods INSERT 2"));
  rows_.rows.clear();
  output_.clear();
  options_.ddl = {};
  options_.ddl.drop_column = DdlPolicy::kIgnore;
  ASSERT_TRUE(ReadAll().ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 2 null"));
  Open(Saved());  // and after a restart still
  EXPECT_THAT(Saved().sources.begin()->second, ElementsAre("id", ""));
}

TEST_F(LogReaderDdlTest, ARenamedColumnGoesOnUnderItsOldNameIfTheJobSaysSo) {
  options_.ddl.rename_column = DdlPolicy::kIgnore;
  Run({"ALTER TABLE goods RENAME COLUMN name TO title, ADD name VARCHAR(20) FIRST"});
  ASSERT_TRUE(ReadAll().ok());
  EXPECT_THAT(Columns(Saved()), ElementsAre("name varchar(20)", "id int", "title varchar(20)"));
  EXPECT_THAT(Saved().sources.begin()->second, ElementsAre("id", "title"));
}

TEST_F(LogReaderDdlTest, ACopyThatTakesTheTablesPlaceBringsItsDefinition) {
  Run({"CREATE TABLE `shop`.`_goods_gho` LIKE `shop`.`goods`",
       "ALTER TABLE _goods_gho ADD COLUMN more VARCHAR(20), MODIFY name VARCHAR(30)"});
  Rows(2, "_goods_gho");
  Rows(2);
  Run({"RENAME TABLE shop.goods TO shop._goods_del, shop._goods_gho TO shop.goods"});
  Rows(3);
  ASSERT_TRUE(ReadAll().ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 4 a", "goods INSERT 6 a"));
  EXPECT_THAT(Columns(Saved()), ElementsAre("id int", "name varchar(30)", "more varchar(20)"));
  EXPECT_TRUE(Saved().copies.empty());
}

TEST_F(LogReaderDdlTest, ACopyIsRememberedOverARestart) {
  Run({"CREATE TABLE _goods_gho LIKE goods", "ALTER TABLE _goods_gho ADD more VARCHAR(20)"});
  ASSERT_TRUE(ReadAll().ok());
  const LogSplit middle = Saved();
  EXPECT_EQ(middle.copies.size(), 1U);
  const uint64_t offset = log_.offset();
  Run({"RENAME TABLE goods TO _goods_del, _goods_gho TO goods"});
  Rows(3);
  client_.Log({log_.From(offset), {}});
  Open(middle);
  ASSERT_TRUE(ReadTo(log_.offset()).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 4 a"));
  EXPECT_THAT(Columns(Saved()), ElementsAre("id int", "name varchar(20)", "more varchar(20)"));
}

TEST_F(LogReaderDdlTest, TwoTablesOfOneStatementAreTwoChangesWithAPlaceBetween) {
  options_.ddl.pass_on = true;
  Run({"CREATE TABLE _goods_new LIKE goods", "CREATE TABLE _items_new LIKE items",
       "ALTER TABLE _goods_new ADD a INT", "ALTER TABLE _items_new DROP name"});
  const uint64_t ddl = log_.offset();
  Run(
      {"RENAME TABLE goods TO _goods_old, _goods_new TO goods, items TO _items_old, _items_new TO "
       "items"});
  client_.Log({log_.events(), {}});
  OpenAt(Start(), {"goods", "items"});
  ASSERT_TRUE(ReadUntil([&] { return rows_.rows.size() == 1; }).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("change goods: id INT name STRING a INT"));
  const LogSplit between = Saved();
  EXPECT_EQ(between.position.tx_offset, ddl);
  EXPECT_EQ(between.position.events, 1U);
  rows_.rows.clear();
  client_.Log({log_.From(ddl), {}});
  Open(between);
  ASSERT_TRUE(ReadTo(log_.offset()).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("change items: id INT"));
}

TEST_F(LogReaderDdlTest, WhatIsNotUnderstoodIsAskedOfTheServer) {
  client_.Answer("FROM information_schema.TABLES WHERE TABLE_TYPE", {{"shop", "goods"}});
  client_.Answer(
      "FROM information_schema.COLUMNS",
      {{"id", "int", "int", std::nullopt, std::nullopt, "10", "0", std::nullopt, "NO", ""},
       {"name", "varchar", "varchar(20)", "utf8mb4", "80", std::nullopt, std::nullopt, std::nullopt,
        "YES", ""},
       {"more", "varchar", "varchar(20)", "utf8mb4", "80", std::nullopt, std::nullopt, std::nullopt,
        "YES", ""}});
  client_.Answer("FROM information_schema.STATISTICS", {{"PRIMARY", "id", "0"}});
  Run({"ALTER TABLE goods ADD more VARCHAR(20) SOMETHING NEW"});
  Rows(3);
  ASSERT_TRUE(ReadAll().ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 2 a"));
  EXPECT_TRUE(Saved().tables.begin()->second.assumed);
  // Rows that do not fit the answer stop the job.
  Rows(4);
  EXPECT_THAT(ReadAll().ToString(), HasSubstr("the definition that the server gave"));
}

TEST_F(LogReaderDdlTest, PoliciesLetTheTargetKeepItsRows) {
  options_.ddl.truncate_table = options_.ddl.drop_table = DdlPolicy::kIgnore;
  Rows(2);
  Run({"TRUNCATE goods", "ALTER TABLE goods DROP PARTITION p",
       "ALTER TABLE other EXCHANGE PARTITION p WITH TABLE goods"});
  Rows(2);
  Run({"DROP TABLE goods",
       "CREATE TABLE goods (id INT PRIMARY KEY, more TEXT, name VARCHAR(9)) CHARSET = latin1"});
  ASSERT_TRUE(ReadAll().ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 1 a", "goods INSERT 5 a"));
  EXPECT_THAT(Columns(Saved()), ElementsAre("id int", "more text", "name varchar(9)"));
}

// The old definition would read the values of one column as those of another. But a table that is
// there is not asked for: what applications would make at their start is seldom what it is by now.
TEST_F(LogReaderDdlTest, ATableThatIsGoneIsAskedForWhenItIsMadeIfItIsNotThere) {
  options_.ddl.drop_table = DdlPolicy::kIgnore;
  client_.Answer("FROM information_schema.TABLES WHERE TABLE_TYPE", {{"shop", "goods"}});
  client_.Answer(
      "FROM information_schema.COLUMNS",
      {{"id", "int", "int", std::nullopt, std::nullopt, "10", "0", std::nullopt, "NO", ""},
       {"more", "varchar", "varchar(20)", "utf8mb4", "80", std::nullopt, std::nullopt, std::nullopt,
        "YES", ""},
       {"name", "varchar", "varchar(20)", "utf8mb4", "80", std::nullopt, std::nullopt, std::nullopt,
        "YES", ""}});
  client_.Answer("FROM information_schema.STATISTICS", {{"PRIMARY", "id", "0"}});
  const std::string stale = "CREATE TABLE IF NOT EXISTS goods (id INT PRIMARY KEY, old INT)";
  Run({"DROP TABLE goods",
       "CREATE TABLE goods (id INT PRIMARY KEY, name VARCHAR(20)) CHARSET utf8mb4", stale,
       "DROP TABLE goods",
       "CREATE TABLE IF NOT EXISTS goods (id INT PRIMARY KEY, name VARCHAR(20))", stale});
  ASSERT_TRUE(ReadAll().ok());
  EXPECT_THAT(Columns(Saved()), ElementsAre("id int", "name varchar(20)"));
  EXPECT_THAT(Saved().gone, IsEmpty());
  Run({"DROP TABLE goods"});
  ASSERT_TRUE(ReadAll().ok());
  EXPECT_THAT(Saved().gone, ElementsAre(TablePath{"shop", "", "goods"}));
  // Another key is another table too.
  Run({"CREATE TABLE IF NOT EXISTS goods (id INT, name VARCHAR(20), PRIMARY KEY (name))"});
  ASSERT_TRUE(ReadAll().ok());
  EXPECT_THAT(Saved().gone, IsEmpty());
  EXPECT_THAT(Columns(Saved()), ElementsAre("id int", "more varchar(20)", "name varchar(20)"));
}

// An earlier version did not remember what is gone.
TEST_F(LogReaderDdlTest, OnlyWherePoliciesLetATableGoItMayBeGone) {
  LogSplit split{Start(), {}, {}};
  split.tables[{"shop", "", "goods"}] = Facts("goods");
  split.may_be_gone = true;
  Open(split);
  EXPECT_THAT(Saved().gone, IsEmpty());
  options_.ddl.rename_table = DdlPolicy::kIgnore;
  Open(split);
  EXPECT_THAT(Saved().gone, ElementsAre(TablePath{"shop", "", "goods"}));
}

// A table without a primary key, whose snapshot was read in two ranges of a unique key.
class OtherKeyTest : public LogReaderDdlTest {
 protected:
  std::vector<std::string> RowsBehind(const std::string& statement, int columns = 2) {
    LogWriter log;
    log.Gtid(1);
    log.Query(statement);
    log.Gtid(2);
    log.Map(90, "goods", columns);
    log.Insert(90, {{900, "new"}}, columns);
    log.Xid();
    client_.Log({log.events(), {}});
    LogSplit split{Start(), {}, {}};
    TableFacts facts = Facts("goods");
    facts.primary_key.clear();
    facts.indexes = {{"ua", true, {"id"}}};
    const TablePath path = facts.path;
    split.tables[path] = std::move(facts);
    split.contained[path].Add({Range({}, 500), {"binlog.000001", first_}});
    split.contained[path].Add({Range(500, {}), {"binlog.000001", second_}});
    rows_.rows.clear();
    output_.clear();
    Open(std::move(split));
    EXPECT_TRUE(ReadTo(log.offset()).ok());
    return rows_.rows;
  }
  uint64_t first_ = 100'000;  // where the ranges stand in the log: ahead, and
  uint64_t second_ = 4;       // behind
};

TEST_F(OtherKeyTest, RowsAreNotTakenForThoseOfARangeThatIsNotTheirs) {
  for (const std::string statement :
       {"ALTER TABLE goods DROP INDEX ua", "ALTER TABLE goods MODIFY id INT NULL"}) {
    SCOPED_TRACE(statement);
    EXPECT_THAT(RowsBehind(statement), ElementsAre("goods INSERT 900 new"));
    EXPECT_TRUE(Saved().contained.empty());
  }
}

TEST_F(OtherKeyTest, ARangeIsKeptAsLongAsItsKeyIsTheSame) {
  second_ = 90'000;
  options_.ddl.rename_column = DdlPolicy::kIgnore;
  for (const std::string statement :
       {"ALTER TABLE goods CHANGE id no INT NOT NULL COMMENT 'x'",
        "ALTER TABLE goods RENAME INDEX ua TO ub, ADD UNIQUE aa (id)"}) {
    SCOPED_TRACE(statement);
    EXPECT_THAT(RowsBehind(statement), ElementsAre());
  }
  EXPECT_THAT(RowsBehind("ALTER TABLE goods ADD more VARCHAR(20)", 3), ElementsAre());
}

class JoiningTablesTest : public LogReaderDdlTest {
 protected:
  void AnswerTable(const std::string& key) {
    client_.Answer("FROM information_schema.TABLES WHERE TABLE_TYPE", {{"shop", "more"}});
    client_.Answer(
        "FROM information_schema.COLUMNS",
        {{"id", "int", "int", std::nullopt, std::nullopt, "10", "0", std::nullopt, "NO", ""},
         {"name", "varchar", "varchar(20)", "utf8mb4", "80", std::nullopt, std::nullopt,
          std::nullopt, "YES", ""}});
    client_.Answer("FROM information_schema.STATISTICS", {{key, "id", "0"}});
    client_.Answer("SHOW MASTER STATUS", {{"binlog.000001", "3000", "", "", Executed()}});
  }
  void OpenMatching(LogSplit split) {
    LogReaderSetup setup{ctx_, options_, {}, 99, {}};
    for (const auto& [path, facts] : split.tables) {
      setup.output.emplace(path, (*MakeTable(facts, {}))->schema);
    }
    setup.matches = [](const TablePath& path) { return path.database == "shop"; };
    auto reader = LogReader::Open(std::move(setup), std::move(split));
    ASSERT_TRUE(reader.has_value()) << reader.error().ToString();
    reader_ = std::move(*reader);
  }
  LogSplit Fresh() {
    LogSplit split{Start(), {}, {}};
    split.tables[{"shop", "", "goods"}] = Facts("goods");
    return split;
  }
  // Reads to the end of the split; what its reader reports.
  LogSplit ReadToReport() {
    Poll poll = Poll::kMore;
    while (poll != Poll::kDone) {
      poll = reader_->Read(rows_, Env::Default().Now()).value();
    }
    EXPECT_TRUE(reader_->Flush(rows_).ok());
    return std::get<LogSplit>(*DecodeSplit(reader_->TakeReport()));
  }
  const TablePath kMore{"shop", "", "more"};
};

TEST_F(JoiningTablesTest, TheReaderEndsBehindTheStatementThatMadeTheTable) {
  AnswerTable("PRIMARY");
  Rows(2);
  Run({"CREATE TABLE More (id INT PRIMARY KEY, name VARCHAR(20))"});
  const uint64_t behind = log_.offset();
  Rows(2);
  client_.Log({log_.events(), {}});
  OpenMatching(Fresh());
  const LogSplit report = ReadToReport();
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 1 a"));
  EXPECT_EQ(report.position.tx_offset, behind);
  EXPECT_EQ(report.position.events, 0U);
  EXPECT_EQ(report.joining.at(kMore).facts.columns.size(), 2U);
  EXPECT_EQ(report.joining.at(kMore).since.offset, 3000U);
  EXPECT_FALSE(report.tables.contains(kMore));
}

TEST_F(JoiningTablesTest, APartitionThatBecomesATableJoins) {
  AnswerTable("PRIMARY");
  Run({"ALTER TABLE other CONVERT PARTITION p TO TABLE more"});
  client_.Log({log_.events(), {}});
  OpenMatching(Fresh());
  EXPECT_TRUE(ReadToReport().joining.contains(kMore));
}

TEST_F(JoiningTablesTest, WhatTheSnapshotHasIsPassedWhateverItsColumns) {
  Rows(3, "more");
  Run({"ALTER TABLE more DROP COLUMN more", "CREATE TABLE IF NOT EXISTS more (id INT)"});
  Rows(2);
  const uint64_t since = log_.offset();
  Rows(2, "more");
  LogSplit split = Fresh();
  split.tables[kMore] = Facts("more");
  split.since[kMore] = {"binlog.000001", since};
  client_.Log({log_.events(), {}});
  OpenMatching(split);
  ASSERT_TRUE(ReadTo(log_.offset()).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 4 a", "more INSERT 5 a"));
  EXPECT_TRUE(Saved().since.empty());
}

TEST_F(JoiningTablesTest, ATableThatCannotJoinIsLeftOut) {
  AnswerTable("some_index");
  client_.Answer("FROM information_schema.STATISTICS", {{"some_index", "id", "1"}});
  Run({"CREATE TABLE more (id INT)"});
  Rows(2, "more");
  Rows(2);
  client_.Log({log_.events(), {}});
  OpenMatching(Fresh());
  ASSERT_TRUE(ReadTo(log_.offset()).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 3 a"));
  EXPECT_TRUE(Saved().joining.empty());
}

}  // namespace
}  // namespace sluice::mysql
