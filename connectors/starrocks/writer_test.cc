// SPDX-License-Identifier: Apache-2.0
#include "starrocks/writer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "starrocks/labels.h"
#include "starrocks/writer_for_tests.h"

namespace sluice::starrocks {
namespace {

using How = FakeCluster::How;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST_F(WriterTest, ACheckpointWithoutRowsSendsNothing) {
  EXPECT_THAT(SealAndPrepare(7).value(), IsEmpty());
  EXPECT_THAT(SealAndPrepare(8).value(), IsEmpty());
  EXPECT_THAT(world_.cluster.calls(), IsEmpty());
}

TEST_F(WriterTest, ChangesOfARowKeepTheirOrderAndKind) {
  Write(Rows(a_, {{RowKind::kInsert, 1, "one"},
                  {RowKind::kUpdateBefore, 1, "one"},
                  {RowKind::kUpdateAfter, 1, "uno"},
                  {RowKind::kDelete, 1, "uno"}}));
  ASSERT_TRUE(SealAndPrepare(7).has_value());
  EXPECT_EQ(Joined("ods.a", "PREPARED"),
            R"([{"id":1,"v":"one","__op":0},{"id":1,"v":"uno","__op":0},)"
            R"({"id":1,"v":null,"__op":1}])");
}

TEST_F(WriterTest, AnUpdateMayMoveTheRowOfAWiderKey) {
  tables_[a_->path].same_key = false;
  Open();
  Write(Rows(a_, {{RowKind::kUpdateBefore, 1, "old"}, {RowKind::kUpdateAfter, 1, "new"}}));
  ASSERT_TRUE(SealAndPrepare(7).has_value());
  EXPECT_EQ(Joined("ods.a", "PREPARED"),
            R"([{"id":1,"v":null,"__op":1},{"id":1,"v":"new","__op":0}])");
}

TEST_F(WriterTest, WithoutUpsertsEveryRowIsAppended) {
  options_.enable_upsert_delete = false;
  Open();
  Write(Rows(a_, {{RowKind::kUpdateBefore, 1, "a"}, {RowKind::kDelete, 2, "b"}}));
  ASSERT_TRUE(SealAndPrepare(7).has_value());
  EXPECT_EQ(Joined("ods.a", "PREPARED"), R"([{"id":1,"v":"a"},{"id":2,"v":"b"}])");
}

TEST_F(WriterTest, JsonOfOneSourceAndTextOfAnotherMeetInATable) {
  tables_[a_->path].facts.columns[1].type = "json";
  Open();
  auto json = std::make_shared<Schema>(*a_);
  json->columns[1].source_type = "json";
  Write(Rows(json, {{RowKind::kInsert, 1, "{}"}}));
  Write(Rows(a_, {{RowKind::kInsert, 2, "{"}}));
  Write(Rows(json, {{RowKind::kInsert, 3, "[]"}}));
  ASSERT_TRUE(SealAndPrepare(7).has_value());
  EXPECT_EQ(Joined("ods.a", "PREPARED"),
            R"([{"id":1,"v":{},"__op":0},{"id":2,"v":"{","__op":0},{"id":3,"v":[],"__op":0}])");
}

TEST_F(WriterTest, OneTransactionForEachTableThatHasRows) {
  Write(Inserts(a_, 0, 3));
  Write(Inserts(b_, 0, 2));
  Write(Inserts(a_, 3, 1));
  const auto work = SealAndPrepare(7).value();
  EXPECT_THAT(work, UnorderedElementsAre(testing::AllOf(testing::Field(&PreparedTxn::table, "a"),
                                                        testing::Field(&PreparedTxn::rows, 4U),
                                                        testing::Field(&PreparedTxn::label,
                                                                       HasSubstr("-r3-c7-w1-t0-"))),
                                         testing::AllOf(testing::Field(&PreparedTxn::table, "b"),
                                                        testing::Field(&PreparedTxn::rows, 2U))));
  EXPECT_THAT(States(), ElementsAre("PREPARED", "PREPARED"));
}

// A front end may act upon it as late as it likes.
TEST_F(WriterTest, ATryWhoseBeginGotNoAnswerIsRemembered) {
  world_.cluster.Plant({.operation = "begin", .how = How::kDropBefore});
  world_.cluster.Plant({.operation = "begin",
                        .how = How::kAnswer,
                        .body = R"({"Status": "FAILED", "Message": "no"})"});
  Write(Inserts(a_, 1, 1));
  ASSERT_TRUE(SealAndPrepare(7).has_value());
  EXPECT_EQ(world_.cluster.CallsOf("begin"), 3U);
  const auto left = targets_->perhaps_begun();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].table, "a");
  EXPECT_THAT(left[0].label, HasSubstr("-r3-c7-w1-t0-"));
}

TEST_F(WriterTest, LoadsHoldAtMostTheRowsAllowed) {
  options_.batch_max_rows = 2;
  Write(Inserts(a_, 1, 5));
  ASSERT_TRUE(SealAndPrepare(7).has_value());
  EXPECT_THAT(world_.cluster.Bodies("ods.a", "PREPARED"),
              ElementsAre(R"([{"id":1,"v":"x","__op":0},{"id":2,"v":"x","__op":0}])",
                          R"([{"id":3,"v":"x","__op":0},{"id":4,"v":"x","__op":0}])",
                          R"([{"id":5,"v":"x","__op":0}])"));
}

TEST_F(WriterTest, LoadsEndWithTheRowThatReachesTheBytesAllowed) {
  options_.batch_max_bytes = 40;
  Write(Inserts(a_, 1, 3));
  ASSERT_TRUE(SealAndPrepare(7).has_value());
  EXPECT_THAT(world_.cluster.Bodies("ods.a", "PREPARED"),
              ElementsAre(R"([{"id":1,"v":"x","__op":0},{"id":2,"v":"x","__op":0}])",
                          R"([{"id":3,"v":"x","__op":0}])"));
}

TEST_F(WriterTest, RowsOfTheNextCheckpointGoOnWhileThisOneIsPrepared) {
  world_.cluster.Plant({.operation = "prepare", .how = How::kBlock});
  Write(Inserts(a_, 1, 1));
  ASSERT_TRUE(writer_->Seal(7).ok());
  world_.cluster.WaitForCalls("prepare", 1);  // the next one passes
  Write(Inserts(a_, 2, 1));
  const auto next = SealAndPrepare(8).value();
  EXPECT_THAT(next[0].label, HasSubstr("-c8-"));
  EXPECT_FALSE(writer_->PollPrepared(7).value().has_value());
  world_.cluster.Release();
  EXPECT_THAT(Prepared(7).value()[0].label, HasSubstr("-c7-"));
  EXPECT_THAT(world_.cluster.Bodies("ods.a", "PREPARED"),
              ElementsAre(R"([{"id":1,"v":"x","__op":0}])", R"([{"id":2,"v":"x","__op":0}])"));
}

TEST_F(WriterTest, ManyTablesArePreparedWithDistinctLabels) {
  std::vector<SchemaRef> schemas;
  for (int i = 0; i < 1000; ++i) {
    schemas.push_back(TableOf(fmt::format("t{}", i)));
    tables_[schemas.back()->path] = TargetOf(*schemas.back());
  }
  world_.cluster.running_max = 5000;
  Open();
  for (const SchemaRef& schema : schemas) Write(Inserts(schema, 1, 1));
  std::set<std::string> labels;
  const auto work = SealAndPrepare(7).value();
  for (const PreparedTxn& txn : work) labels.insert(txn.label);
  EXPECT_EQ(labels.size(), 1000U);
}

TEST_F(WriterTest, IsFullUntilTheServerHasTakenTheRows) {
  world_.cluster.Plant({.operation = "load", .how = How::kBlock});
  const std::string megabyte(1 << 20, 'x');
  for (int64_t id = 0; id < 20; ++id) Write(Rows(a_, {{RowKind::kInsert, id, megabyte}}));
  EXPECT_TRUE(writer_->full());
  world_.cluster.Release();
  world_.Until([&] { return !writer_->full(); });
}

TEST_F(WriterTest, RowsOfAnUnknownTableAreRefused) {
  EXPECT_EQ(writer_->Write(*Inserts(TableOf("z"), 1, 1)).code(), Code::kInternal);
}

// As the committer leaves the target; `tables_` are those of the writer.
TEST_F(WriterTest, RowsBehindAChangeOfSchemaLeaveInIt) {
  auto shared = std::make_shared<SharedTargets>(tables_);
  writer_ = std::make_unique<StarrocksWriter>(world_.ctx, options_, 1, shared, false);
  Write(Inserts(a_, 1, 1));
  ASSERT_TRUE(SealAndPrepare(7).has_value());
  auto wider = std::make_shared<Schema>(*a_);
  wider->columns.push_back({"w", Of(TypeKind::kInt)});
  shared->Put(a_->path, TargetOf(*wider));
  ASSERT_TRUE(writer_->Rebind({a_, wider, "ALTER TABLE a ADD w INT"}).ok());
  ChunkBuilder rows(wider);
  rows.column(0).Append<int64_t>(2);
  rows.column(1).AppendText("y");
  rows.column(2).Append<int32_t>(3);
  rows.EndRow(RowKind::kInsert);
  Write(rows.Finish(0));
  ASSERT_TRUE(SealAndPrepare(8).has_value());
  EXPECT_EQ(Joined("ods.a", "PREPARED"),
            R"([{"id":1,"v":"x","__op":0}][{"id":2,"v":"y","w":3,"__op":0}])");
}

TEST_F(WriterTest, AColumnThatTheTargetLacksStopsTheJobBeforeARowLosesIt) {
  auto wider = std::make_shared<Schema>(*a_);
  wider->columns.push_back({"w", Of(TypeKind::kInt)});
  ChunkBuilder rows(wider);
  for (size_t i = 0; i < 3; ++i) rows.column(i).AppendNull();
  rows.EndRow(RowKind::kInsert);
  const Status status = writer_->Write(*rows.Finish(0));
  EXPECT_EQ(status.code(), Code::kSchemaMismatch);
  EXPECT_THAT(std::string(status.message()), HasSubstr("w INT"));
}

TEST_F(WriterTest, ClosingDoesNotWaitForASlowLoad) {
  world_.cluster.Plant({.operation = "load", .how = How::kBlock, .times = 100});
  Write(Inserts(a_, 1, 1));
  Write(Inserts(b_, 1, 1));
  ASSERT_TRUE(writer_->Seal(7).ok());
  world_.cluster.WaitForCalls("load", 2);
  world_.ctx.cancel.Cancel();
  writer_.reset();
}

TEST_F(WriterTest, ClosingDoesNotWaitForABackoff) {
  options_.retry_backoff_multiplier_ms = options_.max_retry_backoff_ms = 3'600'000;
  world_.cluster.Plant({.operation = "load", .how = How::kDropBefore});
  Write(Inserts(a_, 1, 1));
  ASSERT_TRUE(writer_->Seal(7).ok());
  world_.cluster.WaitForCalls("load", 1);
  world_.ctx.cancel.Cancel();
  writer_.reset();
}

// ---- failures: every row arrives once, in one transaction, or the run ends ----

struct LostAnswer {
  const char* operation;
  How how;
  int skip;
};

class LostAnswerTest : public WriterTest, public testing::WithParamInterface<LostAnswer> {};

TEST_P(LostAnswerTest, LeavesEveryRowInOneTransaction) {
  options_.batch_max_rows = 1;
  Open();
  const auto& [operation, how, skip] = GetParam();
  world_.cluster.Plant({.operation = operation, .how = how, .skip = skip});
  Write(Inserts(a_, 1, 3));
  const auto work = SealAndPrepare(7);
  ASSERT_TRUE(work.has_value()) << work.error().ToString();
  EXPECT_EQ(work->size(), 1U);
  EXPECT_EQ(work->front().rows, 3U);
  EXPECT_EQ(world_.cluster.StateOf(work->front().label), "PREPARED");
  EXPECT_EQ(Joined("ods.a", "PREPARED"),
            R"([{"id":1,"v":"x","__op":0}][{"id":2,"v":"x","__op":0}][{"id":3,"v":"x","__op":0}])");
  EXPECT_EQ(Joined("ods.a", "PREPARE"), "");
}

INSTANTIATE_TEST_SUITE_P(
    EveryCall, LostAnswerTest,
    testing::Values(LostAnswer{"begin", How::kDropBefore, 0},
                    LostAnswer{"begin", How::kDropAfter, 0},
                    LostAnswer{"load", How::kDropBefore, 0}, LostAnswer{"load", How::kDropAfter, 0},
                    LostAnswer{"load", How::kDropBefore, 2}, LostAnswer{"load", How::kDropAfter, 2},
                    LostAnswer{"prepare", How::kDropBefore, 0},
                    LostAnswer{"prepare", How::kDropAfter, 0}, LostAnswer{"begin", How::kRefuse, 0},
                    LostAnswer{"load", How::kRefuse, 1}),
    [](const auto& one) {
      return fmt::format("{}{}{}", one.param.operation, static_cast<int>(one.param.how),
                         one.param.skip);
    });

TEST_F(WriterTest, APrepareWhoseAnswerIsLostIsNotDoneTwice) {
  world_.cluster.Plant({.operation = "prepare", .how = How::kDropAfter});
  Write(Inserts(a_, 1, 1));
  EXPECT_THAT(SealAndPrepare(7).value()[0].label, HasSubstr("-t0-"));
  EXPECT_EQ(world_.cluster.CallsOf("prepare"), 1U);
}

TEST_F(WriterTest, APreparedTryWhoseStateIsNotToldIsRolledBackBeforeTheNext) {
  world_.cluster.Plant({.operation = "prepare", .how = How::kDropAfter});
  world_.cluster.Plant({.operation = "prepare", .how = How::kDropBefore, .times = 2});
  world_.cluster.Plant({.operation = "state", .how = How::kDropBefore, .times = 6});
  Write(Inserts(a_, 1, 1));
  EXPECT_THAT(SealAndPrepare(7).value()[0].label, HasSubstr("-t1-"));
  EXPECT_THAT(States(), ElementsAre("ABORTED", "PREPARED"));
}

TEST_F(WriterTest, ABackEndThatForgotTheTransactionGetsTheRowsAgain) {
  options_.batch_max_rows = 1;
  Open();
  world_.cluster.Plant({.operation = "load",
                        .how = How::kAnswer,
                        .body = R"({"Status":"TXN_NOT_EXISTS","Message":"not exists"})",
                        .skip = 1,
                        .aborts = true});
  Write(Inserts(a_, 1, 2));
  EXPECT_THAT(SealAndPrepare(7).value()[0].label, HasSubstr("-t1-"));
  EXPECT_EQ(Joined("ods.a", "PREPARED"),
            R"([{"id":1,"v":"x","__op":0}][{"id":2,"v":"x","__op":0}])");
}

TEST_F(WriterTest, ALeaderThatTookTheTransactionWithItGetsTheRowsAgain) {
  options_.batch_max_rows = 1;
  Open();
  Write(Inserts(a_, 1, 1));
  world_.cluster.WaitForCalls("load", 1);
  world_.Until([&] { return Joined("ods.a", "PREPARE") != ""; });
  world_.cluster.Forget("PREPARE");
  Write(Inserts(a_, 2, 1));
  EXPECT_THAT(SealAndPrepare(7).value()[0].label, HasSubstr("-t1-"));
  EXPECT_EQ(Joined("ods.a", "PREPARED"),
            R"([{"id":1,"v":"x","__op":0}][{"id":2,"v":"x","__op":0}])");
}

TEST_F(WriterTest, TooManyVersionsIsTriedAgain) {
  world_.cluster.Plant({.operation = "prepare",
                        .how = How::kAnswer,
                        .body = R"({"Status":"INTERNAL_ERROR","Message":"too many versions"})",
                        .aborts = true});
  Write(Inserts(a_, 1, 1));
  EXPECT_THAT(SealAndPrepare(7).value()[0].label, HasSubstr("-t1-"));
  EXPECT_THAT(States(), ElementsAre("ABORTED", "PREPARED"));
}

TEST_F(WriterTest, ATryThatCannotBeEndedIsNeverPassed) {
  world_.cluster.Plant({.operation = "load", .how = How::kDropAfter});
  for (const char* operation : {"rollback", "cancel"}) {
    world_.cluster.Plant({.operation = operation,
                          .how = How::kAnswer,
                          .times = 5,
                          .body = R"({"Status":"TXN_IN_PROCESSING","Message":"busy"})"});
  }
  Write(Inserts(a_, 1, 1));
  EXPECT_THAT(SealAndPrepare(7).value()[0].label, HasSubstr("-t1-"));
  EXPECT_THAT(States(), ElementsAre("ABORTED", "PREPARED"));
  EXPECT_EQ(world_.cluster.CallsOf("rollback"), 6U);
}

TEST_F(WriterTest, TriesRunOutIntoARestart) {
  world_.cluster.Plant({.operation = "load",
                        .how = How::kAnswer,
                        .times = 100,
                        .body = R"({"Status":"SERVICE_UNAVAILABLE","Message":"shutting down"})",
                        .aborts = true});
  Write(Inserts(a_, 1, 1));
  const auto work = SealAndPrepare(7);
  ASSERT_FALSE(work.has_value());
  EXPECT_NE(work.error().retry(), Retry::kNever);
  EXPECT_THAT(std::string(work.error().message()), HasSubstr("shutting down"));
  EXPECT_EQ(world_.cluster.CallsOf("begin"), kTriesMax);
}

TEST_F(WriterTest, RowsThatDoNotFitEndTheJobWithoutASecondTry) {
  world_.cluster.Plant({.operation = "prepare",
                        .how = How::kAnswer,
                        .body = R"({"Status":"INTERNAL_ERROR","Message":"too many filtered rows"})",
                        .aborts = true});
  Write(Inserts(a_, 1, 1));
  const auto work = SealAndPrepare(7);
  ASSERT_FALSE(work.has_value());
  EXPECT_EQ(work.error().code(), Code::kSchemaMismatch);
  EXPECT_THAT(std::string(work.error().message()), HasSubstr("ods.a"));
  EXPECT_EQ(world_.cluster.CallsOf("begin"), 1U);
}

TEST_F(WriterTest, AFailureIsToldBeforeTheNextCheckpoint) {
  options_.batch_max_rows = 1;
  Open();
  world_.cluster.Plant({.operation = "load",
                        .how = How::kAnswer,
                        .body = R"({"Status":"INTERNAL_ERROR","Message":"too many filtered rows"})",
                        .aborts = true});
  Write(Inserts(a_, 1, 1));
  Status status;
  world_.Until([&] {
    status = writer_->Write(*Inserts(a_, 2, 1));
    return !status.ok();
  });
  EXPECT_EQ(status.code(), Code::kSchemaMismatch);
}

TEST_F(WriterTest, RowsBeyondTheBudgetAreReadAgainInstead) {
  const std::string megabyte(1 << 20, 'x');
  world_.cluster.Plant({.operation = "prepare",
                        .how = How::kAnswer,
                        .body = R"({"Status":"INTERNAL_ERROR","Message":"lost"})",
                        .aborts = true});
  for (int64_t id = 0; id < 40; ++id) Write(Rows(a_, {{RowKind::kInsert, id, megabyte}}));
  const auto work = SealAndPrepare(7);
  ASSERT_FALSE(work.has_value());
  EXPECT_NE(work.error().retry(), Retry::kNever);
  EXPECT_EQ(world_.cluster.CallsOf("begin"), 1U);
}

TEST_F(WriterTest, ALabelThatIsAlreadyVisibleIsADefectAndToldSo) {
  world_.cluster.Put(
      {Label(LabelName("", "j1"), {3, 7, 1, 0}, "ods", "a"), "ods.a", "VISIBLE", {}});
  Write(Inserts(a_, 1, 1));
  const auto work = SealAndPrepare(7);
  ASSERT_FALSE(work.has_value());
  EXPECT_EQ(work.error().code(), Code::kInternal);
}

TEST_F(WriterTest, WhenOpenTransactionsAreAtTheLimitRowsWaitForTheCheckpointBefore) {
  options_.retry_backoff_multiplier_ms = 50;
  options_.batch_max_rows = 1;
  Open();
  world_.cluster.running_max = 2;
  Write(Inserts(a_, 1, 1));
  Write(Inserts(b_, 1, 1));
  const auto work = SealAndPrepare(7).value();
  Write(Inserts(a_, 2, 1));
  world_.cluster.WaitForCalls("begin", 3);
  for (const PreparedTxn& txn : work) world_.cluster.SetState(txn.label, "VISIBLE");
  EXPECT_THAT(SealAndPrepare(8).value()[0].label, HasSubstr("-t0-"));
}

}  // namespace
}  // namespace sluice::starrocks
