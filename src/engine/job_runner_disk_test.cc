// SPDX-License-Identifier: Apache-2.0
// Jobs whose checkpoint disk fails.
#include <thread>

#include "base/faulty_env_for_tests.h"
#include "engine/memory_ends_for_tests.h"

namespace sluice {
namespace {

using testing::HasSubstr;

class JobRunnerDiskTest : public MemoryEndsTest {
 protected:
  JobRunnerDiskTest() { env_ = &disk_; }

  // Runs until `when`, calls `then`, and waits for the end.
  template <typename Condition, typename Action>
  JobSummary RunUntil(JobRunner& runner, Condition when, Action then) {
    JobSummary summary;
    std::thread running([&] { summary = runner.Run(); });
    while (!when()) std::this_thread::yield();
    then();
    running.join();
    return summary;
  }

  FaultyEnv disk_;
};

TEST_F(JobRunnerDiskTest, EveryRowComesOnceOverADiskThatFailsNowAndThen) {
  // Wherever in the writing of a checkpoint the failure strikes: body, record, rename, sync.
  for (const int nth : {1, 2, 3, 5}) {
    target_.Clear();
    numbers_.growing = true;
    retry_times_ = 100;
    auto runner = Make(1, true);
    const auto fail_twice = [&] {
      for (int i = 0; i < 2; ++i) {
        const uint64_t done = runner->progress().checkpoints;
        while (runner->progress().checkpoints < done + 2) std::this_thread::yield();
        disk_.failing_writes = nth;
      }
      while (disk_.failing_writes > 0) std::this_thread::yield();
      const uint64_t done = runner->progress().checkpoints;
      while (runner->progress().checkpoints < done + 2) std::this_thread::yield();
      runner->RequestStop();
    };
    const JobSummary summary =
        RunUntil(*runner, [&] { return runner->progress().checkpoints > 1; }, fail_twice);
    EXPECT_EQ(summary.outcome, Outcome::kStopped) << summary.status.ToString();
    EXPECT_GT(summary.progress.restarts, 0);
    const std::vector<int64_t> visible = target_.Visible();
    for (size_t i = 0; i < visible.size(); ++i) {
      ASSERT_EQ(visible[i], static_cast<int64_t>(i)) << "after " << nth << " failures";
    }
    EXPECT_EQ(visible.size(), summary.progress.rows_committed);
  }
}

TEST_F(JobRunnerDiskTest, AFullDiskEndsTheJobAndTheNextRunGoesOn) {
  numbers_.growing = true;
  retry_times_ = 2;
  auto first = Make(1);
  const JobSummary failed = RunUntil(
      *first, [&] { return first->progress().checkpoints > 2; },
      [&] { disk_.failing_writes = -1; });
  EXPECT_EQ(failed.outcome, Outcome::kFailed);
  EXPECT_THAT(failed.status.ToString(), HasSubstr("No space left on device"));

  disk_.failing_writes = 0;
  first.reset();
  auto second = Make(1);
  const JobSummary stopped = RunUntil(
      *second, [&] { return second->progress().checkpoints > 2; }, [&] { second->RequestStop(); });
  EXPECT_EQ(stopped.outcome, Outcome::kStopped) << stopped.status.ToString();
  const std::vector<int64_t> visible = target_.Visible();
  for (size_t i = 0; i < visible.size(); ++i) ASSERT_EQ(visible[i], static_cast<int64_t>(i));
}

}  // namespace
}  // namespace sluice
