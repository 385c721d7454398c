// SPDX-License-Identifier: Apache-2.0
// The writer with at-least-once delivery.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "starrocks/labels.h"
#include "starrocks/writer_for_tests.h"

namespace sluice::starrocks {
namespace {

using How = FakeCluster::How;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Duration kInterval = std::chrono::hours(1);  // the tests turn the clock

class FlushTest : public WriterTest {
 protected:
  FlushTest() {
    options_.flush_interval = kInterval;
    world_.ctx.first_checkpoint = 5;
    Open();
    // Nothing is flushed in the first two checkpoints of a run.
    for (const CheckpointId id : {5, 6}) EXPECT_THAT(SealAndPrepare(id).value(), IsEmpty());
  }
  // As the task does, at `after` past the present.
  Result<std::optional<TimePoint>> Tend(Duration after = Duration(0)) {
    return writer_->Tend(world_.ctx.env.Now() + after);
  }
  void Due() { ASSERT_TRUE(Tend(kInterval + std::chrono::minutes(1)).has_value()); }
  void UntilVisible(size_t count) {
    world_.Until([&] { return VisibleLabels().size() >= count; });
    world_.Until([&] {  // and the writer knows
      EXPECT_TRUE(Tend().has_value());
      return world_.cluster.CallsOf("commit") >= count;
    });
  }
  std::vector<std::string> VisibleLabels() const {
    std::vector<std::string> labels;
    for (const auto& txn : world_.cluster.transactions()) {
      if (txn.state == "VISIBLE") labels.push_back(txn.label);
    }
    return labels;
  }
  // Every call of a transaction, in order: "begin 0", "load 0" ...
  std::vector<std::string> Calls() const {
    std::vector<std::string> calls;
    for (const auto& call : world_.cluster.calls()) {
      const auto read = ParseLabel(LabelName("", "j1"), call.label);
      calls.push_back(fmt::format("{} {}", call.operation, read ? read->parts.attempt : 99));
    }
    return calls;
  }
};

TEST_F(FlushTest, RowsBecomeVisibleWhenTheIntervalIsOverAndNotBefore) {
  EXPECT_FALSE(Tend().value());
  Write(Inserts(a_, 1, 1));
  const auto due = Tend().value();
  ASSERT_TRUE(due.has_value());
  EXPECT_LE(*due - world_.ctx.env.Now(), kInterval);
  EXPECT_GT(*due - world_.ctx.env.Now(), kInterval - std::chrono::minutes(1));
  Write(Inserts(a_, 2, 1));
  EXPECT_THAT(world_.cluster.calls(), IsEmpty());
  Due();
  UntilVisible(1);
  EXPECT_EQ(Joined("ods.a", "VISIBLE"), R"([{"id":1,"v":"x","__op":0},{"id":2,"v":"x","__op":0}])");
  EXPECT_THAT(Calls(), ElementsAre("begin 0", "load 0", "commit 0"));
  EXPECT_FALSE(Tend().value());
}

TEST_F(FlushTest, FullBatchesGoEarlyAndBecomeVisibleTogether) {
  options_.batch_max_rows = 2;
  Write(Inserts(a_, 1, 5));
  world_.cluster.WaitForCalls("load", 2);
  EXPECT_THAT(VisibleLabels(), IsEmpty());
  Due();
  UntilVisible(1);
  EXPECT_THAT(Calls(), ElementsAre("begin 0", "load 0", "load 0", "load 0", "commit 0"));
}

TEST_F(FlushTest, TablesAreDueByTheirOwnFirstRow) {
  Write(Inserts(a_, 1, 1));
  const auto due_a = Tend().value();
  for (const TimePoint now = world_.ctx.env.Now(); world_.ctx.env.Now() == now;) continue;
  Write(Inserts(b_, 1, 1));
  EXPECT_EQ(Tend().value(), due_a);
  const auto due_b = writer_->Tend(*due_a).value();
  ASSERT_TRUE(due_b.has_value());
  EXPECT_GT(*due_b, *due_a);
  UntilVisible(1);
  EXPECT_EQ(Joined("ods.b", "VISIBLE"), "");
}

TEST_F(FlushTest, OneLoadOfATableIsInFlightAndTheRowsBehindItGatherForOneMore) {
  world_.cluster.Plant({.operation = "commit", .how = How::kBlock});
  Write(Inserts(a_, 1, 1));
  Due();
  world_.cluster.WaitForCalls("commit", 1);
  for (int64_t id = 2; id < 6; ++id) {
    Write(Inserts(a_, id, 1));
    Due();
  }
  Write(Inserts(b_, 1, 1));  // another table does not wait
  Due();
  UntilVisible(1);
  EXPECT_THAT(Calls(), testing::Not(testing::Contains("begin 1")));
  world_.cluster.Release();
  world_.Until([&] {
    Due();
    return VisibleLabels().size() == 3;
  });
  EXPECT_THAT(world_.cluster.Bodies("ods.a", "VISIBLE"), SizeIs(2));
}

TEST_F(FlushTest, ABarrierWaitsUntilAllBeforeItIsCommitted) {
  world_.cluster.Plant({.operation = "commit", .how = How::kBlock});
  Write(Inserts(a_, 1, 1));
  Due();
  world_.cluster.WaitForCalls("commit", 1);
  Write(Inserts(a_, 2, 1));
  ASSERT_TRUE(writer_->Seal(7).ok());
  Write(Inserts(a_, 3, 1));
  EXPECT_FALSE(writer_->PollPrepared(7).value().has_value());
  world_.cluster.Release();
  // Nothing is left to commit for the committer.
  EXPECT_THAT(Prepared(7).value(), IsEmpty());
  EXPECT_EQ(Joined("ods.a", "VISIBLE"),
            R"([{"id":1,"v":"x","__op":0}][{"id":2,"v":"x","__op":0}])");
  EXPECT_THAT(SealAndPrepare(8).value(), IsEmpty());
  const auto labels = VisibleLabels();
  ASSERT_THAT(labels, SizeIs(3));
  EXPECT_THAT(labels[0], HasSubstr("-r3-c7-w1-t0-"));
  EXPECT_THAT(labels[1], HasSubstr("-r3-c7-w1-t1-"));
  EXPECT_THAT(labels[2], HasSubstr("-r3-c8-w1-t0-"));
}

TEST_F(FlushTest, ASealedTableIsNotDueAnyMore) {
  Write(Inserts(a_, 1, 1));
  ASSERT_THAT(SealAndPrepare(7).value(), IsEmpty());
  EXPECT_FALSE(Tend().value());
  Due();
  EXPECT_THAT(Calls(), ElementsAre("begin 0", "load 0", "commit 0"));
}

TEST_F(FlushTest, RowsBehindAChangeOfSchemaAreDueAgain) {
  Write(Inserts(a_, 1, 1));
  ASSERT_TRUE(SealAndPrepare(7).has_value());
  ASSERT_TRUE(writer_->Rebind({a_, a_, "ALTER TABLE a"}).ok());
  EXPECT_FALSE(Tend().value());
  Write(Inserts(a_, 2, 1));
  Due();
  UntilVisible(2);
}

// ---- rows that must not be visible before their checkpoint ----

ChunkPtr OfASnapshot(const SchemaRef& schema, int64_t id) {
  return Rows(schema, {{RowKind::kInsert, id, "x"}}, 0);
}

TEST_F(FlushTest, RowsOfASnapshotAskForACheckpointAndWaitForIt) {
  Write(OfASnapshot(a_, 1));
  Write(Inserts(a_, 2, 1));  // of the same table, behind them
  Write(Inserts(b_, 1, 1));
  EXPECT_FALSE(writer_->wants_checkpoint());
  Due();
  EXPECT_TRUE(writer_->wants_checkpoint());
  UntilVisible(1);
  EXPECT_EQ(Joined("ods.a", "VISIBLE"), "");
  const auto work = SealAndPrepare(7).value();
  EXPECT_FALSE(writer_->wants_checkpoint());
  ASSERT_THAT(work, SizeIs(1));
  EXPECT_EQ(work[0].rows, 2U);
  EXPECT_EQ(world_.cluster.StateOf(work[0].label), "PREPARED");
}

TEST_F(FlushTest, RowsBehindPreparedOnesAreFlushedWhenThoseAreCommitted) {
  Write(OfASnapshot(a_, 1));
  const auto work = SealAndPrepare(7).value();
  Write(Inserts(a_, 2, 1));
  Due();
  EXPECT_TRUE(Tend(kInterval * 2).value().has_value());  // it looks again soon
  EXPECT_FALSE(writer_->wants_checkpoint());
  EXPECT_EQ(world_.cluster.CallsOf("commit"), 0U);
  world_.cluster.SetState(work[0].label, "VISIBLE");
  targets_->Committed(7);
  Due();
  world_.Until([&] { return VisibleLabels().size() == 2; });
}

TEST_F(FlushTest, ABarrierDoesNotCommitRowsBeforeThoseTheyFollow) {
  Write(OfASnapshot(a_, 1));
  ASSERT_THAT(SealAndPrepare(7).value(), SizeIs(1));
  Write(Inserts(a_, 2, 1));
  ASSERT_THAT(SealAndPrepare(8).value(), SizeIs(1));
  EXPECT_THAT(States(), ElementsAre("PREPARED", "PREPARED"));
  targets_->Committed(8);
  Write(Inserts(a_, 3, 1));
  EXPECT_THAT(SealAndPrepare(9).value(), IsEmpty());
  EXPECT_THAT(States(), ElementsAre("PREPARED", "PREPARED", "VISIBLE"));
}

TEST_F(FlushTest, NothingIsVisibleBeforeTheJobHasADurableCheckpoint) {
  world_.ctx.first_checkpoint = 1;
  Open();
  for (const CheckpointId id : {1, 2}) {
    Write(Inserts(a_, static_cast<int64_t>(id), 1));
    Due();
    EXPECT_TRUE(writer_->wants_checkpoint());
    EXPECT_THAT(SealAndPrepare(id).value(), SizeIs(1));
  }
  EXPECT_EQ(world_.cluster.CallsOf("commit"), 0U);
  Write(Inserts(b_, 1, 1));
  Due();
  UntilVisible(1);
}

// ---- failures ----

struct LostAnswer {
  const char* operation;
  How how;
  int skip;
};

class LostFlushAnswerTest : public FlushTest, public testing::WithParamInterface<LostAnswer> {};

// Twice is allowed only where the server cannot tell.
TEST_P(LostFlushAnswerTest, LeavesEveryRowVisibleOnce) {
  options_.batch_max_rows = 1;
  const auto& [operation, how, skip] = GetParam();
  world_.cluster.Plant({.operation = operation, .how = how, .skip = skip});
  Write(Inserts(a_, 1, 3));
  Due();
  const auto sealed = SealAndPrepare(7);
  ASSERT_TRUE(sealed.has_value()) << sealed.error().ToString();
  EXPECT_EQ(Joined("ods.a", "VISIBLE"),
            R"([{"id":1,"v":"x","__op":0}][{"id":2,"v":"x","__op":0}][{"id":3,"v":"x","__op":0}])");
  EXPECT_EQ(Joined("ods.a", "PREPARE"), "");
}

INSTANTIATE_TEST_SUITE_P(EveryCall, LostFlushAnswerTest,
                         testing::Values(LostAnswer{"begin", How::kDropBefore, 0},
                                         LostAnswer{"begin", How::kDropAfter, 0},
                                         LostAnswer{"load", How::kDropBefore, 2},
                                         LostAnswer{"load", How::kDropAfter, 2},
                                         LostAnswer{"commit", How::kDropBefore, 0},
                                         LostAnswer{"commit", How::kDropAfter, 0},
                                         LostAnswer{"commit", How::kRefuse, 0}),
                         [](const auto& one) {
                           return fmt::format("{}{}{}", one.param.operation,
                                              static_cast<int>(one.param.how), one.param.skip);
                         });

TEST_F(FlushTest, ACommitThatIsFoundOnlyWhenItIsRolledBackIsNotRepeated) {
  world_.cluster.Plant({.operation = "commit", .how = How::kDropAfter});
  world_.cluster.Plant({.operation = "commit", .how = How::kDropBefore, .times = 2});
  world_.cluster.Plant({.operation = "state", .how = How::kDropBefore, .times = 6});
  Write(Inserts(a_, 1, 1));
  EXPECT_TRUE(SealAndPrepare(7).has_value());
  EXPECT_THAT(States(), ElementsAre("VISIBLE"));
  EXPECT_EQ(world_.cluster.CallsOf("begin"), 1U);
}

TEST_F(FlushTest, ACommitThatNeverComesThroughIsRolledBackBeforeTheNextTry) {
  world_.cluster.Plant({.operation = "commit", .how = How::kDropBefore, .times = 3});
  Write(Inserts(a_, 1, 1));
  EXPECT_TRUE(SealAndPrepare(7).has_value());
  EXPECT_THAT(States(), ElementsAre("ABORTED", "VISIBLE"));
}

TEST_F(FlushTest, ALeaderThatTookTheFlushWithItGetsTheRowsAgain) {
  options_.batch_max_rows = 1;
  Write(Inserts(a_, 1, 1));
  world_.Until([&] { return Joined("ods.a", "PREPARE") != ""; });
  world_.cluster.Forget("PREPARE");
  EXPECT_TRUE(SealAndPrepare(7).has_value());
  EXPECT_THAT(VisibleLabels(), ElementsAre(HasSubstr("-t1-")));
}

TEST_F(FlushTest, NoFlushFollowsOneThatFailed) {
  world_.cluster.Plant({.operation = "commit",
                        .how = How::kAnswer,
                        .body = R"({"Status":"INTERNAL_ERROR","Message":"too many filtered rows"})",
                        .aborts = true});
  Write(Inserts(a_, 1, 1));
  Due();
  Write(Inserts(a_, 2, 1));
  ASSERT_TRUE(writer_->Seal(7).ok());
  const auto prepared = Prepared(7);
  ASSERT_FALSE(prepared.has_value());
  EXPECT_EQ(prepared.error().code(), Code::kSchemaMismatch);
  EXPECT_THAT(States(), ElementsAre("ABORTED"));
}

TEST_F(FlushTest, AFailureIsToldWithoutAnotherRowOrBarrier) {
  world_.cluster.Plant({.operation = "load",
                        .how = How::kAnswer,
                        .body = R"({"Status":"INTERNAL_ERROR","Message":"too many filtered rows"})",
                        .aborts = true});
  Write(Inserts(a_, 1, 1));
  Due();
  Result<std::optional<TimePoint>> tended = std::nullopt;
  world_.Until([&] {
    tended = Tend();
    return !tended.has_value();
  });
  EXPECT_EQ(tended.error().code(), Code::kSchemaMismatch);
}

TEST_F(FlushTest, ClosingDoesNotWaitForASlowCommit) {
  world_.cluster.Plant({.operation = "commit", .how = How::kBlock, .times = 100});
  Write(Inserts(a_, 1, 1));
  Due();
  world_.cluster.WaitForCalls("commit", 1);
  world_.ctx.cancel.Cancel();
  writer_.reset();
}

}  // namespace
}  // namespace sluice::starrocks
