// SPDX-License-Identifier: Apache-2.0
// The engine with several sources and sinks, real threads and files; all ends live in memory.
#include <thread>

#include "engine/memory_ends_for_tests.h"

namespace sluice {
namespace {

// Source 0 feeds sinks 0 and 1, source 1 feeds sink 1.
class JobGraphTest : public MemoryEndsTest {
 protected:
  JobGraphTest() {
    numbers_.count = 3000;
    others_.count = 500;
    others_.splits = 2;
  }
  std::unique_ptr<JobRunner> MakeGraph(uint32_t readers, uint32_t other_readers,
                                       uint32_t writers = 1) {
    JobPlan plan;
    plan.sources.push_back(
        {.source = std::make_unique<NumbersSource>(numbers_), .parallelism = readers});
    plan.sources.push_back(
        {.source = std::make_unique<NumbersSource>(others_), .parallelism = other_readers});
    plan.sinks.push_back({.sink = std::make_unique<TargetSink>(target_), .parallelism = readers});
    plan.sinks.push_back({.sink = std::make_unique<TargetSink>(both_), .parallelism = writers});
    plan.routes = {{0, {}, 0}, {0, {}, 1}, {1, {}, 1}};
    return Make(std::move(plan));
  }
  std::vector<int64_t> OfBoth() const {
    std::vector<int64_t> out = AllNumbers();
    for (int64_t i = 0; i < others_.count; ++i) out.push_back(i);
    std::ranges::sort(out);
    return out;
  }
  void ExpectAll(const JobSummary& summary) {
    EXPECT_EQ(summary.outcome, Outcome::kFinished) << summary.status.ToString();
    EXPECT_EQ(target_.Visible(), AllNumbers());
    EXPECT_EQ(both_.Visible(), OfBoth());
  }

  Numbers others_;
  MemoryTarget both_;
};

TEST_F(JobGraphTest, EverySinkHasTheRowsOfItsSourcesOnce) {
  const JobSummary summary = MakeGraph(1, 1)->Run();
  ExpectAll(summary);
  EXPECT_EQ(summary.progress.rows_read, 3500U);
  EXPECT_EQ(summary.progress.rows_written, 6500U);
  EXPECT_EQ(summary.progress.rows_committed, 6500U);
}

TEST_F(JobGraphTest, LikewiseWithSeveralReadersAndWriters) {
  ExpectAll(MakeGraph(3, 2, 4)->Run());
}

TEST_F(JobGraphTest, ASourceThatFailsBeginsAgainAtOneCheckpointForAll) {
  others_.reads_before_failure = others_.reads_between = 20;
  others_.failures = 3;
  checkpoint_interval_ms_ = 1;
  retry_times_ = 10;
  const JobSummary summary = MakeGraph(2, 1, 2)->Run();
  ExpectAll(summary);
  EXPECT_EQ(summary.progress.restarts, 3);
  EXPECT_EQ(summary.progress.rows_read, 3500U);
}

TEST_F(JobGraphTest, ASinkThatCannotCommitNowDoesNotKeepTheOtherFromIt) {
  target_.commits_before_failure = 0;
  ExpectAll(MakeGraph(1, 1)->Run());
}

TEST_F(JobGraphTest, AStopAndANewStartGoOnWithAllSources) {
  numbers_.endless = others_.endless = true;
  auto first = MakeGraph(2, 1, 2);
  JobSummary summary;
  std::thread running([&] { summary = first->Run(); });
  while (first->progress().rows_read < 3500) std::this_thread::yield();
  first->RequestStop();
  running.join();
  EXPECT_EQ(summary.outcome, Outcome::kStopped) << summary.status.ToString();
  numbers_.endless = others_.endless = false;
  first.reset();
  ExpectAll(MakeGraph(2, 1, 2)->Run());
}

TEST_F(JobGraphTest, AnotherGraphDoesNotGoOnWithTheState) {
  numbers_.endless = true;
  auto first = MakeGraph(1, 1);
  JobSummary summary;
  std::thread running([&] { summary = first->Run(); });
  while (first->progress().rows_committed < 3500) std::this_thread::yield();
  first->RequestStop();
  running.join();
  first.reset();
  summary = Make(1)->Run();
  EXPECT_EQ(summary.outcome, Outcome::kFailed);
  EXPECT_THAT(std::string(summary.status.message()),
              testing::HasSubstr("unfinished run of another job"));
}

}  // namespace
}  // namespace sluice
