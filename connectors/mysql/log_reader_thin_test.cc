// SPDX-License-Identifier: Apache-2.0
// LogReader at rows that lack columns: what is read instead, when, and what is emitted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "mysql/key_range_for_tests.h"
#include "mysql/log_reader_for_tests.h"

namespace sluice::mysql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kWrite = EventType::kWriteRows;
constexpr auto kUpdate = EventType::kUpdateRows;
constexpr auto kDelete = EventType::kDeleteRows;

class LogReaderThinTest : public LogReaderTest {
 protected:
  LogReaderThinTest() {
    options_.incomplete_rows = IncompleteRows::kReread;
    ServerHas({"id", "name"});
  }

  // The table by now.
  void ServerHas(const std::vector<std::string>& names, const std::string& key = "id") {
    SqlTable columns;
    for (const std::string& name : names) {
      const bool number = name == key;
      columns.push_back({name, number ? "int" : "varchar", number ? "int" : "varchar(20)",
                         number ? std::nullopt : std::optional<std::string>("utf8mb4"),
                         number ? std::nullopt : std::optional<std::string>("80"), std::nullopt,
                         std::nullopt, std::nullopt, number ? "NO" : "YES", ""});
    }
    client_.Answer("information_schema.COLUMNS", std::move(columns));
    client_.Answer("information_schema.STATISTICS", {{"PRIMARY", key, "0"}});
    client_.Answer("information_schema.TABLES", {{"", "utf8mb4_bin"}});
  }
  void Found(SqlTable rows) { client_.Answer("FROM `shop`.`goods` WHERE", std::move(rows)); }
  std::vector<std::string> Selects() const {
    std::vector<std::string> out = client_.statements();
    std::erase_if(out, [](const std::string& sql) { return !sql.contains("FROM `shop`.`goods`"); });
    return out;
  }
  // One transaction of one event, from its beginning to its end.
  LogWriter Event(EventType type, const std::vector<ThinImage>& images) {
    LogWriter log;
    log.Gtid(1, 1000);
    log.Map(90, "goods");
    log.Thin(type, 90, images);
    log.Xid();
    return log;
  }
  void Read(const LogWriter& log) {
    client_.Log({log.events(), {}});
    OpenAt(Start());
    const Status status = ReadTo(log.offset());
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
};

TEST_F(LogReaderThinTest, AnUpdateIsTheRowAsItIsByNow) {
  Found({{"1", "later"}});
  Read(Event(kUpdate, {{"1", "-"}, {"-", "pen"}}));
  // Nothing lacks: the key is in one image, the name in the other.
  EXPECT_THAT(rows_.rows, ElementsAre("goods UPDATE_BEFORE 1 pen", "goods UPDATE_AFTER 1 pen"));
  EXPECT_THAT(Selects(), IsEmpty());
  rows_.rows.clear();
  Read(Event(kUpdate, {{"1", "-"}, {"1", "-"}}));
  EXPECT_THAT(rows_.rows, ElementsAre("goods UPDATE_BEFORE 1 later", "goods UPDATE_AFTER 1 later"));
  EXPECT_THAT(Selects(), ElementsAre("SELECT `id`, `name` FROM `shop`.`goods` WHERE (`id` = 1)"));
  EXPECT_THAT(rows_.committed, testing::Each(1000));
  EXPECT_EQ(Saved().position.gtid_set.ToString(), std::string(kTestUuid) + ":1");
}

TEST_F(LogReaderThinTest, InsertsAreLookedUpAndDeletesAreNot) {
  Found({{"2", "ink"}});
  LogWriter log = Event(kWrite, {{"1", "-"}, {"2", "-"}});
  log.Gtid(2);
  log.Map(90, "goods");
  log.Thin(kDelete, 90, {{"1", "-"}});
  log.Xid();
  Read(log);
  // Row 1 is gone by now, as its delete says.
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 2 ink", "goods DELETE 1 null"));
  EXPECT_THAT(Selects(), ElementsAre("SELECT `id`, `name` FROM `shop`.`goods` WHERE (`id` = 1) OR "
                                     "(`id` = 2)"));
}

TEST_F(LogReaderThinTest, AnUpdateOfTheKeyIsADeleteAndTheRowFound) {
  Found({{"7", "pen"}});
  Read(Event(kUpdate, {{"1", "-"}, {"7", "-"}, {"2", "-"}, {"8", "-"}, {"3", "-"}, {"3", "-"}}));
  EXPECT_THAT(rows_.rows,
              ElementsAre("goods DELETE 1 null", "goods INSERT 7 pen", "goods DELETE 2 null"));
}

TEST_F(LogReaderThinTest, ATableThatIsGoneHasNoRows) {
  client_.Answer("information_schema.COLUMNS", {});
  Read(Event(kUpdate, {{"1", "-"}, {"7", "-"}, {"2", "-"}, {"2", "-"}}));
  EXPECT_THAT(rows_.rows, ElementsAre("goods DELETE 1 null"));
}

TEST_F(LogReaderThinTest, ARenamedColumnIsReadByItsNewName) {
  ServerHas({"id", "title"});
  Found({{"1", "pen"}});
  Read(Event(kWrite, {{"1", "-"}}));
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 1 pen"));
  EXPECT_THAT(Selects(), ElementsAre(HasSubstr("SELECT `id`, `title` FROM")));
}

TEST_F(LogReaderThinTest, NothingIsReadBeforeItsTransactionIsVisible) {
  const std::string uuid(kTestUuid);
  client_.Answer("gtid_executed", {{uuid + ":5-9"}});
  std::atomic<int> asked = 0;
  client_.on_statement = [&](const std::string& sql) {
    if (sql != "SELECT @@global.gtid_executed") return;
    if (++asked >= 5) client_.Answer("gtid_executed", {{uuid + ":1:5-9"}});
  };
  Found({{"1", "pen"}});
  Read(Event(kWrite, {{"1", "-"}}));
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 1 pen"));
  EXPECT_GE(asked, 5);
  const auto statements = client_.statements();
  const auto is_select = [](const std::string& sql) { return sql.contains("FROM `shop`"); };
  const auto first = std::ranges::find_if(statements, is_select);
  EXPECT_EQ(std::count(first, statements.end(), "SELECT @@global.gtid_executed"), 0);
}

// Transactions 1 to 4 insert rows of these keys, and another statement is between the last two.
LogWriter FourTransactions() {
  LogWriter log;
  for (const uint64_t number : {1U, 2U, 3U, 4U}) {
    if (number == 4) log.Query("ANALYZE TABLE goods");
    log.Gtid(number, number * 1000);
    log.Map(90 + number, "other");
    log.Insert(90 + number, {{1, "x"}});
    log.Map(80 + number, "goods");
    log.Thin(kWrite, 80 + number, {{std::to_string(number == 3 ? 1 : number), "-"}});
    log.Xid();
  }
  return log;
}

TEST_F(LogReaderThinTest, OneQuestionServesTheTransactionsThatAreHereAndVisible) {
  Found({{"1", "a"}, {"2", "b"}, {"4", "d"}});
  std::atomic<int> asked = 0;
  client_.on_statement = [&](const std::string& sql) {
    if (sql.starts_with("SET SESSION time_zone")) asked = 0;
    if (sql == "SELECT @@global.gtid_executed") ++asked;
  };
  Read(FourTransactions());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 1 a", "goods INSERT 2 b", "goods INSERT 1 a",
                                      "goods INSERT 4 d"));
  EXPECT_THAT(rows_.committed, ElementsAre(1000, 2000, 3000, 4000));
  // Behind the statement the table may be another one.
  EXPECT_THAT(Selects(), ElementsAre(HasSubstr("WHERE (`id` = 1) OR (`id` = 2) OR (`id` = 1)"),
                                     HasSubstr("WHERE (`id` = 4)")));
  EXPECT_EQ(asked, 1);
}

TEST_F(LogReaderThinTest, ARowIsReadAgainForATransactionThatWasNotVisibleYet) {
  const std::string uuid(kTestUuid);
  client_.Answer("gtid_executed", {{uuid + ":1-2"}});
  Found({{"1", "a"}, {"2", "b"}, {"4", "d"}});
  std::atomic<int> selects = 0;
  client_.on_statement = [&](const std::string& sql) {
    if (!sql.contains("FROM `shop`.`goods` WHERE")) return;
    if (++selects != 1) return;
    client_.Answer("gtid_executed", {{uuid + ":1-4"}});
  };
  const LogWriter log = FourTransactions();
  client_.Log({log.events(), {}});
  OpenAt(Start());
  ASSERT_TRUE(ReadUntil([&] { return selects == 1; }).ok());
  Found({{"1", "after"}, {"4", "d"}});
  ASSERT_TRUE(ReadTo(log.offset()).ok());
  EXPECT_EQ(rows_.rows[2], "goods INSERT 1 after");
  EXPECT_THAT(Selects(), ElementsAre(HasSubstr("WHERE (`id` = 1) OR (`id` = 2)"),
                                     HasSubstr("WHERE (`id` = 1)"), HasSubstr("`id` = 4")));
}

TEST_F(LogReaderThinTest, AFailedLookupIsMendedByAnotherConnection) {
  Found({{"1", "pen"}});
  const LogWriter log = Event(kWrite, {{"1", "-"}});
  client_.Log({log.events(), {}});
  std::atomic<int> asked = 0;
  // Another server answers once, when rows are to be read: the log's connection asks variables.
  client_.on_statement = [&](const std::string& sql) {
    if (sql != "SELECT @@server_uuid") return;
    const std::string other = "99999999-71ca-11e1-9e33-c80aa9429562";
    client_.Answer("SELECT @@server_uuid", {{++asked == 1 ? other : std::string(kTestUuid)}});
  };
  Read(log);
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 1 pen"));
  EXPECT_EQ(client_.starts().size(), 2U);
  EXPECT_GE(asked, 2);
}

TEST_F(LogReaderThinTest, KeysAreAskedForSomeAtATime) {
  std::vector<ThinImage> images;
  for (int id = 0; id < 1200; ++id) images.push_back({std::to_string(id), "-"});
  Found({{"3", "pen"}, {"501", "ink"}, {"1199", "cap"}});
  Read(Event(kWrite, images));
  EXPECT_THAT(rows_.rows,
              ElementsAre("goods INSERT 3 pen", "goods INSERT 501 ink", "goods INSERT 1199 cap"));
  EXPECT_EQ(Selects().size(), 3U);
}

TEST_F(LogReaderThinTest, LargeRowsComeAFewAtATime) {
  std::vector<ThinImage> images;
  SqlTable rows;
  for (int id = 0; id < 20; ++id) {
    images.push_back({std::to_string(id), "-"});
    rows.push_back({std::to_string(id), std::string(size_t{1} << 20U, 'x')});
  }
  // As many rows as keys are asked for.
  client_.on_statement = [&](const std::string& sql) {
    if (!sql.starts_with("SELECT `id`")) return;
    SqlTable found;
    for (const auto& row : rows) {
      if (sql.contains("(`id` = " + *row[0] + ")")) found.push_back(row);
    }
    Found(std::move(found));
  };
  Read(Event(kWrite, images));
  EXPECT_EQ(rows_.rows.size(), 20U);
  EXPECT_GT(Selects().size(), 3U);
}

TEST_F(LogReaderThinTest, EveryPlaceInsideAnEventCanBeResumed) {
  Found({{"1", "a"}, {"2", "b"}, {"3", "c"}});
  const LogWriter log = Event(kWrite, {{"1", "-"}, {"2", "-"}, {"3", "-"}});
  const std::vector<std::string> all = {"goods INSERT 1 a", "goods INSERT 2 b", "goods INSERT 3 c"};
  for (size_t emitted = 0; emitted < 3; ++emitted) {
    SCOPED_TRACE(emitted);
    client_.Log({log.events(), {}});
    LogPosition position = Start();
    position.rows = emitted;
    rows_.rows.clear();
    OpenAt(position);
    ASSERT_TRUE(ReadTo(log.offset()).ok());
    EXPECT_EQ(rows_.rows,
              std::vector<std::string>(all.begin() + static_cast<int64_t>(emitted), all.end()));
  }
}

TEST_F(LogReaderThinTest, BarriersWaitInsideAnAtomicTransaction) {
  options_.transaction_atomic = true;
  Found({{"1", "a"}});
  const LogWriter whole = Event(kWrite, {{"1", "-"}});
  std::vector<std::string> inside = whole.events();
  inside.pop_back();
  client_.Log({inside, {}});
  OpenAt(Start());
  ASSERT_TRUE(ReadUntil([&] { return Saved().position.events == 1; }).ok());
  EXPECT_FALSE(reader_->at_boundary());
}

TEST_F(LogReaderThinTest, WhatTheSnapshotBroughtIsLeftOutAndNotReadAgain) {
  Found({{"60", "new"}});
  LogWriter log = Event(kUpdate, {{"1", "-"}, {"1", "-"}, {"60", "-"}, {"60", "-"}});
  client_.Log({log.events(), {}});
  LogSplit split{Start(), {}, {}};
  const TablePath path{"shop", "", "goods"};
  split.tables[path] = Facts("goods");
  split.contained[path].Add({Range({}, 50), {"binlog.000001", log.offset() + 1}});
  Open(std::move(split));
  ASSERT_TRUE(ReadTo(log.offset()).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods UPDATE_BEFORE 60 new", "goods UPDATE_AFTER 60 new"));
  EXPECT_THAT(Selects(), ElementsAre(HasSubstr("WHERE (`id` = 60)")));
}

TEST_F(LogReaderThinTest, WhatCannotBeLookedUpIsRefused) {
  LogSplit split{Start(), {}, {}};
  const TablePath path{"shop", "", "goods"};
  split.tables[path] = Facts("goods");
  split.tables[path].primary_key.clear();
  client_.Log({Event(kUpdate, {{"1", "-"}, {"1", "-"}}).events(), {}});
  Open(split);
  Status status = ReadToError();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_THAT(status.ToString(), HasSubstr("it has no primary key"));
  EXPECT_THAT(status.ToString(), HasSubstr("SET PERSIST binlog_row_image = 'FULL'"));

  client_.Log({Event(kWrite, {{"-", "pen"}}).events(), {}});
  OpenAt(Start());
  status = ReadToError();
  EXPECT_THAT(status.ToString(), HasSubstr("a value of its key is not in the log"));
}

TEST_F(LogReaderThinTest, WithoutTheOptionSuchRowsStopTheJob) {
  options_.incomplete_rows = IncompleteRows::kRefuse;
  client_.Log({Event(kUpdate, {{"1", "-"}, {"-", "pen"}}).events(), {}});
  OpenAt(Start());
  const Status status = ReadToError();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_THAT(status.ToString(), HasSubstr("incomplete-rows = reread"));
}

}  // namespace
}  // namespace sluice::mysql
