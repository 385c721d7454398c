// SPDX-License-Identifier: Apache-2.0
#include "sim/threads.h"

#include <gtest/gtest.h>

#include <optional>

#include "base/bounded_queue.h"
#include "base/cancel.h"
#include "base/sync.h"
#include "base/thread.h"
#include "io/io_pool.h"

namespace sluice::sim {
namespace {

class ThreadsTest : public testing::Test {
 protected:
  // Runs `body` as the first thread until nothing is left to happen.
  void Run(std::function<void()> body) {
    threads_->Start(std::move(body));
    while (world_.Step()) {
    }
  }

  World world_{7, false};
  std::optional<Threads> threads_{std::in_place, world_, Pace{.yields = 0.3, .spurious = 0.1},
                                  nullptr};
};

TEST_F(ThreadsTest, AQueueHandsValuesOverInOrder) {
  std::vector<int> got;
  Run([&] {
    BoundedQueue<int> queue(3);
    Thread consumer("consumer", [&] {
      while (const auto value = queue.Pop(std::chrono::hours(1))) got.push_back(*value);
    });
    for (int i = 0; i < 10; ++i) {
      int value = i;
      EXPECT_TRUE(queue.Push(value, 1, std::chrono::hours(1)));
    }
    queue.Close();
  });
  EXPECT_EQ(got, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST_F(ThreadsTest, AMutexHasOneHolder) {
  Mutex mutex;
  int inside = 0;
  int most = 0;
  int entries = 0;
  Run([&] {
    std::vector<Thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back("locks", [&] {
        for (int n = 0; n < 5; ++n) {
          const std::lock_guard lock(mutex);
          most = std::max(most, ++inside);
          Threads::Current()->WaitFor(std::chrono::milliseconds(1));
          --inside;
          ++entries;
        }
      });
    }
  });
  EXPECT_EQ(most, 1);
  EXPECT_EQ(entries, 20);
}

TEST_F(ThreadsTest, WaitsEndByVirtualTime) {
  bool cancelled = true;
  Run([&] { cancelled = CancelToken().WaitFor(std::chrono::hours(5)); });
  EXPECT_FALSE(cancelled);
  EXPECT_GE(world_.now, TimePoint{} + std::chrono::hours(5));
  EXPECT_LT(world_.now, TimePoint{} + std::chrono::hours(6));
}

TEST_F(ThreadsTest, AThreadThatStandsStillGoesOnLater) {
  TimePoint ended;
  threads_->Pause(TimePoint{} + std::chrono::minutes(1));
  Run([&] { ended = world_.now; });
  EXPECT_GE(ended, TimePoint{} + std::chrono::minutes(1));
}

struct CountsDown {
  int& living;
  explicit CountsDown(int& n) : living(n) { ++living; }
  ~CountsDown() { --living; }
};

TEST_F(ThreadsTest, WhatIsKilledIsUnwoundAndActsNoMore) {
  int living = 0;
  bool acted = false;
  threads_->Start([&] {
    const CountsDown first(living);
    const CancelToken never;
    IoPool pool("pool", 2);
    for (uint64_t strand = 0; strand < 3; ++strand) {
      pool.Run(strand, [&] {
        const CountsDown job(living);
        never.WaitFor(std::chrono::hours(1));
        acted = true;
      });
    }
    Threads::Current()->WaitFor(std::chrono::seconds(1));
    // The end of the pool waits for its threads, in a destructor.
  });
  while (world_.now < TimePoint{} + std::chrono::seconds(1)) world_.Step();
  EXPECT_EQ(living, 3);  // two threads are inside a job
  threads_.reset();
  EXPECT_EQ(living, 0);
  while (world_.Step()) {
  }
  EXPECT_FALSE(acted);
}

}  // namespace
}  // namespace sluice::sim
