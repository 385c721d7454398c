// SPDX-License-Identifier: Apache-2.0
#include "base/bounded_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "base/thread.h"

namespace sluice {
namespace {

constexpr Duration kNoWait = Duration(0);
constexpr Duration kLong = std::chrono::minutes(5);

bool Offer(BoundedQueue<std::string>& queue, std::string value, size_t bytes) {
  return queue.Push(value, bytes, kNoWait);
}

TEST(BoundedQueueTest, KeepsOrderAndCountsBytes) {
  BoundedQueue<std::string> queue(10);
  EXPECT_TRUE(Offer(queue, "a", 4));
  EXPECT_TRUE(Offer(queue, "b", 6));
  EXPECT_EQ(queue.bytes(), 10U);
  EXPECT_TRUE(queue.full());
  EXPECT_EQ(queue.Pop(kNoWait), "a");
  EXPECT_EQ(queue.bytes(), 6U);
  EXPECT_FALSE(queue.full());
  EXPECT_EQ(queue.Pop(kNoWait), "b");
  EXPECT_EQ(queue.Pop(kNoWait), std::nullopt);
}

TEST(BoundedQueueTest, ARefusedValueIsUntouched) {
  BoundedQueue<std::unique_ptr<int>> queue(10);
  auto first = std::make_unique<int>(1);
  auto second = std::make_unique<int>(2);
  ASSERT_TRUE(queue.Push(first, 8, kNoWait));
  EXPECT_FALSE(queue.Push(second, 3, kNoWait));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(*second, 2);
  queue.Close();
  EXPECT_FALSE(queue.Push(second, 1, kLong));
  EXPECT_NE(second, nullptr);
}

TEST(BoundedQueueTest, AnOversizeValueEntersAnEmptyQueueOnly) {
  BoundedQueue<std::string> queue(10);
  EXPECT_TRUE(Offer(queue, "huge", 1000));
  EXPECT_FALSE(Offer(queue, "more", 1));
  EXPECT_EQ(queue.Pop(kNoWait), "huge");
  EXPECT_TRUE(Offer(queue, "small", 1));
  EXPECT_FALSE(Offer(queue, "huge", 1000));
}

TEST(BoundedQueueTest, ControlMessagesPassTheBound) {
  BoundedQueue<std::string> queue(1);
  ASSERT_TRUE(Offer(queue, "data", 5));
  queue.ForcePush("stop");
  EXPECT_EQ(queue.Pop(kNoWait), "data");
  EXPECT_EQ(queue.Pop(kNoWait), "stop");
  queue.Close();
  queue.ForcePush("late");
  EXPECT_TRUE(queue.closed_and_empty());
}

TEST(BoundedQueueTest, CloseDrainsAndWakesWaiters) {
  BoundedQueue<std::string> queue(4);
  ASSERT_TRUE(Offer(queue, "last", 4));
  bool pushed = true;
  Thread producer("producer", [&] {
    std::string value = "refused";
    pushed = queue.Push(value, 4, kLong);
  });
  queue.Close();
  producer.Join();
  EXPECT_FALSE(pushed);
  EXPECT_FALSE(queue.closed_and_empty());
  EXPECT_EQ(queue.Pop(kLong), "last");
  EXPECT_EQ(queue.Pop(kLong), std::nullopt);
  EXPECT_TRUE(queue.closed_and_empty());
}

TEST(BoundedQueueTest, ProducersAndConsumersLoseNothing) {
  constexpr int kEach = 2000;
  BoundedQueue<int> queue(16);
  std::vector<int64_t> sums(2);
  {
    std::vector<Thread> consumers;
    for (auto& sum : sums) {
      consumers.emplace_back("consumer", [&queue, &sum] {
        while (const auto value = queue.Pop(kLong)) sum += *value;
      });
    }
    std::vector<Thread> producers;
    for (int p = 0; p < 2; ++p) {
      producers.emplace_back("producer", [&queue] {
        for (int i = 1; i <= kEach; ++i) {
          int value = i;
          if (!queue.Push(value, 1, kLong)) return;
        }
      });
    }
    for (Thread& producer : producers) producer.Join();
    queue.Close();
  }
  EXPECT_EQ(std::accumulate(sums.begin(), sums.end(), int64_t{0}), int64_t{kEach} * (kEach + 1));
}

}  // namespace
}  // namespace sluice
