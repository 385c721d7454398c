// SPDX-License-Identifier: Apache-2.0
#include "mysql/snapshot_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "mysql/key_range_for_tests.h"
#include "mysql/log_writer_for_tests.h"
#include "mysql/scripted_client_for_tests.h"

namespace sluice::mysql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const TablePath kGoods{"shop", "", "goods"};

TableFacts Facts(const std::string& key_type) {
  TableFacts facts;
  facts.path = kGoods;
  const bool number = key_type == "int";
  facts.columns = {{.name = "id",
                    .data_type = key_type,
                    .column_type = number ? "int" : "varchar(20)",
                    .charset = number ? std::nullopt : std::optional<std::string>("utf8mb4"),
                    .octet_length = number ? std::nullopt : std::optional<uint64_t>(80),
                    .nullable = false},
                   {.name = "name",
                    .data_type = "varchar",
                    .column_type = "varchar(20)",
                    .charset = "utf8mb4",
                    .octet_length = 80}};
  facts.primary_key = {"id"};
  return facts;
}

WindowTable Table(const std::string& key_type = "int") {
  const TableFacts facts = Facts(key_type);
  const TableDefRef def = *MakeTable(facts, {});
  return {def, KeyOf(facts, *def)};
}

struct Read {
  std::vector<std::string> rows;  // sorted
  std::optional<LogPoint> started;
  std::optional<SnapshotReport> report;
  Status status;
};

class SnapshotWorkerTest : public testing::Test {
 protected:
  void Server(bool gtid, const std::string& executed, uint64_t log_ends) {
    facts_ = {.uuid = std::string(kTestUuid), .version = "8.0.33", .gtid = gtid};
    facts_.settle = Duration(0);
    AnswerAsGoodServer(client_, facts_.uuid, gtid, executed);
    client_.Answer("SHOW MASTER STATUS", {{"binlog.000001", std::to_string(log_ends)}});
    HasTable(Facts("int").columns);
  }
  // What the server says of the table.
  void HasTable(const std::vector<ColumnFacts>& columns) {
    const auto text = [](const std::optional<uint64_t>& number) {
      return number ? std::optional(std::to_string(*number)) : std::nullopt;
    };
    SqlTable table;
    for (const ColumnFacts& column : columns) {
      table.push_back({column.name, column.data_type, column.column_type, column.charset,
                       text(column.octet_length), std::nullopt, std::nullopt, std::nullopt,
                       column.nullable ? "YES" : "NO", ""});
    }
    client_.Answer("information_schema.COLUMNS", std::move(table));
  }
  void Rows(const std::vector<TestRow>& rows) {
    SqlTable table;
    for (const TestRow& row : rows) table.push_back({std::to_string(row.id), row.name});
    client_.Answer("SELECT `id`, `name` FROM `shop`.`goods`", std::move(table));
  }
  Read Run(SnapshotSplit split, const WindowTable& table, bool merge = true) {
    if (!worker_) {
      worker_ = std::make_unique<SnapshotWorker>(Env::Default(), client_, known_, SqlEndpoint(),
                                                 facts_, 99, merge);
    }
    worker_->Begin({std::move(split), table, trail_}, [] {});
    Read read;
    while (!read.report && read.status.ok()) {
      auto piece = worker_->Poll();
      if (!piece) {
        static_cast<void>(CancelToken().WaitFor(std::chrono::milliseconds(1)));
        continue;
      }
      if (piece->started) read.started = piece->started;
      for (const ChunkPtr& chunk : piece->chunks) {
        for (uint32_t row = 0; row < chunk->rows(); ++row) {
          read.rows.push_back(ValueText(chunk->column(0), row) + " " +
                              ValueText(chunk->column(1), row).substr(0, 20));
        }
      }
      read.report = piece->report;
      read.status = piece->status;
    }
    std::ranges::sort(read.rows);
    return read;
  }

  ScriptedClient client_;
  ServerFacts facts_;
  DdlRules rules_;
  KnownTables known_{rules_};
  TableTrail trail_{Facts("int"), {"binlog.000001", 4}};
  std::unique_ptr<SnapshotWorker> worker_;
};

// A window that touches rows in every way.
LogWriter Window() {
  LogWriter log;
  log.InsertAll(1, 90, "goods", {{8, "seen"}});  // visible: the snapshot has what became of it
  log.Gtid(2);
  log.Map(90, "goods");
  log.Insert(90, {{5, "new"}, {6, "gone"}});
  log.Update(90, {{1, "old"}, {1, "changed"}});
  log.Delete(90, {{2, "b"}});
  log.Update(90, {{3, "c"}, {30, "c"}});
  log.Xid();
  log.Gtid(3);
  log.Map(91, "other");
  log.Insert(91, {{4, "not ours"}});
  log.Map(90, "goods");
  log.Delete(90, {{6, "gone"}});
  log.Update(90, {{5, "new"}, {5, "newer"}});
  log.Xid();
  return log;
}

TEST_F(SnapshotWorkerTest, ARangeIsTheTableExactlyAtItsHighPoint) {
  for (const bool gtid : {true, false}) {
    SCOPED_TRACE(gtid);
    worker_.reset();
    const LogWriter log = Window();
    Server(gtid, std::string(kTestUuid) + ":1", log.offset());
    // Before the window, or already within it: the last image of a key wins either way.
    for (const std::vector<TestRow>& snapshot :
         {std::vector<TestRow>{{1, "old"}, {2, "b"}, {3, "c"}, {4, "d"}, {8, "later"}},
          std::vector<TestRow>{{1, "changed"}, {4, "d"}, {5, "new"}, {8, "later"}, {30, "c"}}}) {
      worker_.reset();
      Rows(snapshot);
      // Without GTIDs the log's end is asked for twice: it stood at the window's beginning first.
      int asked = 0;
      client_.on_statement = [&](const std::string& sql) {
        if (gtid || !sql.starts_with("SHOW MASTER STATUS")) return;
        const uint64_t end = ++asked == 1 ? 4 : log.offset();
        client_.Answer("SHOW MASTER STATUS", {{"binlog.000001", std::to_string(end)}});
      };
      client_.Log({log.events(), {}});
      const Read read = Run({kGoods, {}}, Table());
      ASSERT_TRUE(read.status.ok()) << read.status.ToString();
      if (gtid) {
        EXPECT_THAT(read.rows, ElementsAre("1 changed", "30 c", "4 d", "5 newer", "8 later"));
      } else {
        EXPECT_THAT(read.rows, ElementsAre("1 changed", "30 c", "4 d", "5 newer", "8 seen"));
      }
      EXPECT_EQ(read.report->finished.high, (LogPoint{"binlog.000001", log.offset()}));
      EXPECT_EQ(read.report->rows, 5U);
      EXPECT_FALSE(read.started);
    }
  }
}

// What the rows were at the end of the window is not in the log.
TEST_F(SnapshotWorkerTest, AWindowOfImagesThatLackColumnsIsNotMetExactly) {
  LogWriter log;
  log.Gtid(2);
  log.Map(90, "goods");
  log.Insert(90, {{5, "new"}});
  log.Thin(EventType::kUpdateRows, 90, {{"1", "-"}, {"-", "changed"}});
  log.Xid();
  Server(true, std::string(kTestUuid) + ":1", log.offset());
  Rows({{1, "old"}});
  client_.Log({log.events(), {}});
  const WindowTable table = Table();
  const Read read = Run({kGoods, Range({}, 4)}, table);
  ASSERT_TRUE(read.status.ok()) << read.status.ToString();
  EXPECT_THAT(read.rows, ElementsAre("1 old"));
  EXPECT_FALSE(read.report->exact);
  EXPECT_FALSE(Run({kGoods, Range(4, {})}, table).report->exact);  // in the same snapshot
}

// A transaction of any size may be on its way into the log while the snapshot is opened.
TEST_F(SnapshotWorkerTest, AWindowThatDoesNotFitIntoMemoryIsNotMetExactly) {
  constexpr int kRows = 200'000;
  LogWriter log;
  log.Gtid(2);
  log.Map(90, "goods");
  for (int id = 0; id < kRows;) {
    std::vector<TestRow> images;
    for (const int end = id + 200; id < end; ++id) {
      images.insert(images.end(), {{id, "old"}, {id, "changed"}});
    }
    log.Update(90, images);
  }
  log.Xid();
  Server(true, std::string(kTestUuid) + ":1", log.offset());
  Rows({{1, "old"}});
  client_.Log({log.events(), {}});
  Read read = Run({kGoods, {}}, Table());
  ASSERT_TRUE(read.status.ok()) << read.status.ToString();
  EXPECT_THAT(read.rows, ElementsAre("1 old"));
  ASSERT_FALSE(read.report->exact);
  // The next snapshot sees it, and reads the log from behind it.
  const uint64_t behind = log.offset();
  log.InsertAll(3, 90, "goods", {{2, "new"}});
  Server(true, std::string(kTestUuid) + ":1-2", log.offset());
  Rows({{1, "changed"}});
  client_.Log({log.From(behind), {}});
  read = Run({kGoods, {}}, Table());
  ASSERT_TRUE(read.status.ok()) << read.status.ToString();
  EXPECT_THAT(read.rows, ElementsAre("1 changed", "2 new"));
  EXPECT_TRUE(read.report->exact);
  EXPECT_EQ(client_.starts().back().gtid_set, std::string(kTestUuid) + ":1-2");
}

TEST_F(SnapshotWorkerTest, ImagesOfOtherRangesAreLeftOut) {
  const LogWriter log = Window();
  Server(true, std::string(kTestUuid) + ":1", log.offset());
  Rows({{3, "c"}, {4, "d"}});
  client_.Log({log.events(), {}});
  const Read read = Run({kGoods, Range(3, 5)}, Table());
  ASSERT_TRUE(read.status.ok()) << read.status.ToString();
  EXPECT_THAT(read.rows, ElementsAre("4 d"));
  EXPECT_THAT(client_.statements(),
              testing::Contains("SELECT `id`, `name` FROM `shop`.`goods` WHERE `id` >= 3 AND `id` "
                                "< 5 ORDER BY `id`"));
}

TEST_F(SnapshotWorkerTest, TheNextRangeContinuesTheOpenStream) {
  const LogWriter log = Window();
  Server(true, std::string(kTestUuid) + ":1", log.offset());
  Rows({{1, "old"}});
  client_.Log({log.events(), {}});
  ASSERT_TRUE(Run({kGoods, Range({}, 2)}, Table()).status.ok());
  client_.Answer("gtid_executed", {{std::string(kTestUuid) + ":1-3"}});
  Rows({{4, "d"}});
  const Read second = Run({kGoods, Range(4, {})}, Table());
  ASSERT_TRUE(second.status.ok()) << second.status.ToString();
  EXPECT_THAT(second.rows, ElementsAre("4 d"));
  EXPECT_THAT(client_.starts(), SizeIs(1));
}

TEST_F(SnapshotWorkerTest, TheNextRangesOfATableAreReadInTheSameSnapshot) {
  const LogWriter log = Window();
  Server(true, std::string(kTestUuid) + ":1", log.offset());
  Rows({{1, "old"}});
  client_.Log({log.events(), {}});
  const WindowTable table = Table();
  const Read first = Run({kGoods, Range({}, 4)}, table);
  EXPECT_THAT(first.rows, ElementsAre("1 changed"));
  // What happens from here on is not in it.
  client_.Answer("SHOW MASTER STATUS", {{"binlog.000001", std::to_string(log.offset() + 99)}});
  Rows({{4, "d"}, {8, "later"}});
  const Read second = Run({kGoods, Range(4, {})}, table);
  ASSERT_TRUE(second.status.ok()) << second.status.ToString();
  EXPECT_THAT(second.rows, ElementsAre("30 c", "4 d", "5 newer", "8 later"));
  EXPECT_EQ(second.report->finished.high, first.report->finished.high);
  EXPECT_TRUE(second.report->exact);
  EXPECT_THAT(client_.statements(),
              testing::Contains(HasSubstr("START TRANSACTION READ ONLY")).Times(1));
  // Another table, or the same with another definition, has a snapshot of its own.
  client_.Answer("SHOW MASTER STATUS", {{"binlog.000001", std::to_string(log.offset())}});
  client_.Log({log.events(), {}});
  Rows({});
  ASSERT_TRUE(Run({kGoods, {}}, Table()).status.ok());
  EXPECT_THAT(client_.statements(),
              testing::Contains(HasSubstr("START TRANSACTION READ ONLY")).Times(2));
  EXPECT_THAT(client_.statements(), testing::Contains("COMMIT").Times(1));
}

TEST_F(SnapshotWorkerTest, ASnapshotThatNothingIsReadInIsClosed) {
  Server(true, "", 500);
  Rows({{1, "a"}});
  ASSERT_TRUE(Run({kGoods, {}}, Table(), false).status.ok());
  while (std::ranges::count(client_.statements(), "COMMIT") == 0) {
    ASSERT_FALSE(CancelToken().WaitFor(std::chrono::milliseconds(5)));
  }
}

TEST_F(SnapshotWorkerTest, AKeyThatOnlyTheServerComparesIsNotMetExactly) {
  Server(true, "", 500);
  HasTable(Facts("varchar").columns);
  Rows({{1, "a"}, {2, "b"}});
  const Read read = Run({kGoods, {}}, Table("varchar"));
  ASSERT_TRUE(read.status.ok()) << read.status.ToString();
  EXPECT_THAT(read.rows, ElementsAre("1 a", "2 b"));
  EXPECT_FALSE(read.report->exact);
  EXPECT_THAT(client_.starts(), IsEmpty());
}

TEST_F(SnapshotWorkerTest, AStreamThatTheServerGaveUpIsOpenedAgain) {
  LogWriter log;
  log.InsertAll(1, 90, "goods", {{1, "a"}});
  const uint64_t first = log.offset();
  Server(true, "", first);
  Rows({});
  client_.Log({log.events(), Status(Code::kUnavailable, "timeout writing packets")});
  ASSERT_THAT(Run({kGoods, {}}, Table()).rows, ElementsAre("1 a"));
  log.InsertAll(2, 90, "goods", {{2, "b"}});
  client_.Answer("gtid_executed", {{std::string(kTestUuid) + ":1"}});
  client_.Answer("SHOW MASTER STATUS", {{"binlog.000001", std::to_string(log.offset())}});
  client_.Log({log.From(first), {}});
  const Read second = Run({kGoods, {}}, Table());
  ASSERT_TRUE(second.status.ok()) << second.status.ToString();
  EXPECT_THAT(second.rows, ElementsAre("2 b"));
}

TEST_F(SnapshotWorkerTest, ARangeOfWideRowsIsCutBetweenTwoKeys) {
  LogWriter log;
  log.InsertAll(1, 90, "goods", {{1, "in"}, {900, "behind"}});
  Server(true, "", log.offset());
  std::vector<TestRow> rows;
  for (int id = 1; id <= 300; ++id) rows.push_back({id, std::string(60'000, 'x')});
  Rows(rows);
  client_.Log({log.events(), {}});
  const Read read = Run({kGoods, Range(1, 1000)}, Table());
  ASSERT_TRUE(read.status.ok()) << read.status.ToString();
  ASSERT_TRUE(read.report->remainder);
  const Int128 cut = *KeyValues(*read.report->remainder->lower)->at(0).number;
  EXPECT_EQ(read.report->remainder->upper, Key(1000));
  EXPECT_EQ(read.report->finished.range, Range(1, cut));
  EXPECT_GT(cut, 100);
  EXPECT_LT(cut, 300);
  // Everything below the cut once, the image behind it left to the rest.
  EXPECT_THAT(read.rows, SizeIs(static_cast<size_t>(cut) - 1));
  EXPECT_THAT(read.rows, testing::Contains("1 in").Times(1));
  EXPECT_THAT(read.rows, testing::Not(testing::Contains("900 behind")));
}

TEST_F(SnapshotWorkerTest, ATableThatIsNotCutTellsFirstWhereItsFirstReadingBegan) {
  LogWriter log;
  log.Gtid(1);
  log.Xid();
  Server(true, "", log.offset());
  HasTable(Facts("varchar").columns);
  Rows({{1, "a"}, {2, "b"}});
  client_.Log({log.events(), {}});
  const LogPoint here{"binlog.000001", log.offset()};
  const Read first = Run({kGoods, {}, true}, Table("varchar"));
  ASSERT_TRUE(first.status.ok()) << first.status.ToString();
  EXPECT_THAT(first.rows, ElementsAre("1 a", "2 b"));
  EXPECT_EQ(first.started, here);
  EXPECT_EQ(first.report->finished.high, here);
  // Read once more after a restart: the log is wanted from the first reading on.
  client_.Answer("gtid_executed", {{std::string(kTestUuid) + ":1"}});
  const LogPoint before{"binlog.000001", 10};
  const Read again = Run({kGoods, {}, true, before}, Table("varchar"));
  EXPECT_EQ(again.started, before);
  EXPECT_EQ(again.report->finished.high, before);
}

TEST_F(SnapshotWorkerTest, WithoutMergingRowsAreAsTheSnapshotSeesThem) {
  Server(true, "", 500);
  Rows({{1, "a"}});
  const Read read = Run({kGoods, {}}, Table(), false);
  EXPECT_THAT(read.rows, ElementsAre("1 a"));
  EXPECT_THAT(client_.starts(), IsEmpty());
}

TEST_F(SnapshotWorkerTest, AnotherServerBehindTheAddressIsRefused) {
  Server(true, "", 500);
  client_.Answer("SELECT @@server_uuid", {{"99999999-71ca-11e1-9e33-c80aa9429562"}});
  const Read read = Run({kGoods, {}}, Table());
  EXPECT_EQ(read.status.code(), Code::kPositionLost);
  EXPECT_FALSE(worker_->idle());
}

TEST_F(SnapshotWorkerTest, NothingThatTheServerIsSetToCutsOrChangesTheRows) {
  Server(true, "", 4);
  Rows({});
  LogWriter log;
  client_.Log({log.events(), {}});
  ASSERT_TRUE(Run({kGoods, {}}, Table()).status.ok());
  const auto statements = client_.statements();
  EXPECT_THAT(statements, testing::Contains(HasSubstr("sql_select_limit = 18446744073709551615")));
  EXPECT_THAT(statements, testing::Contains(HasSubstr("time_zone = '+00:00'")));
  EXPECT_THAT(statements, testing::Contains(HasSubstr("sql_mode = ''")));
}

// A table that was altered: `now` instead of its second column.
class AlteredTest : public SnapshotWorkerTest {
 protected:
  void Altered(LogWriter& log, const std::string& statement, std::vector<ColumnFacts> columns) {
    log.Gtid(1);
    log.Query(statement);
    Server(true, std::string(kTestUuid) + ":1", log.offset());
    HasTable(columns);
    client_.Log({log.events(), {}});  // for the statements
    client_.Log({log.events(), {}});  // for the window
  }
};

TEST_F(AlteredTest, AColumnThatIsGoneIsNull) {
  LogWriter log;
  Altered(log, "ALTER TABLE goods DROP COLUMN name", {Facts("int").columns[0]});
  client_.Answer("SELECT `id` FROM `shop`.`goods`", {{"1"}, {"2"}});
  const Read read = Run({kGoods, Range({}, 4)}, Table());
  ASSERT_TRUE(read.status.ok()) << read.status.ToString();
  EXPECT_THAT(read.rows, ElementsAre("1 null", "2 null"));
  EXPECT_TRUE(read.report->exact);
}

TEST_F(AlteredTest, ATableIsWaitedForWhoseStatementTheDictionaryTellsOfLate) {
  LogWriter log;
  Altered(log, "ALTER TABLE goods DROP COLUMN name", Facts("int").columns);
  client_.describe = [](const std::string& sql) {
    return sql.contains("`name`") ? Status(Code::kSchemaMismatch, "Unknown column") : Status();
  };
  constexpr int kAskedInVain = 7;
  std::atomic<int> asked = 0;
  client_.on_statement = [&](const std::string& sql) {
    if (!sql.contains("information_schema.COLUMNS") || asked++ != kAskedInVain) return;
    HasTable({Facts("int").columns[0]});
  };
  client_.Answer("SELECT `id` FROM `shop`.`goods`", {{"1"}});
  const Read read = Run({kGoods, Range({}, 4)}, Table());
  ASSERT_TRUE(read.status.ok()) << read.status.ToString();
  EXPECT_THAT(read.rows, ElementsAre("1 null"));
  EXPECT_GT(asked, kAskedInVain);
}

TEST_F(AlteredTest, ImagesOfBeforeTheStatementHaveTheColumnThatIsGone) {
  LogWriter log;
  log.InsertAll(2, 90, "goods", {{2, "real"}, {3, "real"}});
  log.Gtid(3);
  log.Query("ALTER TABLE goods DROP COLUMN name");
  log.Gtid(4);
  log.Map(91, "goods", 1);
  log.Insert(91, {{4, ""}}, 1);
  log.Xid();
  Altered(log, "FLUSH TABLES", {Facts("int").columns[0]});
  client_.Answer("SELECT `id` FROM `shop`.`goods`", {{"1"}, {"2"}});
  const Read read = Run({kGoods, {}}, Table());
  ASSERT_TRUE(read.status.ok()) << read.status.ToString();
  EXPECT_THAT(read.rows, ElementsAre("1 null", "2 real", "3 real", "4 null"));
  EXPECT_TRUE(read.report->exact);
}

// Which of two columns of one type is which is not in the rows.
TEST_F(AlteredTest, RowsBesideAStatementThatMovedColumnsWaitForALaterWindow) {
  auto columns = Facts("int").columns;
  columns.push_back(columns[1]);
  columns.back().name = "title";
  TableFacts facts = Facts("int");
  facts.columns = columns;
  const TableDefRef def = *MakeTable(facts, {});
  trail_ = {facts, {"binlog.000001", 4}};
  std::swap(columns[1], columns[2]);
  LogWriter moved;
  moved.Gtid(2);
  moved.Map(90, "goods", 3);
  moved.Insert(90, {{2, "real"}}, 3);
  moved.Xid();
  moved.Gtid(3);
  moved.Query("ALTER TABLE goods MODIFY name VARCHAR(20) AFTER title");
  Server(true, std::string(kTestUuid) + ":1", moved.offset());
  HasTable(columns);
  for (int stream = 0; stream < 3; ++stream) client_.Log({moved.events(), {}});
  client_.Answer("SELECT `id`, `name`, `title` FROM `shop`.`goods`", {{"1", "n", "t"}});
  int snapshots = 0;
  client_.on_statement = [&](const std::string& sql) {
    if (!sql.contains("START TRANSACTION READ ONLY")) return;
    ++snapshots;  // the next one sees it all
    client_.Answer("gtid_executed", {{std::string(kTestUuid) + ":1-3"}});
  };
  const Read read = Run({kGoods, {}}, {def, KeyOf(facts, *def)});
  ASSERT_TRUE(read.status.ok()) << read.status.ToString();
  EXPECT_EQ(snapshots, 2);
}

TEST_F(AlteredTest, RenamedColumnsAreReadUnderTheirNamesOfNow) {
  LogWriter log;
  auto columns = Facts("int").columns;
  columns[0].name = "no";
  columns[1].name = "title";
  Altered(log, "ALTER TABLE goods CHANGE id no INT NOT NULL, CHANGE name title VARCHAR(20)",
          columns);
  client_.Answer("SELECT `no`, `title` FROM `shop`.`goods`", {{"3", "c"}});
  const Read read = Run({kGoods, Range(3, 5)}, Table());
  ASSERT_TRUE(read.status.ok()) << read.status.ToString();
  EXPECT_THAT(read.rows, ElementsAre("3 c"));
  EXPECT_THAT(client_.statements(),
              testing::Contains("SELECT `no`, `title` FROM `shop`.`goods` WHERE `no` >= 3 AND `no` "
                                "< 5 ORDER BY `no`"));
}

TEST_F(SnapshotWorkerTest, ATableThatIsGoneIsEmptyIfItsEndIsPassedOver) {
  for (const DdlPolicy policy : {DdlPolicy::kStop, DdlPolicy::kIgnore}) {
    worker_.reset();
    Server(true, std::string(kTestUuid) + ":1", 500);
    client_.Answer("information_schema.COLUMNS", {});
    DdlRules rules;
    rules.drop_table = policy;
    KnownTables known(rules);
    worker_ = std::make_unique<SnapshotWorker>(Env::Default(), client_, known, SqlEndpoint(),
                                               facts_, 99, true);
    const Read read = Run({kGoods, Range(3, 5)}, Table());
    if (policy == DdlPolicy::kStop) {
      EXPECT_EQ(read.status.code(), Code::kSchemaMismatch);
      EXPECT_THAT(read.status.ToString(), HasSubstr("dropped or renamed away during its snapshot"));
    } else {
      ASSERT_TRUE(read.status.ok()) << read.status.ToString();
      EXPECT_THAT(read.rows, IsEmpty());
      EXPECT_FALSE(read.report->exact);  // the log brings what it has
      EXPECT_EQ(read.report->finished.range, Range(3, 5));
      EXPECT_TRUE(worker_->idle());
    }
    worker_.reset();
  }
}

}  // namespace
}  // namespace sluice::mysql
