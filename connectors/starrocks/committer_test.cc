// SPDX-License-Identifier: Apache-2.0
#include "starrocks/committer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/thread.h"
#include "starrocks/fake_cluster_for_tests.h"
#include "starrocks/labels.h"
#include "starrocks/running_sql_for_tests.h"

namespace sluice::starrocks {
namespace {

using How = FakeCluster::How;
using testing::HasSubstr;

class CommitterTest : public testing::Test {
 protected:
  CommitterTest() {
    options_.node_urls = {"fe1:8030"};
    for (int i = 0; i < 50; ++i) tables_.push_back({"ods", fmt::format("t{}", i)});
    targets_ = std::make_shared<SharedTargets>(Targets());
  }
  TargetTables Targets() const {
    TargetTables targets;
    for (const TableName& table : tables_) {
      targets[{table.database, "", table.table}] = {table, {}, true};
    }
    return targets;
  }
  std::unique_ptr<StarrocksCommitter> Make() {
    return std::make_unique<StarrocksCommitter>(ctx_, options_, targets_, flushes_);
  }
  std::string LabelOf(const TableName& table, const LabelParts& parts) const {
    return Label(LabelName("", "j1"), parts, table.database, table.table);
  }
  // One prepared transaction a table; what the manifest holds.
  Prepared PrepareAll(const LabelParts& parts) {
    std::vector<PreparedTxn> work;
    for (const TableName& table : tables_) {
      const std::string label = LabelOf(table, parts);
      world_.cluster.Put({label, table.database + "." + table.table, "PREPARED", {"[1]"}});
      work.push_back({table.database, table.table, label, 1, 3});
    }
    return EncodeWork(work);
  }
  size_t InState(const std::string& state) const {
    size_t n = 0;
    for (const auto& txn : world_.cluster.transactions()) n += txn.state == state ? 1 : 0;
    return n;
  }

  FakeWorld world_;
  RunningSql sql_{world_.cluster};
  Context ctx_{.env = world_.ctx.env,
               .http = world_.cluster,
               .sql = sql_,
               .phases = world_.phases,
               .cancel = world_.ctx.cancel,
               .job_name = "job",
               .job_id = "j1"};
  StarrocksOptions options_;
  bool flushes_ = false;
  std::vector<TableName> tables_;
  std::shared_ptr<SharedTargets> targets_;
};

TEST_F(CommitterTest, EveryTableBecomesVisibleAndTwiceEqualsOnce) {
  const std::vector<Prepared> work = {PrepareAll({2, 9, 0, 0}), "", PrepareAll({2, 9, 1, 0})};
  auto committer = Make();
  EXPECT_EQ(targets_->committed(), 0U);
  ASSERT_TRUE(committer->Commit(9, work).ok());
  EXPECT_EQ(targets_->committed(), 9U);
  EXPECT_EQ(InState("VISIBLE"), 100U);
  ASSERT_TRUE(committer->Commit(9, work).ok());
  EXPECT_EQ(InState("VISIBLE"), 100U);
  EXPECT_EQ(world_.cluster.CallsOf("commit"), 100U);
}

TEST_F(CommitterTest, ASlowTableDoesNotHoldUpTheOthers) {
  const std::vector<Prepared> work = {PrepareAll({2, 9, 0, 0})};
  world_.cluster.Plant({.operation = "commit", .how = How::kBlock});
  auto committer = Make();
  Status status;
  Thread committing("committing", [&] { status = committer->Commit(9, work); });
  world_.cluster.WaitForCalls("commit", 50);
  world_.ctx.cancel.Cancel();
  committing.Join();
  EXPECT_EQ(status.code(), Code::kCancelled);
  EXPECT_EQ(InState("PREPARED"), 1U);
}

TEST_F(CommitterTest, AllLostWorkIsNamed) {
  const std::vector<Prepared> work = {PrepareAll({2, 9, 0, 0})};
  for (const TableName& table : tables_) {
    world_.cluster.SetState(LabelOf(table, {2, 9, 0, 0}), "ABORTED");
  }
  const Status status = Make()->Commit(9, work);
  EXPECT_EQ(status.code(), Code::kCommitLost);
  EXPECT_EQ(targets_->committed(), 0U);
  for (const TableName& table : tables_) {
    EXPECT_THAT(std::string(status.message()), HasSubstr("ods." + table.table + " "));
  }
}

TEST_F(CommitterTest, AClusterThatIsAwayIsNotAskedForEveryLabel) {
  world_.cluster.Plant({.how = How::kRefuse, .times = 100'000});
  const Status status = Make()->AbortOrphans({.run = 2, .first = 1, .last = 20, .writers = 3});
  EXPECT_EQ(status.retry(), Retry::kInPlace);
  EXPECT_LT(world_.cluster.calls().size(), 32U);
}

TEST_F(CommitterTest, OrphansOfTheRangeAreRolledBackAndNothingElse) {
  const LabelParts inside[] = {{2, 10, 0, 0}, {2, 11, 1, 3}};
  const LabelParts outside[] = {{2, 9, 0, 0}, {2, 12, 0, 0}, {3, 10, 0, 0}, {2, 10, 2, 0}};
  for (const LabelParts& parts : inside) PrepareAll(parts);
  for (const LabelParts& parts : outside) PrepareAll(parts);
  world_.cluster.SetState(LabelOf(tables_[7], inside[0]), "PREPARE");
  ASSERT_TRUE(Make()->AbortOrphans({.run = 2, .first = 10, .last = 11, .writers = 2}).ok());
  for (const TableName& table : tables_) {
    for (const LabelParts& parts : inside) {
      EXPECT_EQ(world_.cluster.StateOf(LabelOf(table, parts)), "ABORTED") << table.table;
    }
    for (const LabelParts& parts : outside) {
      EXPECT_EQ(world_.cluster.StateOf(LabelOf(table, parts)), "PREPARED") << table.table;
    }
  }
}

// ---- what flushes left ----

TEST_F(CommitterTest, FlushesOfAnyNumberAreFoundAndRolledBack) {
  flushes_ = true;
  const LabelParts inside[] = {{2, 10, 0, 3}, {2, 11, 1, 123'456}};
  const LabelParts outside[] = {{2, 9, 0, 8}, {3, 10, 0, 8}, {2, 10, 2, 8}};
  for (const LabelParts& parts : inside) PrepareAll(parts);
  for (const LabelParts& parts : outside) PrepareAll(parts);
  for (const TableName& table : tables_) {
    world_.cluster.SetState(LabelOf(table, inside[1]), "PREPARE");
  }
  ASSERT_TRUE(Make()->AbortOrphans({.run = 2, .first = 10, .last = 11, .writers = 2}).ok());
  EXPECT_EQ(InState("ABORTED"), 100U);
  EXPECT_EQ(InState("PREPARED"), 150U);
  // No label is asked for that is not running.
  EXPECT_EQ(world_.cluster.CallsOf("state"), 100U);
}

TEST_F(CommitterTest, AFlushThatBecameVisibleIsNoError) {
  flushes_ = true;
  PrepareAll({2, 10, 0, 7});
  world_.cluster.SetState(LabelOf(tables_[0], {2, 10, 0, 7}), "COMMITTED");
  ASSERT_TRUE(Make()->AbortOrphans({.run = 2, .first = 10, .last = 11, .writers = 2}).ok());
  EXPECT_EQ(InState("COMMITTED"), 1U);
  EXPECT_EQ(InState("ABORTED"), 49U);
}

TEST_F(CommitterTest, FlushesThatCannotBeLookedForStopTheJob) {
  flushes_ = true;
  const OrphanRange range{.run = 2, .first = 10, .last = 11, .writers = 1};
  sql_.refusal = {Code::kInternal, "Access denied; you need the OPERATE privilege"};
  EXPECT_EQ(Make()->AbortOrphans(range).code(), Code::kInvalidConfig);
  sql_.refusal = {Code::kUnavailable, "away"};
  EXPECT_EQ(Make()->AbortOrphans(range).code(), Code::kUnavailable);
  EXPECT_EQ(world_.cluster.calls().size(), 0U);
}

TEST_F(CommitterTest, WhateverElseKeepsAServerFromListingMayPass) {
  const OrphanRange range{.run = 2, .first = 10, .last = 11, .writers = 1};
  options_.flush_interval = std::chrono::milliseconds(100);
  for (const bool flushes : {false, true}) {
    flushes_ = flushes;
    sql_.refusal = {Code::kInternal, "there is no leader now"};
    EXPECT_EQ(Make()->AbortOrphans(range).code(), Code::kUnavailable);
    sql_.refusal = {Code::kInvalidConfig, "wrong password"};
    EXPECT_EQ(Make()->AbortOrphans(range).code(), flushes ? Code::kInvalidConfig : Code::kOk);
  }
}

// The account was granted the privilege while the process ran: the committer is older than that.
TEST_F(CommitterTest, ARunOfThisProcessThatFlushesIsLookedFor) {
  targets_->Opened(2, true);
  PrepareAll({2, 10, 0, 57});
  const OrphanRange range{.run = 2, .first = 10, .last = 11, .writers = 1};
  ASSERT_TRUE(Make()->AbortOrphans(range).ok());
  EXPECT_EQ(InState("ABORTED"), 50U);
}

TEST_F(CommitterTest, AJobThatWasSwitchedOverFindsWhatItFlushedBefore) {
  PrepareAll({2, 10, 0, 57});
  const OrphanRange range{.run = 2, .first = 10, .last = 11, .writers = 1};
  sql_.refusal = {Code::kUnavailable, "away"};
  EXPECT_EQ(Make()->AbortOrphans(range).code(), Code::kUnavailable);
  sql_.refusal = {};
  ASSERT_TRUE(Make()->AbortOrphans(range).ok());
  EXPECT_EQ(InState("ABORTED"), 50U);
}

TEST_F(CommitterTest, ExactlyOnceDeliveryComesBackWithoutSql) {
  targets_->Opened(2, false);  // of this process
  PrepareAll({2, 10, 0, 0});
  sql_.refusal = {Code::kUnavailable, "away"};
  const OrphanRange range{.run = 2, .first = 10, .last = 11, .writers = 1};
  ASSERT_TRUE(Make()->AbortOrphans(range).ok());
  // Or of an account that may not ask, so that no earlier process can have flushed either.
  sql_.refusal = {Code::kInternal, "Access denied"};
  ASSERT_TRUE(Make()->AbortOrphans({.run = 1, .first = 10, .last = 11, .writers = 1}).ok());
  EXPECT_EQ(InState("ABORTED"), 50U);
}

// The front end acted upon a begin only after its try had been left.
TEST_F(CommitterTest, AnAlterEndsTheTriesThatMayHaveBegunLate) {
  const std::string left = LabelOf(tables_[3], {2, 9, 0, 0});
  const std::string unknown = LabelOf(tables_[4], {2, 9, 0, 0});
  const std::string other = LabelOf(tables_[3], {2, 9, 0, 1});
  for (const std::string& label : {left, unknown}) {
    targets_->PerhapsBegun({"ods", label == left ? "t3" : "t4", label, 0, 0});
  }
  world_.cluster.Put({left, "ods.t3", "PREPARE", {}});
  world_.cluster.Put({other, "ods.t3", "PREPARED", {"[1]"}});
  auto schema = std::make_shared<Schema>();
  schema->path = {"ods", "", "t3"};
  sql_.refusal = {Code::kTimeout, "the column change of ods.t3 is WAITING_TXN"};
  const Status status = Make()->Apply({.before = schema, .after = schema});
  EXPECT_EQ(status.code(), Code::kTimeout);
  EXPECT_EQ(world_.cluster.StateOf(left), "ABORTED");
  EXPECT_EQ(world_.cluster.StateOf(other), "PREPARED");
}

TEST_F(CommitterTest, LostAnswersOfCommitsAreAskedFor) {
  const std::vector<Prepared> work = {PrepareAll({2, 9, 0, 0})};
  world_.cluster.Plant({.operation = "commit", .how = How::kDropAfter, .times = 25});
  ASSERT_TRUE(Make()->Commit(9, work).ok());
  EXPECT_EQ(InState("VISIBLE"), 50U);
}

}  // namespace
}  // namespace sluice::starrocks
