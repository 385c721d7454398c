// SPDX-License-Identifier: Apache-2.0
#include "mysql/enumerator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mysql/key_range_for_tests.h"
#include "mysql/scripted_client_for_tests.h"

namespace sluice::mysql {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const TablePath kGoods{"shop", "", "goods"};

class EnumeratorTest : public testing::Test {
 protected:
  // A table of ids 1..100 that is cut into four ranges by arithmetic.
  EnumeratorTest() {
    TableFacts facts;
    facts.path = kGoods;
    facts.columns = {{.name = "id", .data_type = "int", .column_type = "int", .nullable = false}};
    facts.primary_key = {"id"};
    const TableDefRef def = *MakeTable(facts, {});
    defs_[kGoods] = {def, KeyOf(facts, *def)};
    fresh_.tables[kGoods] = facts;
    fresh_.plan.tables = {kGoods};
    fresh_.start.file = "binlog.000001";
    fresh_.start.tx_offset = 77;
    options_.split_size = 30;
    client_.Answer("SELECT TABLE_ROWS, AVG_ROW_LENGTH", {{"100", "10"}});
    client_.Answer("SELECT TABLE_ROWS", {{"100"}});
    client_.Answer("information_schema.STATISTICS", {{"PRIMARY", "id"}});
    client_.Answer("SELECT MIN(`id`), MAX(`id`)", {{"1", "100"}});
  }
  std::unique_ptr<MysqlEnumerator> Make(EnumeratorState state, bool merge = true) {
    std::unique_ptr<SplitPlanner> planner;
    if (!state.settled) {
      planner = std::make_unique<SplitPlanner>(client_, options_, defs_, state.plan, [] {});
    }
    return std::make_unique<MysqlEnumerator>(std::move(state), std::move(planner), merge);
  }
  // As a job that was killed behind its last checkpoint does.
  std::unique_ptr<MysqlEnumerator> Restarted(MysqlEnumerator& enumerator) {
    return Make(*DecodeState(enumerator.Save()));
  }
  static std::vector<Split> Take(MysqlEnumerator& enumerator, size_t count) {
    std::vector<Split> out;
    while (out.size() < count) {
      const auto some = enumerator.Next(count - out.size());
      EXPECT_TRUE(some.has_value());
      out.insert(out.end(), some->begin(), some->end());
      static_cast<void>(CancelToken().WaitFor(std::chrono::milliseconds(1)));
    }
    return out;
  }
  static KeyRange RangeOf(const Split& split) {
    return std::get<SnapshotSplit>(*DecodeSplit(split.position)).range;
  }
  static Bytes Report(const KeyRange& range, uint64_t high,
                      std::optional<KeyRange> remainder = std::nullopt) {
    return EncodeReport({{range, {"binlog.000001", high}}, true, remainder, 10});
  }

  ScriptedClient client_;
  MysqlCdcOptions options_;
  std::map<TablePath, PlannedTable> defs_;
  EnumeratorState fresh_;
};

// Altered between two bounds that the server is asked for.
TEST_F(EnumeratorTest, AKeyThatHoldsNoNumbersAnyMoreEndsTheJobAndSaysWhy) {
  client_.Answer("SELECT MIN(`id`), MAX(`id`)", {{"1", "1000000000"}});
  client_.Answer("SELECT `id` FROM `shop`.`goods`", {{"abc"}});
  client_.Answer("information_schema.STATISTICS", {{"PRIMARY", "id", "0"}});
  client_.Answer("information_schema.COLUMNS",
                 {{"id", "varchar", "varchar(36)", "utf8mb4", "144", std::nullopt, std::nullopt,
                   std::nullopt, "NO", ""}});
  auto enumerator = Make(fresh_);
  auto splits = enumerator->Next(1);
  while (splits && splits->empty()) {
    static_cast<void>(CancelToken().WaitFor(std::chrono::milliseconds(1)));
    splits = enumerator->Next(1);
  }
  ASSERT_FALSE(splits.has_value());
  EXPECT_EQ(splits.error().code(), Code::kSchemaMismatch);
  EXPECT_THAT(splits.error().ToString(),
              AllOf(HasSubstr("shop.goods: column id of its key became varchar(36) from int"),
                    HasSubstr("--fresh")));
}

TEST_F(EnumeratorTest, RangesCoverTheTableAndMeet) {
  auto enumerator = Make(fresh_);
  std::vector<std::string> ranges;
  for (const Split& split : Take(*enumerator, 4)) ranges.push_back(RangeOf(split).ToString());
  EXPECT_THAT(ranges, ElementsAre("[start, 31)", "[31, 61)", "[61, 91)", "[91, end)"));
}

// A snapshot that is read again behind rows of the log that a sink has shown already would not tell
// of those that are gone.
TEST_F(EnumeratorTest, TheLogIsHandedOutBehindACommittedCheckpointOfTheWholeSnapshot) {
  auto enumerator = Make(fresh_);
  const std::vector<Split> splits = Take(*enumerator, 4);
  for (size_t i = 0; i < splits.size(); ++i) {
    EXPECT_FALSE(enumerator->wants_checkpoint());
    ASSERT_TRUE(enumerator->OnFinished(splits[i], Report(RangeOf(splits[i]), 100 + i / 2)).ok());
  }
  EXPECT_TRUE(enumerator->wants_checkpoint());
  EXPECT_THAT(*enumerator->Next(1), IsEmpty());  // not yet in a checkpoint
  enumerator->Save();
  EXPECT_THAT(*enumerator->Next(1), IsEmpty());  // which may be lost
  enumerator->OnSnapshotCommitted();
  const std::vector<Split> log = *enumerator->Next(1);
  ASSERT_THAT(log, SizeIs(1));
  EXPECT_EQ(log[0].id, "log");
  const auto split = std::get<LogSplit>(*DecodeSplit(log[0].position));
  EXPECT_EQ(split.position.tx_offset, 77U);
  const auto& contained = split.contained.at(kGoods).ranges();
  ASSERT_THAT(contained, SizeIs(2));
  EXPECT_EQ(contained[0].range, Range({}, 61));
  EXPECT_EQ(contained[1].range, Range(61, {}));
  EXPECT_EQ(contained[1].high.offset, 101U);
  EXPECT_THAT(*enumerator->Next(1), IsEmpty());  // once
  auto restarted = Restarted(*enumerator);
  EXPECT_THAT(*restarted->Next(1), IsEmpty());  // its reader has it in the same checkpoint
}

TEST_F(EnumeratorTest, ARestartAtAnyTimePlansTheRestAndNothingTwice) {
  for (size_t taken = 0; taken <= 4; ++taken) {
    SCOPED_TRACE(taken);
    auto enumerator = Make(fresh_);
    std::vector<Split> all = Take(*enumerator, taken);
    if (taken > 0) {
      ASSERT_TRUE(enumerator->OnFinished(all[0], Report(RangeOf(all[0]), 100)).ok());
    }
    auto restarted = Restarted(*enumerator);
    for (Split& split : Take(*restarted, 4 - taken)) all.push_back(std::move(split));
    std::set<std::string> ids;
    for (const Split& split : all) ids.insert(split.id);
    EXPECT_THAT(ids, SizeIs(4));
    for (size_t i = taken > 0 ? 1 : 0; i < all.size(); ++i) {
      ASSERT_TRUE(restarted->OnFinished(all[i], Report(RangeOf(all[i]), 100)).ok());
    }
    restarted->Save();
    restarted->OnSnapshotCommitted();
    const auto log = *restarted->Next(1);
    ASSERT_THAT(log, SizeIs(1));
    const auto split = std::get<LogSplit>(*DecodeSplit(log[0].position));
    ASSERT_THAT(split.contained.at(kGoods).ranges(), SizeIs(1));
    EXPECT_TRUE(split.contained.at(kGoods).ranges()[0].range.whole());
  }
}

TEST_F(EnumeratorTest, TheRestOfACutSplitIsReadBeforeTheLog) {
  auto enumerator = Make(fresh_);
  const std::vector<Split> splits = Take(*enumerator, 4);
  const KeyRange rest = Range(20, 31);
  ASSERT_TRUE(enumerator->OnFinished(splits[0], Report(Range({}, 20), 100, rest)).ok());
  for (size_t i = 1; i < 4; ++i) {
    ASSERT_TRUE(enumerator->OnFinished(splits[i], Report(RangeOf(splits[i]), 100)).ok());
  }
  EXPECT_FALSE(enumerator->wants_checkpoint());
  auto restarted = Restarted(*enumerator);
  const Split again = Take(*restarted, 1)[0];
  EXPECT_EQ(RangeOf(again), rest);
  ASSERT_TRUE(restarted->OnFinished(again, Report(rest, 100)).ok());
  EXPECT_TRUE(restarted->wants_checkpoint());
}

TEST_F(EnumeratorTest, ASplitThatNobodyReadsCannotBeFinished) {
  auto enumerator = Make(fresh_);
  const Split split = Take(*enumerator, 1)[0];
  ASSERT_TRUE(enumerator->OnFinished(split, Report(RangeOf(split), 100)).ok());
  EXPECT_EQ(enumerator->OnFinished(split, Report(RangeOf(split), 100)).code(), Code::kInternal);
}

TEST_F(EnumeratorTest, WithoutMergingTheLogRepeatsWhatTheSnapshotBrought) {
  auto enumerator = Make(fresh_, false);
  for (const Split& split : Take(*enumerator, 4)) {
    ASSERT_TRUE(enumerator->OnFinished(split, Report(RangeOf(split), 100)).ok());
  }
  enumerator->Save();
  enumerator->OnSnapshotCommitted();
  EXPECT_THAT(std::get<LogSplit>(*DecodeSplit(enumerator->Next(1)->at(0).position)).contained,
              IsEmpty());
}

TEST_F(EnumeratorTest, RangesThatAreNotExactAreReadAgainFromTheLog) {
  fresh_.end.point = LogPoint{"binlog.000001", 90};
  auto enumerator = Make(fresh_);
  for (const Split& split : Take(*enumerator, 4)) {
    const Bytes report = EncodeReport({{RangeOf(split), {"binlog.000001", 100}}, false, {}, 10});
    ASSERT_TRUE(enumerator->OnFinished(split, report).ok());
  }
  auto restarted = Restarted(*enumerator);
  const auto log = std::get<LogSplit>(*DecodeSplit(restarted->Next(1)->at(0).position));
  EXPECT_THAT(log.contained, IsEmpty());
  EXPECT_EQ(log.end.point->offset, 100U);  // not before anything that the snapshot holds
}

TEST_F(EnumeratorTest, ATableThatNoIndexCutsIsReadAsAWhole) {
  client_.Answer("information_schema.STATISTICS",
                 {{"PRIMARY", "other", "0"}, {"PRIMARY", "id", "0"}});
  const std::optional<std::string> none;
  client_.Answer("information_schema.COLUMNS",
                 {{"id", "int", "int", none, none, none, none, none, "NO", ""},
                  {"other", "int", "int", none, none, none, none, none, "NO", ""}});
  auto enumerator = Make(fresh_);
  const auto split = std::get<SnapshotSplit>(*DecodeSplit(Take(*enumerator, 1)[0].position));
  EXPECT_TRUE(split.range.whole());
  EXPECT_TRUE(split.streamed);
}

TEST_F(EnumeratorTest, SparseKeysAreCutWhereRowsAre) {
  client_.Answer("SELECT MIN(`id`), MAX(`id`)", {{"1", "1000000000"}});
  client_.Answer("SELECT `id` FROM `shop`.`goods` ORDER BY", {{"500"}});
  client_.Answer("SELECT `id` FROM `shop`.`goods` WHERE `id` >= 500 ",
                 {{"500"}});  // many rows of it
  client_.Answer("SELECT `id` FROM `shop`.`goods` WHERE `id` > 500 ", {{"777"}});
  client_.Answer("SELECT `id` FROM `shop`.`goods` WHERE `id` >= 777 ", {});
  auto enumerator = Make(fresh_);
  std::vector<std::string> ranges;
  for (const Split& split : Take(*enumerator, 3)) ranges.push_back(RangeOf(split).ToString());
  EXPECT_THAT(ranges, ElementsAre("[start, 500)", "[500, 777)", "[777, end)"));
}

TEST_F(EnumeratorTest, AnEmptyTableIsOneRange) {
  client_.Answer("SELECT MIN(`id`), MAX(`id`)", {{std::nullopt, std::nullopt}});
  auto enumerator = Make(fresh_);
  EXPECT_TRUE(RangeOf(Take(*enumerator, 1)[0]).whole());
}

class JoiningTest : public EnumeratorTest {
 protected:
  // The log is followed; then its reader meets the statement that makes `more` at 500.
  std::unique_ptr<MysqlEnumerator> Met() {
    EnumeratorState state = fresh_;
    state.settled = true;
    state.plan.tables.clear();
    auto enumerator = Make(std::move(state));
    const Split log = enumerator->Next(1)->front();
    auto met = std::get<LogSplit>(*DecodeSplit(log.position));
    met.position.tx_offset = 500;
    TableFacts facts = fresh_.tables.at(kGoods);
    facts.path = kMore;
    const TableDefRef def = *MakeTable(facts, {});
    defs_[kMore] = {def, KeyOf(facts, *def)};
    met.joining[kMore] = {facts, {"binlog.000001", 900}};
    EXPECT_TRUE(enumerator->OnFinished(log, EncodeSplit(met)).ok());
    return enumerator;
  }

  const TablePath kMore{"shop", "", "more"};
};

TEST_F(JoiningTest, TheLogWaitsForTheSnapshotOfATableThatJoins) {
  auto met = Met();
  EXPECT_TRUE(met->wants_reopening());
  EXPECT_FALSE(met->done());
  EXPECT_THAT(*met->Next(4), IsEmpty());  // this run does not know the table
  const EnumeratorState saved = *DecodeState(met->Save());
  EXPECT_FALSE(saved.joined.at(kMore).prepared);
  EXPECT_TRUE(saved.tables.contains(kMore));

  auto next = Make(saved);
  EXPECT_FALSE(next->wants_reopening());
  EXPECT_TRUE(DecodeState(next->Save())->joined.at(kMore).prepared);
  const std::vector<Split> ranges = Take(*next, 4);
  for (size_t i = 0; i < ranges.size(); ++i) {
    EXPECT_EQ(std::get<SnapshotSplit>(*DecodeSplit(ranges[i].position)).table, kMore);
    ASSERT_TRUE(next->OnFinished(ranges[i], Report(RangeOf(ranges[i]), 850 + i * 100)).ok());
  }
  next->Save();
  next->OnSnapshotCommitted();
  const auto log = std::get<LogSplit>(*DecodeSplit(next->Next(1)->front().position));
  EXPECT_EQ(log.position.tx_offset, 500U);
  EXPECT_TRUE(log.tables.contains(kGoods));
  EXPECT_TRUE(log.tables.contains(kMore));
  EXPECT_TRUE(log.joining.empty());
  // A range stood before the place of the definition: what came between counts.
  EXPECT_EQ(log.since.at(kMore).offset, 850U);
  EXPECT_THAT(log.contained.at(kMore).ranges(), SizeIs(4));
  EXPECT_FALSE(next->done());
}

TEST_F(JoiningTest, ATableThatWasAboutToJoinCanBeLeftOut) {
  EnumeratorState saved = *DecodeState(Met()->Save());
  LeaveOutUnprepared(saved);
  EXPECT_FALSE(saved.tables.contains(kMore));
  auto next = Make(saved);
  next->Save();
  next->OnSnapshotCommitted();
  const auto log = std::get<LogSplit>(*DecodeSplit(Take(*next, 1).front().position));
  EXPECT_EQ(log.position.tx_offset, 500U);
  EXPECT_FALSE(log.tables.contains(kMore));
  EXPECT_TRUE(log.since.empty());
}

}  // namespace
}  // namespace sluice::mysql
