// SPDX-License-Identifier: Apache-2.0
// A change of schema through the machine, command by command.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/job_machine.h"

namespace sluice {
namespace {

using std::chrono::seconds;
using State = JobMachine::State;

SchemaChange AddsAColumn() {
  auto before = std::make_shared<Schema>();
  before->path = {"shop", "", "orders"};
  before->columns = {{"id", Of(TypeKind::kBigInt)}};
  auto after = std::make_shared<Schema>(*before);
  after->columns.push_back({"note", Of(TypeKind::kString)});
  after->version = 2;
  return {before, after, "ALTER TABLE orders ADD note TEXT"};
}

// Two sources, one writer; the first checkpoint is confirmed.
class MachineChangesTest : public testing::Test {
 protected:
  MachineChangesTest() {
    JobRecord record;
    record.version = 1;
    record.job_id = "job";
    Feed(StartInput{});
    Feed(RecordLoaded{LoadedRecord{record, 0}});
    Stored();
    Stored();
    Feed(TasksOpened{machine_.run()});
    EXPECT_FALSE(Take<SendBarriers>().hold);
    Complete(1);
  }

  void Feed(const Input& input) { commands_ = machine_.On(input, now_); }
  void After(Duration d) {
    now_ = now_ + d;
    Feed(Tick{});
  }
  template <typename T>
  const T* Find() const {
    for (const Command& command : commands_) {
      if (const T* found = std::get_if<T>(&command)) return found;
    }
    return nullptr;
  }
  template <typename T>
  T Take() const {
    const T* found = Find<T>();
    EXPECT_NE(found, nullptr) << "no such command";
    return found != nullptr ? *found : T{};
  }
  JobRecord Stored() {
    const auto replace = Take<ReplaceRecord>();
    Feed(RecordReplaced{replace.op, {}});
    return replace.next;
  }
  void Answer(CheckpointId id) {
    for (TaskId source = 0; source < 2; ++source) {
      Feed(TaskSaved{machine_.run(), id, source, {{"split", "position"}}});
    }
    Feed(EnumeratorSaved{machine_.run(), id, "enumerator", {}});
    Feed(WriterPrepared{machine_.run(), id, 0, "work"});
  }
  // Answers, published, committed and confirmed; returns the record that confirms it.
  JobRecord Complete(CheckpointId id) {
    Answer(id);
    Stored();
    Feed(CommitDone{Take<CommitWork>().op, {}});
    return Stored();
  }
  void Reach(TaskId source) { Feed(ChangeReached{machine_.run(), source}); }
  void Taken(TaskId source) {
    Feed(ChangeTaken{machine_.run(), source, AddsAColumn(), {{0, AddsAColumn()}}});
  }
  void Applied(const Status& status = {}) { Feed(ChangeApplied{Take<ApplyChange>().op, status}); }

  JobMachine machine_{[] {
    JobMachineConfig config;
    config.checkpoint_interval = seconds(1000);
    config.checkpoint_timeout = seconds(10);
    config.schema_change_timeout = seconds(20);
    config.retry_times = 2;
    config.sources = 2;
    return config;
  }()};
  TimePoint now_{1'000'000};
  std::vector<Command> commands_;
};

TEST_F(MachineChangesTest, AltersBetweenTwoCheckpoints) {
  Reach(1);
  const auto first = Take<SendBarriers>();
  EXPECT_EQ(first.barrier.id, 2U);
  EXPECT_TRUE(first.hold);
  Answer(2);
  Stored();
  EXPECT_EQ(Find<TakeChange>(), nullptr) << "published is not committed";
  Feed(CommitDone{Take<CommitWork>().op, {}});
  EXPECT_EQ(Find<TakeChange>(), nullptr) << "committed is not confirmed";
  const JobRecord confirmed = Stored();
  EXPECT_EQ(confirmed.confirmed.id, 2U);
  EXPECT_EQ(confirmed.previous, BodyRef{}) << "nothing before the change may be read again";
  EXPECT_EQ(Take<TakeChange>().source, 1U);
  Taken(1);
  EXPECT_EQ(Take<ApplyChange>().changes.front().change.ddl, AddsAColumn().ddl);
  EXPECT_EQ(Find<PassChange>(), nullptr);
  Applied();
  EXPECT_EQ(Take<PassChange>().source, 1U);
  const auto second = Take<SendBarriers>();
  EXPECT_EQ(second.barrier.id, 3U);
  EXPECT_FALSE(second.hold);
  EXPECT_FALSE(machine_.changing());
  Complete(3);
  EXPECT_EQ(machine_.last_committed(), 3U);
}

TEST_F(MachineChangesTest, TheTargetIsAskedAgainUntilItServesTheNewSchema) {
  Reach(0);
  Complete(2);
  Taken(0);
  Applied({Code::kTimeout, "the job runs"});
  EXPECT_EQ(Take<Note>().text,
            "the target does not serve the new schema of shop.orders yet: the job runs");
  After(seconds(2));
  Applied({Code::kUnavailable, "no connection"});
  After(seconds(2));
  Applied();
  EXPECT_NE(Find<PassChange>(), nullptr);
}

TEST_F(MachineChangesTest, AlteringMayTakeLong) {
  Reach(0);
  Complete(2);
  Taken(0);
  const auto apply = Take<ApplyChange>();
  After(seconds(3600));
  EXPECT_EQ(machine_.state(), State::kRunning);
  Feed(ChangeApplied{apply.op, {}});
  EXPECT_NE(Find<PassChange>(), nullptr);
}

TEST_F(MachineChangesTest, WhatTheTargetCannotDoEndsTheJobWithoutARestart) {
  Reach(0);
  Complete(2);
  Taken(0);
  Applied({Code::kSchemaMismatch, "the key cannot change"});
  Feed(TasksClosed{machine_.run()});
  const auto finish = Take<Finish>();
  EXPECT_EQ(finish.outcome, Outcome::kFailed);
  EXPECT_EQ(finish.status.message(), "the key cannot change");
  EXPECT_EQ(machine_.record().confirmed.id, 2U);
}

TEST_F(MachineChangesTest, WhatTheSourceCannotFollowEndsTheJobWithoutARestart) {
  Reach(0);
  Complete(2);
  Feed(TaskFailed{machine_.run(), {Code::kSchemaMismatch, "the change is not known"}});
  Feed(TasksClosed{machine_.run()});
  EXPECT_EQ(Take<Finish>().outcome, Outcome::kFailed);
}

TEST_F(MachineChangesTest, TheNextSourceAtAChangeIsServedByTheSecondCheckpoint) {
  Reach(0);
  Reach(1);
  Complete(2);
  EXPECT_EQ(Take<TakeChange>().source, 0U);
  Taken(0);
  Applied();
  EXPECT_TRUE(Take<SendBarriers>().hold);
  Complete(3);
  EXPECT_EQ(Take<TakeChange>().source, 1U);
}

TEST_F(MachineChangesTest, AChangeOfATableThatIsDroppedOnTheWayAltersNothing) {
  Reach(0);
  Complete(2);
  Feed(ChangeTaken{machine_.run(), 0, AddsAColumn(), {}});
  EXPECT_EQ(Find<ApplyChange>(), nullptr);
  EXPECT_NE(Find<PassChange>(), nullptr);
}

TEST_F(MachineChangesTest, AStopBeforeTheChangeIsTakenLeavesItToTheNextStart) {
  Reach(0);
  Answer(2);
  const auto publish = Take<ReplaceRecord>();
  Feed(StopRequested{});
  EXPECT_EQ(Find<SendBarriers>(), nullptr);
  Feed(RecordReplaced{publish.op, {}});
  Feed(CommitDone{Take<CommitWork>().op, {}});
  Stored();
  EXPECT_EQ(Find<TakeChange>(), nullptr);
  EXPECT_TRUE(Take<SendBarriers>().barrier.last);
}

TEST_F(MachineChangesTest, AStopWhileTheTargetIsAlteredWaitsForNothing) {
  Reach(0);
  Complete(2);
  Taken(0);
  Feed(StopRequested{});
  EXPECT_NE(Find<CloseTasks>(), nullptr);
  Feed(TasksClosed{machine_.run()});
  EXPECT_EQ(Take<Finish>().outcome, Outcome::kStopped);
  EXPECT_FALSE(machine_.record().finished);
}

TEST_F(MachineChangesTest, TheTwoCheckpointsHaveATimeOfTheirOwn) {
  Reach(0);
  After(seconds(15));  // beyond checkpoint_timeout
  EXPECT_EQ(machine_.state(), State::kRunning);
  After(seconds(6));
  EXPECT_EQ(machine_.state(), State::kClosing);
}

}  // namespace
}  // namespace sluice
