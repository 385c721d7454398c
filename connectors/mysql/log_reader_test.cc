// SPDX-License-Identifier: Apache-2.0
#include "mysql/log_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mysql/key_range_for_tests.h"
#include "mysql/log_reader_for_tests.h"

namespace sluice::mysql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Status kLost(Code::kUnavailable, "connection reset");

TEST_F(LogReaderTest, EveryRowHasTheCommitTimeOfItsTransaction) {
  LogWriter log;
  for (const uint64_t number : {1U, 2U}) {
    log.Gtid(number, number * 1000);
    log.Query("BEGIN");
    log.Map(90, "goods");
    log.Update(90, {{1, "pen"}, {1, "ink"}});
    log.Xid();
  }
  client_.Log({log.events(), {}});
  OpenAt(Start());
  ASSERT_TRUE(ReadTo(log.offset()).ok());
  EXPECT_THAT(rows_.committed, ElementsAre(1000, 1000, 2000, 2000));
  EXPECT_THAT(rows_.read, testing::Each(testing::Gt(0)));
}

TEST_F(LogReaderTest, ReadsInsertsUpdatesAndDeletesInOrder) {
  LogWriter log;
  log.Gtid(1);
  log.Query("BEGIN");
  log.Map(90, "goods");
  log.Insert(90, {{1, "pen"}, {2, "ink"}});
  log.Update(90, {{1, "pen"}, {1, "pencil"}});
  log.Delete(90, {{2, "ink"}});
  log.Xid();
  client_.Log({log.events(), {}});
  OpenAt(Start());
  ASSERT_TRUE(ReadTo(log.offset()).ok());
  EXPECT_THAT(rows_.rows,
              ElementsAre("goods INSERT 1 pen", "goods INSERT 2 ink", "goods UPDATE_BEFORE 1 pen",
                          "goods UPDATE_AFTER 1 pencil", "goods DELETE 2 ink"));
  const LogPosition end = Saved().position;
  EXPECT_EQ(end.ToString(), fmt::format("binlog.000001:{}", log.offset()));
  EXPECT_EQ(end.gtid_set.ToString(), std::string(kTestUuid) + ":1");
}

TEST_F(LogReaderTest, AnUpdateOfTheKeyIsADeleteAndAnInsert) {
  LogWriter log;
  log.Gtid(1);
  log.Map(90, "goods");
  log.Update(90, {{1, "pen"}, {7, "pen"}});
  log.Xid();
  client_.Log({log.events(), {}});
  OpenAt(Start());
  ASSERT_TRUE(ReadTo(log.offset()).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods DELETE 1 pen", "goods INSERT 7 pen"));
}

TEST_F(LogReaderTest, TablesThatAreNotCapturedAreLeftOut) {
  LogWriter log;
  log.InsertAll(1, 90, "other", {{1, "x"}});
  log.InsertAll(2, 91, "goods", {{2, "y"}});
  client_.Log({log.events(), {}});
  OpenAt(Start());
  ASSERT_TRUE(ReadTo(log.offset()).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 2 y"));
}

TEST_F(LogReaderTest, AfterAServerRestartTableIdsStandForOtherTables) {
  LogWriter log;
  log.InsertAll(1, 90, "goods", {{1, "pen"}});
  log.InsertAll(2, 91, "other", {{8, "x"}});
  log.NextFile("binlog.000002");
  log.InsertAll(3, 90, "other", {{9, "x"}});
  log.InsertAll(4, 91, "goods", {{2, "ink"}});
  client_.Log({log.events(), {}});
  OpenAt(Start());
  ASSERT_TRUE(ReadUntil([&] {
                return Saved().position.file == "binlog.000002" &&
                       Saved().position.tx_offset == log.offset();
              }).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 1 pen", "goods INSERT 2 ink"));
}

TEST_F(LogReaderTest, RowsWithoutATableMapAreAnErrorNotNothing) {
  LogWriter log;
  log.Gtid(1);
  log.Insert(90, {{1, "pen"}});
  log.Xid();
  client_.Log({log.events(), {}});
  OpenAt(Start());
  EXPECT_EQ(ReadToError().code(), Code::kCorruption);
}

TEST_F(LogReaderTest, MoreTablesThanAreRememberedInOneTransactionLoseNothing) {
  LogWriter log;
  log.Gtid(1);
  log.Map(5, "goods");
  for (uint64_t id = 100; id < 10'100; ++id) log.Map(id, "other");
  log.Insert(5, {{1, "pen"}});
  log.Xid();
  client_.Log({log.events(), {}});
  OpenAt(Start());
  ASSERT_TRUE(ReadTo(log.offset()).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 1 pen"));
}

TEST_F(LogReaderTest, ALostConnectionIsMendedWithoutLossOrRepetition) {
  LogWriter log;
  log.InsertAll(1, 90, "goods", {{1, "a"}});
  const uint64_t second = log.offset();
  log.InsertAll(2, 90, "goods", {{2, "b"}});
  std::vector<std::string> first = log.events();
  first.resize(first.size() - 2);  // the connection ends inside the second transaction
  client_.Log({first, kLost});
  client_.Log({log.From(second), {}});
  OpenAt(Start());
  ASSERT_TRUE(ReadTo(log.offset()).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 1 a", "goods INSERT 2 b"));
  ASSERT_EQ(client_.starts().size(), 2U);
  EXPECT_EQ(client_.starts()[1].position, second);
}

TEST_F(LogReaderTest, ConnectionsThatBringNothingAreCounted) {
  LogWriter log;
  log.InsertAll(1, 90, "goods", {{1, "a"}});
  options_.connect_retries = 2;
  client_.Log({log.events(), kLost});
  // They begin as every connection does, and get no further.
  LogWriter again;
  again.Format();
  for (int i = 0; i < 3; ++i) client_.Log({again.events(), kLost});
  OpenAt(Start());
  EXPECT_THAT(ReadToError().ToString(), HasSubstr("reading the log after 2 reconnections"));
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 1 a"));
  EXPECT_EQ(client_.starts().size(), 4U);
}

TEST_F(LogReaderTest, EveryPlaceInsideATransactionCanBeResumed) {
  LogWriter log;
  log.InsertAll(1, 90, "goods", {{1, "a"}});
  const uint64_t begin = log.offset();
  log.Gtid(2);
  log.Query("BEGIN");
  log.Map(91, "other");
  log.Insert(91, {{77, "x"}});
  log.Map(90, "goods");
  log.Insert(90, {{2, "b"}, {3, "c"}, {4, "d"}});
  log.Update(90, {{2, "b"}, {2, "bb"}, {3, "c"}, {30, "c"}});
  log.Xid();
  log.InsertAll(3, 90, "goods", {{5, "e"}});
  const std::vector<std::string> all = {
      "goods INSERT 1 a", "goods INSERT 2 b",        "goods INSERT 3 c",
      "goods INSERT 4 d", "goods UPDATE_BEFORE 2 b", "goods UPDATE_AFTER 2 bb",
      "goods DELETE 3 c", "goods INSERT 30 c",       "goods INSERT 5 e"};
  // Events of the second transaction, and rows of the next, that were emitted.
  const std::vector<std::tuple<uint64_t, uint64_t, size_t>> places = {
      {0, 0, 1}, {1, 0, 1}, {1, 1, 2}, {1, 2, 3}, {2, 0, 4}, {2, 1, 6}, {3, 0, 8}};
  for (const auto& [events, rows, emitted] : places) {
    SCOPED_TRACE(fmt::format("{} events, {} rows", events, rows));
    client_.Log({log.From(begin), {}});
    LogPosition position = Start(begin);
    position.gtid_set.Add(*ParseUuid(kTestUuid), 1);
    position.events = events;
    position.rows = rows;
    rows_.rows.clear();
    OpenAt(position);
    ASSERT_TRUE(ReadTo(log.offset()).ok());
    EXPECT_EQ(rows_.rows,
              std::vector<std::string>(all.begin() + static_cast<int64_t>(emitted), all.end()));
    EXPECT_EQ(Saved().position.gtid_set.ToString(), std::string(kTestUuid) + ":1-3");
  }
}

TEST_F(LogReaderTest, BarriersWaitInsideAnAtomicTransactionOfCapturedRows) {
  for (const bool atomic : {true, false}) {
    options_.transaction_atomic = atomic;
    LogWriter log;
    log.Gtid(1);
    log.Query("BEGIN");
    log.Map(91, "other");
    log.Insert(91, {{77, "x"}});
    std::vector<std::string> others = log.events();
    log.Map(90, "goods");
    log.Insert(90, {{2, "b"}});
    const std::vector<std::string> inside = log.events();
    log.Xid();
    const auto read = [&](std::vector<std::string> events, uint64_t rows_events) {
      client_.Log({std::move(events), {}});
      OpenAt(Start());
      EXPECT_TRUE(ReadUntil([&] { return Saved().position.events == rows_events; }).ok());
      return reader_->at_boundary();
    };
    EXPECT_TRUE(read(others, 1));
    EXPECT_EQ(read(inside, 2), !atomic);
    client_.Log({log.events(), {}});
    OpenAt(Start());
    ASSERT_TRUE(ReadTo(log.offset()).ok());
    EXPECT_TRUE(reader_->at_boundary());
  }
}

TEST_F(LogReaderTest, ALostConnectionInsideAnAtomicTransactionIsNoBoundary) {
  options_.transaction_atomic = true;
  LogWriter log;
  log.Gtid(1);
  log.Map(90, "goods");
  log.Insert(90, {{1, "a"}});
  const std::vector<std::string> inside = log.events();
  log.Xid();
  client_.Log({inside, kLost});
  client_.Log({{}, {}});
  OpenAt(Start());
  ASSERT_TRUE(ReadUntil([&] { return client_.starts().size() == 2; }).ok());
  EXPECT_EQ(Saved().position.events, 1U);
  EXPECT_FALSE(reader_->at_boundary());
}

TEST_F(LogReaderTest, TransactionsOfTheSetAreSkipped) {
  LogWriter log;
  log.InsertAll(1, 90, "goods", {{1, "a"}});
  log.InsertAll(2, 90, "goods", {{2, "b"}});
  client_.Log({log.events(), {}});
  LogPosition position = Start();
  position.gtid_set.Add(*ParseUuid(kTestUuid), 1);
  OpenAt(position);
  ASSERT_TRUE(ReadTo(log.offset()).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 2 b"));
}

TEST_F(LogReaderTest, AStatementDoesNotEndATransactionThatIsSkipped) {
  LogWriter log;
  log.Gtid(1);
  log.Query("BEGIN");
  log.Query("INSERT INTO other VALUES (1)");
  log.Map(90, "goods");
  log.Insert(90, {{1, "a"}});
  log.Xid();
  log.InsertAll(2, 90, "goods", {{2, "b"}});
  client_.Log({log.events(), {}});
  LogPosition position = Start();
  position.gtid_set.Add(*ParseUuid(kTestUuid), 1);
  OpenAt(position);
  ASSERT_TRUE(ReadTo(log.offset()).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 2 b"));
}

TEST_F(LogReaderTest, ThePositionMovesWithRotationsAndHeartbeatsOfAQuietServer) {
  LogWriter log;
  log.NextFile("binlog.000002");
  log.HeartbeatAt(log.offset() + 500);
  client_.Log({log.events(), {}});
  OpenAt(Start());
  ASSERT_TRUE(ReadUntil([&] { return Saved().position.file == "binlog.000002"; }).ok());
  ASSERT_TRUE(ReadTo(log.offset() + 500).ok());
}

TEST_F(LogReaderTest, ARotationDoesNotLoseThePlaceInsideATransaction) {
  LogWriter log;
  client_.Log({log.events(), {}});  // nothing but the rotation that opens a connection
  LogPosition position = Start(700);
  position.events = 3;
  OpenAt(position);
  EXPECT_TRUE(ReadUntil([&] { return !client_.starts().empty(); }).ok());
  EXPECT_EQ(Saved().position, position);
}

TEST_F(LogReaderTest, StatementsThatWriteRowsAreRefused) {
  for (const std::string sql :
       {"INSERT INTO goods VALUES (1)", "/* a tool */ update Goods set a = 1",
        "-- x\nDELETE FROM shop.goods", "(replace into `shop`.goods values (1))", "SELECT `f`(1)",
        "LOAD DATA INFILE 'x' INTO TABLE t", "UPDATE t, goods SET a = 1",
        "SET STATEMENT max_statement_time=1 FOR DELETE FROM goods"}) {
    SCOPED_TRACE(sql);
    LogWriter log;
    log.Gtid(1);
    log.Query("BEGIN");
    log.Query(sql);
    log.Xid();
    client_.Log({log.events(), {}});
    OpenAt(Start());
    const Status status = ReadToError();
    EXPECT_EQ(status.code(), Code::kUnsupported);
    EXPECT_THAT(status.ToString(), HasSubstr("SET PERSIST binlog_format = 'ROW'"));
  }
}

TEST_F(LogReaderTest, WhatTheSnapshotBroughtIsLeftOutUntilItsPlace) {
  LogWriter log;
  log.InsertAll(1, 90, "goods", {{1, "old"}, {60, "new"}});
  const uint64_t middle = log.offset();
  log.InsertAll(2, 90, "goods", {{2, "old"}});
  const uint64_t high = log.offset();
  log.Gtid(3);
  log.Map(90, "goods");
  log.Update(90, {{3, "c"}, {70, "c"}});  // out of one range, into another
  log.Xid();
  client_.Log({log.events(), {}});
  LogSplit split{Start(), {}, {}};
  const TablePath path{"shop", "", "goods"};
  split.tables[path] = Facts("goods");
  split.contained[path].Add({Range({}, 50), {"binlog.000001", high}});
  split.contained[path].Add({Range(50, 65), {"binlog.000001", 4}});
  split.contained[path].Add({Range(65, {}), {"binlog.000001", middle}});
  Open(std::move(split));
  ASSERT_TRUE(ReadTo(log.offset()).ok());
  EXPECT_THAT(rows_.rows,
              ElementsAre("goods INSERT 60 new", "goods DELETE 3 c", "goods INSERT 70 c"));
  EXPECT_THAT(Saved().contained, IsEmpty());  // all of it lies behind
}

TEST_F(LogReaderTest, AnXaTransactionOfCapturedRowsIsRefused) {
  LogWriter log;
  log.Gtid(1);
  log.Query("XA START X'61',X'',1");
  log.Map(90, "goods");
  log.Insert(90, {{1, "a"}});
  log.Query("XA END X'61',X'',1");
  log.XaPrepare("a");
  client_.Log({log.events(), {}});
  OpenAt(Start());
  const Status status = ReadToError();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_THAT(status.ToString(), HasSubstr("XA"));
}

TEST_F(LogReaderTest, AnXaTransactionOfOtherTablesIsPassed) {
  LogWriter log;
  log.Gtid(1);
  log.Query("XA START X'61',X'',1");
  log.Map(91, "other");
  log.Insert(91, {{1, "a"}});
  log.Query("XA END X'61',X'',1");
  log.XaPrepare("a");
  log.Gtid(2);
  log.Query("XA COMMIT X'61',X'',1");
  log.InsertAll(3, 90, "goods", {{1, "a"}});
  client_.Log({log.events(), {}});
  OpenAt(Start());
  ASSERT_TRUE(ReadTo(log.offset()).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 1 a"));
}

// It was prepared before the log was followed: its rows are neither in the snapshot nor ahead.
TEST_F(LogReaderTest, ACommitOfAnXaTransactionNobodySawPreparedIsRefused) {
  LogWriter log;
  log.Gtid(1);
  log.Query("XA COMMIT X'61',X'',1");
  client_.Log({log.events(), {}});
  OpenAt(Start());
  const Status status = ReadToError();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_THAT(status.ToString(), HasSubstr("X'61',X'',1"));
}

TEST_F(LogReaderTest, AnXaTransactionMayBePreparedBeforeARestartAndCommittedBehindIt) {
  LogWriter log;
  log.Gtid(1);
  log.Map(91, "other");
  log.XaPrepare("a");
  const uint64_t prepared = log.offset();
  client_.Log({log.events(), {}});
  OpenAt(Start());
  ASSERT_TRUE(ReadTo(prepared).ok());
  const LogSplit split = Saved();
  EXPECT_THAT(split.prepared, ElementsAre("X'61',X'',1"));
  log.Gtid(2);
  log.Query("XA COMMIT X'61',X'',1");
  client_.Log({log.From(prepared), {}});
  Open(split);
  ASSERT_TRUE(ReadTo(log.offset()).ok());
  EXPECT_THAT(Saved().prepared, IsEmpty());
}

TEST_F(LogReaderTest, ALostPositionStopsTheJob) {
  LogWriter log;
  client_.Log({log.events(), {Code::kPositionLost, "purged"}});
  OpenAt(Start());
  EXPECT_EQ(ReadToError().code(), Code::kPositionLost);
}

TEST_F(LogReaderTest, AnotherServerContinuesByGtidsOnly) {
  AnswerAsGoodServer(client_, "99999999-71ca-11e1-9e33-c80aa9429562", true, Executed());
  LogWriter log("other.000009");
  log.InsertAll(2, 90, "goods", {{2, "b"}});
  client_.Log({log.events(), {}});
  LogPosition position = Start(700);
  position.gtid_set.Add(*ParseUuid(kTestUuid), 1);
  OpenAt(position);
  ASSERT_TRUE(ReadUntil([&] {
                return Saved().position.file == "other.000009" &&
                       Saved().position.tx_offset == log.offset();
              }).ok());
  EXPECT_THAT(rows_.rows, ElementsAre("goods INSERT 2 b"));
  EXPECT_EQ(client_.starts()[0].gtid_set, std::string(kTestUuid) + ":1");
  // Its places are its own from here on.
  EXPECT_EQ(Saved().position.server_uuid, "99999999-71ca-11e1-9e33-c80aa9429562");

  // Inside a transaction, or with ranges known by places in the old log, it cannot.
  position.events = 1;
  OpenAt(position);
  EXPECT_EQ(ReadToError().code(), Code::kPositionLost);
  position.events = 0;
  LogSplit split{position, {}, {}};
  const TablePath path{"shop", "", "goods"};
  split.tables[path] = Facts("goods");
  split.contained[path].Add({Range({}, 50), {"binlog.000001", 900}});
  Open(std::move(split));
  EXPECT_EQ(ReadToError().code(), Code::kPositionLost);
}

}  // namespace
}  // namespace sluice::mysql
