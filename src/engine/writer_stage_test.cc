// SPDX-License-Identifier: Apache-2.0
#include "engine/writer_stage.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

// Due at `due`, counts how often it is tended.
class DueWriter final : public Writer {
 public:
  DueWriter(Result<std::optional<TimePoint>>& due, bool& wants, int& tended)
      : due_(due), wants_(wants), tended_(tended) {}
  Status Write(const Chunk&) override { return {}; }
  Status Rebind(const SchemaChange&) override { return {}; }
  Status Seal(CheckpointId) override { return {}; }
  Result<std::optional<Prepared>> PollPrepared(CheckpointId) override { return std::nullopt; }
  Result<std::optional<TimePoint>> Tend(TimePoint) override {
    ++tended_;
    return due_;
  }

  bool wants_checkpoint() const override { return wants_; }

 private:
  Result<std::optional<TimePoint>>& due_;
  bool& wants_;
  int& tended_;
};

class WriterStageTest : public testing::Test {
 protected:
  static constexpr Duration kMost = std::chrono::hours(2);

  Env& env_ = Env::Default();
  Result<std::optional<TimePoint>> due_ = std::nullopt;
  bool wants_ = false;
  int tended_ = 0;
  int asked_ = 0;
  TaskCounters counters_;
  WriterStage stage_{0,
                     1,
                     std::make_unique<DueWriter>(due_, wants_, tended_),
                     env_,
                     counters_,
                     [this](const TaskReport& report) {
                       asked_ += std::holds_alternative<CheckpointWanted>(report) ? 1 : 0;
                     }};
};

TEST_F(WriterStageTest, ATaskSleepsUntilItsWriterIsDue) {
  EXPECT_EQ(stage_.Tend(kMost), kMost);
  due_ = std::optional(env_.Now() + std::chrono::hours(1));
  EXPECT_LE(stage_.Tend(kMost), std::chrono::hours(1));
  EXPECT_GT(stage_.Tend(kMost), std::chrono::minutes(59));
  due_ = std::optional(env_.Now() + std::chrono::hours(3));
  EXPECT_EQ(stage_.Tend(kMost), kMost);
}

TEST_F(WriterStageTest, ATaskThatHasMoreToReadDoesNotSleep) {
  due_ = std::optional(env_.Now() + std::chrono::hours(1));
  EXPECT_EQ(stage_.Tend(Duration(0)), Duration(0));
  EXPECT_EQ(tended_, 1);
}

TEST_F(WriterStageTest, AWriterThatIsLateDoesNotMakeItsTaskSpin) {
  due_ = std::optional(TimePoint{});
  EXPECT_GE(stage_.Tend(kMost), std::chrono::milliseconds(1));
  EXPECT_LE(stage_.Tend(kMost), std::chrono::milliseconds(10));
}

TEST_F(WriterStageTest, ACheckpointIsAskedForOnceAsLongAsItIsWanted) {
  stage_.Tend(kMost);
  EXPECT_EQ(asked_, 0);
  for (const int times : {1, 2}) {
    wants_ = true;
    stage_.Tend(kMost);
    stage_.Tend(kMost);
    EXPECT_EQ(asked_, times);
    wants_ = false;
    stage_.Tend(kMost);
  }
}

TEST_F(WriterStageTest, AFailureIsSeenAtOnce) {
  due_ = Fail(Code::kUnavailable, "the target is away");
  EXPECT_EQ(stage_.Tend(kMost), Duration(0));
  EXPECT_EQ(stage_.status().code(), Code::kUnavailable);
  EXPECT_EQ(stage_.Tend(kMost), kMost);
  EXPECT_EQ(tended_, 1);
}

}  // namespace
}  // namespace sluice
