// SPDX-License-Identifier: Apache-2.0
#include "io/io_pool.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <latch>
#include <memory>

#include "base/bounded_queue.h"
#include "base/cancel.h"

namespace sluice {
namespace {

constexpr Duration kLong = std::chrono::minutes(1);

TEST(IoPoolTest, JobsOfAStrandRunInOrderOneAtATime) {
  constexpr int kJobs = 200;
  constexpr uint64_t kStrands = 5;
  std::vector<std::vector<int>> seen(kStrands);
  std::atomic<int> overlaps = 0;
  std::latch done(kJobs * static_cast<int>(kStrands));
  std::vector<std::atomic<bool>> inside(kStrands);
  IoPool pool("order", 4);
  for (int i = 0; i < kJobs; ++i) {
    for (uint64_t s = 0; s < kStrands; ++s) {
      pool.Run(s, [&, i, s] {
        if (inside[s].exchange(true)) ++overlaps;
        seen[s].push_back(i);
        inside[s] = false;
        done.count_down();
      });
    }
  }
  done.wait();
  EXPECT_EQ(overlaps, 0);
  for (const auto& order : seen) {
    ASSERT_EQ(order.size(), size_t{kJobs});
    for (int i = 0; i < kJobs; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
  }
  EXPECT_LE(pool.threads(), 4U);
}

TEST(IoPoolTest, StrandsRunSideBySide) {
  IoPool pool("wide", 3);
  std::latch together(3);
  std::latch done(3);
  for (uint64_t s = 0; s < 3; ++s) {
    pool.Run(s, [&] {
      together.arrive_and_wait();  // passes only when all three run at once
      done.count_down();
    });
  }
  done.wait();
  EXPECT_EQ(pool.threads(), 3U);
}

TEST(IoPoolTest, ThreadsStartWhenThereIsWork) {
  IoPool pool("lazy", 8);
  EXPECT_EQ(pool.threads(), 0U);
  BoundedQueue<std::string> names(100);
  for (int i = 0; i < 10; ++i) {
    pool.Run(7, [&] {
      char name[16] = {};
      pthread_getname_np(pthread_self(), name, sizeof name);
      names.ForcePush(name);
    });
  }
  for (int i = 0; i < 10; ++i) EXPECT_EQ(names.Pop(kLong), "lazy-0");
  EXPECT_EQ(pool.threads(), 1U);
}

TEST(IoPoolTest, ABusyStrandDoesNotStarveAnother) {
  IoPool pool("fair", 1);
  BoundedQueue<int> order(100);
  std::latch queued(1);
  pool.Run(1, [&] { queued.wait(); });
  for (int i = 0; i < 3; ++i) pool.Run(1, [&] { order.ForcePush(1); });
  pool.Run(2, [&] { order.ForcePush(2); });
  queued.count_down();
  EXPECT_EQ(order.Pop(kLong), 2);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(order.Pop(kLong), 1);
}

TEST(IoPoolTest, AJobMayQueueAnother) {
  IoPool pool("again", 2);
  BoundedQueue<int> order(100);
  pool.Run(1, [&] {
    pool.Run(1, [&] { order.ForcePush(2); });
    order.ForcePush(1);
  });
  EXPECT_EQ(order.Pop(kLong), 1);
  EXPECT_EQ(order.Pop(kLong), 2);
}

TEST(IoPoolTest, StopDropsWhatIsQueuedAndWaitsForWhatRuns) {
  const CancelToken dropped;
  // Fires when the last of the queued jobs is destroyed.
  std::shared_ptr<void> held(nullptr, [dropped](void*) { dropped.Cancel(); });
  std::atomic<bool> finished = false;
  std::atomic<int> ran = 0;
  std::latch started(1);
  IoPool pool("stop", 1);
  pool.Run(1, [&] {
    started.count_down();
    finished = dropped.WaitFor(kLong);
  });
  for (uint64_t s = 1; s < 4; ++s) pool.Run(s, [&ran, held] { ++ran; });
  held.reset();
  started.wait();
  pool.Stop();
  EXPECT_TRUE(finished);
  pool.Run(9, [&] { ++ran; });
  pool.Stop();
  EXPECT_EQ(ran, 0);
}

}  // namespace
}  // namespace sluice
