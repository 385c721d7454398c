// SPDX-License-Identifier: Apache-2.0
// The engine with real threads and files between a source and a sink that live in memory.
#include <thread>

#include "api/forwarding_sink.h"
#include "engine/memory_ends_for_tests.h"

namespace sluice {
namespace {

using JobRunnerTest = MemoryEndsTest;

TEST_F(JobRunnerTest, BoundedJobBringsEveryRowOnce) {
  const JobSummary summary = Make(1)->Run();
  EXPECT_EQ(summary.outcome, Outcome::kFinished) << summary.status.ToString();
  EXPECT_EQ(target_.Visible(), AllNumbers());
  EXPECT_EQ(summary.progress.rows_read, 1000U);
  EXPECT_EQ(summary.progress.rows_committed, 1000U);
}

// Should its rows be lost, there must be a checkpoint before them.
TEST_F(JobRunnerTest, TheFirstCheckpointStandsBeforeTheFirstRow) {
  EXPECT_EQ(Make(1)->Run().outcome, Outcome::kFinished);
  EXPECT_TRUE(target_.prepared.at("r1-c1-w0").empty());
}

TEST_F(JobRunnerTest, SeveralReadersAndWritersBringEveryRowOnce) {
  numbers_.count = 50'000;
  numbers_.splits = 9;
  const JobSummary summary = Make(3)->Run();
  EXPECT_EQ(summary.outcome, Outcome::kFinished) << summary.status.ToString();
  EXPECT_EQ(target_.Visible(), AllNumbers());
}

TEST_F(JobRunnerTest, FailingReaderIsOpenedAgainFromTheCheckpoint) {
  numbers_.reads_before_failure = 60;
  const JobSummary summary = Make(2)->Run();
  EXPECT_EQ(summary.outcome, Outcome::kFinished) << summary.status.ToString();
  EXPECT_EQ(summary.progress.restarts, 1);
  EXPECT_EQ(target_.Visible(), AllNumbers());
  // Rows that were read again count once.
  EXPECT_EQ(summary.progress.rows_read, 1000U);
  EXPECT_EQ(summary.progress.rows_written, 1000U);
  EXPECT_EQ(summary.progress.rows_committed, 1000U);
}

TEST_F(JobRunnerTest, SplitsThatEndAroundBarriersAreReadOnce) {
  numbers_.count = 20'000;
  numbers_.splits = 2000;
  numbers_.reads_before_failure = numbers_.reads_between = 300;
  numbers_.failures = 10;
  checkpoint_interval_ms_ = 1;
  retry_times_ = 20;
  const JobSummary summary = Make(3)->Run();
  EXPECT_EQ(summary.outcome, Outcome::kFinished) << summary.status.ToString();
  EXPECT_EQ(summary.progress.restarts, 10);
  EXPECT_EQ(target_.Visible(), AllNumbers());
  EXPECT_EQ(summary.progress.rows_read, 20'000U);
}

TEST_F(JobRunnerTest, CommitWithoutAnswerIsAskedForAgain) {
  target_.commits_before_failure = 0;
  const JobSummary summary = Make(1)->Run();
  EXPECT_EQ(summary.outcome, Outcome::kFinished) << summary.status.ToString();
  EXPECT_EQ(target_.Visible(), AllNumbers());
}

TEST_F(JobRunnerTest, StopTakesALastCheckpointAndTheNextRunGoesOn) {
  numbers_.endless = true;
  auto first = Make(2);
  JobSummary summary;
  std::thread running([&] { summary = first->Run(); });
  while (first->progress().rows_read < 1000) std::this_thread::yield();
  first->RequestStop();
  running.join();
  EXPECT_EQ(summary.outcome, Outcome::kStopped) << summary.status.ToString();
  EXPECT_EQ(target_.Visible(), AllNumbers());

  numbers_.endless = false;
  first.reset();
  summary = Make(2)->Run();
  EXPECT_EQ(summary.outcome, Outcome::kFinished) << summary.status.ToString();
  EXPECT_EQ(target_.Visible(), AllNumbers());
}

TEST_F(JobRunnerTest, NothingIsWrittenAfterTheLastCheckpoint) {
  numbers_.growing = true;
  for (const uint32_t parallelism : {1U, 2U}) {
    auto runner = Make(parallelism, true);
    JobSummary summary;
    std::thread running([&] { summary = runner->Run(); });
    while (runner->progress().rows_read < 5000) std::this_thread::yield();
    runner->RequestStop();
    running.join();
    EXPECT_EQ(summary.outcome, Outcome::kStopped) << summary.status.ToString();
    EXPECT_EQ(target_.rows_never_sealed, 0U) << "with parallelism " << parallelism;
    EXPECT_EQ(summary.progress.rows_committed, summary.progress.rows_read);
  }
}

TEST_F(JobRunnerTest, StopEndsTheWaitForATargetThatIsAway) {
  target_.away = true;
  retry_interval_seconds_ = 3600;
  auto runner = Make(1);
  JobSummary summary;
  std::thread running([&] { summary = runner->Run(); });
  while (target_.prepares == 0) std::this_thread::yield();
  runner->RequestStop();
  running.join();
  // There is no last checkpoint: whoever waits for one must learn it.
  EXPECT_EQ(summary.outcome, Outcome::kFailed);
  EXPECT_EQ(summary.status.message(), "the target is away");
}

TEST_F(JobRunnerTest, AFinishedJobIsLeftAloneWhenItIsToRunOnce) {
  rerun_ = Rerun::kOnce;
  const JobSummary first = Make(1)->Run();
  ASSERT_EQ(first.outcome, Outcome::kFinished) << first.status.ToString();
  EXPECT_FALSE(first.finished_before);
  const JobSummary second = Make(1)->Run();
  EXPECT_EQ(second.outcome, Outcome::kFinished) << second.status.ToString();
  EXPECT_TRUE(second.finished_before);
  EXPECT_EQ(target_.Visible(), AllNumbers());
}

class SinkElsewhere final : public ForwardingSink {
 public:
  using ForwardingSink::ForwardingSink;
  std::string Identity() const override { return "elsewhere"; }
};

// A job that has finished is one with these sources and targets.
TEST_F(JobRunnerTest, AnotherJobsEndInTheDirectoryIsNotThisOnes) {
  ASSERT_EQ(Make(1)->Run().outcome, Outcome::kFinished);
  const auto elsewhere = [this] {
    return Make(PlanOf(std::make_unique<NumbersSource>(numbers_),
                       std::make_unique<SinkElsewhere>(std::make_unique<TargetSink>(target_)), 1));
  };
  target_.Clear();
  rerun_ = Rerun::kNever;
  EXPECT_EQ(elsewhere()->Run().status.code(), Code::kNotFound);
  EXPECT_TRUE(target_.Visible().empty());
  rerun_ = Rerun::kOnce;
  const JobSummary summary = elsewhere()->Run();
  EXPECT_EQ(summary.outcome, Outcome::kFinished) << summary.status.ToString();
  EXPECT_FALSE(summary.finished_before);
  EXPECT_EQ(target_.Visible(), AllNumbers());
  rerun_ = Rerun::kNever;
  EXPECT_TRUE(elsewhere()->Run().finished_before);
}

TEST_F(JobRunnerTest, FinishedJobStartsAnew) {
  ASSERT_EQ(Make(1)->Run().outcome, Outcome::kFinished);
  ASSERT_EQ(Make(1)->Run().outcome, Outcome::kFinished);
  std::vector<int64_t> twice;
  for (const int64_t n : AllNumbers()) twice.insert(twice.end(), 2, n);
  EXPECT_EQ(target_.Visible(), twice);
}

TEST_F(JobRunnerTest, SecondRunOfTheSameJobIsRefused) {
  numbers_.endless = true;
  auto first = Make(1);
  std::thread running([&] { first->Run(); });
  while (first->progress().rows_read < 1000) std::this_thread::yield();
  const JobSummary second = Make(1)->Run();
  EXPECT_EQ(second.outcome, Outcome::kFailed);
  EXPECT_EQ(second.status.code(), Code::kFenced) << second.status.ToString();
  first->RequestStop();
  running.join();
}

}  // namespace
}  // namespace sluice
