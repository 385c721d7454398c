// SPDX-License-Identifier: Apache-2.0
// Jobs that heal, with real threads and files, between a source and a target in memory.
#include "engine/healing_ends_for_tests.h"
#include "engine/memory_ends_for_tests.h"

namespace sluice {
namespace {

using testing::HasSubstr;

class HealingTest : public MemoryEndsTest, public testing::WithParamInterface<uint32_t> {
 protected:
  HealingTest() {
    for (int64_t key = 0; key < 400; ++key) source_.rows[key] = key * 10;
    target_.rows = source_.rows;
  }
  static uint32_t Parallelism() { return GetParam(); }

  // The target as if the job had missed what is different here.
  void Drift() {
    target_.rows[3] = 31;  // rewritten
    target_.rows[7] = 71;
    target_.rows.erase(11);  // inserted
    target_.rows[1001] = 1;  // deleted
    target_.rows[1002] = 2;
    target_.rows[1003] = 3;
  }
  JobSummary RunJob(bool heal, bool fresh = false) {
    JobPlan plan = PlanOf(std::make_unique<PairsSource>(source_),
                          std::make_unique<PairsSink>(target_), Parallelism());
    plan.env.checkpoint_interval_ms = checkpoint_interval_ms_;
    plan.env.job_retry_times = retry_times_;
    plan.env.job_retry_interval_seconds = retry_interval_seconds_;
    JobRunOptions options{.state_dir = dir_ + "/state", .fresh = fresh, .heal = heal};
    return JobRunner(std::move(plan), options, RunnerDeps{*env_, http_, sql_, phases_}).Run();
  }
  bool marked() const { return std::filesystem::exists(dir_ + "/state/healing"); }
  void ExpectHealed(const JobSummary& summary) {
    EXPECT_EQ(summary.outcome, Outcome::kFinished) << summary.status.ToString();
    EXPECT_EQ(target_.rows, source_.rows);
    EXPECT_FALSE(marked());
  }

  PairsAtSource source_;
  PairsAtTarget target_;
};

TEST_P(HealingTest, OnlyWhatDiffersIsWritten) {
  Drift();
  const JobSummary summary = RunJob(true);
  ExpectHealed(summary);
  EXPECT_EQ(target_.upserts, 3U);
  EXPECT_EQ(target_.deletes, 3U);
  EXPECT_EQ(summary.progress.rows_read, 400U);
  EXPECT_EQ(summary.progress.rows_written, 400U);  // none failed
  EXPECT_EQ(target_.prepared_fresh, std::vector<bool>{false});
}

TEST_P(HealingTest, EqualTargetsAreLeftAlone) {
  ExpectHealed(RunJob(true));
  EXPECT_EQ(target_.upserts + target_.deletes, 0U);
}

TEST_P(HealingTest, TheEmptyOnesAreFilledAndEmptied) {
  target_.rows.clear();
  ExpectHealed(RunJob(true));
  EXPECT_EQ(target_.upserts, 400U);
  source_.rows.clear();
  ExpectHealed(RunJob(true));
  EXPECT_EQ(target_.deletes, 400U);
}

TEST_P(HealingTest, ValuesThatTheTargetCannotShowAreWrittenAgain) {
  target_.odd = {5};
  ExpectHealed(RunJob(true));
  EXPECT_EQ(target_.upserts, 1U);
}

TEST_P(HealingTest, RowsOfTheLogPassAndTheirKeysStay) {
  Drift();
  source_.log = {{RowKind::kInsert, 1001, 5},
                 {RowKind::kUpdateBefore, 20, 200},
                 {RowKind::kUpdateAfter, 20, 201},
                 {RowKind::kDelete, 21, 210}};
  const JobSummary summary = RunJob(true);
  source_.rows[1001] = 5;
  source_.rows[20] = 201;
  source_.rows.erase(21);
  ExpectHealed(summary);
}

TEST_P(HealingTest, ARestartGoesOnHealing) {
  Drift();
  source_.failures = 2;
  const JobSummary summary = RunJob(true);
  ExpectHealed(summary);
  EXPECT_EQ(summary.progress.restarts, 2);
  EXPECT_EQ(target_.deletes, 3U);
}

// Of part 1: it was seen in the reading that was lost, and comes no more.
TEST_P(HealingTest, ARowThatGoesBetweenTwoReadingsGoesFromTheTarget) {
  source_.failures = 1;
  source_.gone = {9, 13};
  ExpectHealed(RunJob(true));
  EXPECT_EQ(target_.deletes, 2U);
}

TEST_P(HealingTest, ATargetThatIsAwayForAMomentIsReadAgain) {
  Drift();
  target_.scans_to_fail = 1;
  ExpectHealed(RunJob(true));
}

TEST_P(HealingTest, AStartAfterAFailureHealsAgainUntilItIsDone) {
  Drift();
  for (const int commits : {0, 1, 2}) {
    target_.commits_before_failure = commits;
    const JobSummary failed = RunJob(commits == 0);
    ASSERT_EQ(failed.outcome, Outcome::kFailed) << commits;
    EXPECT_TRUE(marked());
  }
  target_.commits_before_failure = -1;
  ExpectHealed(RunJob(false));
  // From then on a start is one like any other.
  const int scans = target_.scans;
  target_.rows[2000] = 1;
  EXPECT_EQ(RunJob(false).outcome, Outcome::kFinished);
  EXPECT_EQ(target_.scans, scans);
  EXPECT_TRUE(target_.rows.contains(2000));
}

TEST_P(HealingTest, AFreshStartForgetsIt) {
  target_.commits_before_failure = 0;
  EXPECT_EQ(RunJob(true).outcome, Outcome::kFailed);
  EXPECT_TRUE(marked());
  target_.commits_before_failure = -1;
  const int scans = target_.scans;
  EXPECT_EQ(RunJob(false, true).outcome, Outcome::kFinished);
  EXPECT_FALSE(marked());
  EXPECT_EQ(target_.scans, scans);
}

TEST_P(HealingTest, WhatCannotHealIsRefusedBeforeAnythingChanges) {
  source_.snapshot = false;
  JobSummary refused = RunJob(true);
  EXPECT_EQ(refused.outcome, Outcome::kFailed);
  EXPECT_THAT(std::string(refused.status.message()), HasSubstr("does not begin with a snapshot"));
  source_.snapshot = true;
  target_.scannable = false;
  refused = RunJob(true);
  EXPECT_EQ(refused.outcome, Outcome::kFailed);
  EXPECT_THAT(refused.status.ToString(), HasSubstr("cannot read its tables back"));
  EXPECT_FALSE(marked());
  EXPECT_TRUE(target_.prepared_fresh.empty());
  for (const auto& entry : std::filesystem::directory_iterator(dir_ + "/state")) {
    EXPECT_THAT(entry.path().filename().string(), testing::Not(testing::StartsWith("record")));
  }
}

INSTANTIATE_TEST_SUITE_P(Writers, HealingTest, testing::Values(1U, 3U));

}  // namespace
}  // namespace sluice
