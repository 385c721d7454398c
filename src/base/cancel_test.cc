// SPDX-License-Identifier: Apache-2.0
#include "base/cancel.h"

#include <gtest/gtest.h>

#include "base/thread.h"

namespace sluice {
namespace {

TEST(CancelTokenTest, CopiesShareTheFlag) {
  const CancelToken token;
  const CancelToken copy = token;
  EXPECT_FALSE(copy.cancelled());
  EXPECT_TRUE(copy.Check().ok());
  token.Cancel();
  token.Cancel();
  EXPECT_TRUE(copy.cancelled());
  EXPECT_EQ(copy.Check().code(), Code::kCancelled);
  EXPECT_FALSE(CancelToken().cancelled());
}

TEST(CancelTokenTest, WaitEndsByTimeOrByCancel) {
  const CancelToken token;
  EXPECT_FALSE(token.WaitFor(std::chrono::milliseconds(1)));
  bool seen = false;
  Thread waiter("waiter", [&] { seen = token.WaitFor(std::chrono::minutes(5)); });
  token.Cancel();
  waiter.Join();
  EXPECT_TRUE(seen);
  EXPECT_TRUE(token.WaitFor(std::chrono::minutes(5)));
}

}  // namespace
}  // namespace sluice
