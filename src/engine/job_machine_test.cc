// SPDX-License-Identifier: Apache-2.0
// The machine alone, command by command. What many steps come to under faults is the simulator's.
#include "engine/job_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using State = JobMachine::State;

JobMachineConfig OneTask() {
  JobMachineConfig config;
  config.checkpoint_interval = seconds(1);
  config.checkpoint_timeout = seconds(10);
  config.retry_times = 2;
  config.retry_interval = seconds(1);
  return config;
}

class JobMachineTest : public testing::Test {
 protected:
  void Use(const JobMachineConfig& config) { machine_.emplace(config); }

  // Feeds one input; the commands replace the ones before.
  void Feed(const Input& input) { commands_ = machine_->On(input, now_); }
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

  // ---- steps ----
  void Load(const JobRecord& record, uint64_t torn = 0) {
    Feed(StartInput{});
    ASSERT_NE(Find<LoadRecord>(), nullptr);
    Feed(RecordLoaded{LoadedRecord{record, torn}});
  }
  // Answers the outstanding replacement and returns what it stored.
  JobRecord Stored(const Status& status = {}) {
    const auto replace = Take<ReplaceRecord>();
    Feed(RecordReplaced{replace.op, status});
    return replace.next;
  }
  void Read(const Manifest& manifest) { Feed(ManifestLoaded{Take<LoadManifest>().op, manifest}); }
  void Commit(const Status& status = {}) { Feed(CommitDone{Take<CommitWork>().op, status}); }
  void Swept() { Feed(OrphansAborted{Take<AbortOrphans>().op, {}}); }
  // From a fresh record to running, first checkpoint under way.
  void Open(const JobRecord& record = Fresh()) {
    Load(record);
    Stored();
    Stored();
    ASSERT_EQ(machine_->state(), State::kOpening);
    Feed(TasksOpened{machine_->run()});
  }
  // The tasks answer the barrier of `id`.
  void Answer(CheckpointId id, const Prepared& work) {
    Feed(TaskSaved{machine_->run(), id, 0, {{"split", "position"}}});
    Feed(EnumeratorSaved{machine_->run(), id, "enumerator", {}});
    Feed(WriterPrepared{machine_->run(), id, 0, work});
  }

  static JobRecord Fresh() {
    JobRecord record;
    record.version = 1;
    record.job_id = "job";
    return record;
  }
  // Run 3 published 7 and has not confirmed it.
  static JobRecord Crashed() {
    JobRecord record = Fresh();
    record.version = 20;
    record.run = 3;
    record.runs = {{3, 1, 0}};
    record.latest = {7, "seven", 70};
    record.confirmed = {6, "six", 60};
    record.previous = {5, "five", 50};
    return record;
  }
  static Manifest Seven() {
    Manifest manifest;
    manifest.id = 7;
    manifest.run = 3;
    manifest.pending = {{6, {"w6"}}, {7, {"w7"}}};
    return manifest;
  }

  std::optional<JobMachine> machine_ = JobMachine(OneTask());
  TimePoint now_{1'000'000};
  std::vector<Command> commands_;
};

TEST_F(JobMachineTest, RecoveryRaisesTheRunBeforeItReadsTheManifest) {
  Load(Crashed());
  const auto raise = Take<ReplaceRecord>();
  EXPECT_EQ(raise.expected, Crashed());
  EXPECT_EQ(raise.next.run, 4U);
  EXPECT_EQ(raise.next.version, 21U);
  EXPECT_EQ(Find<LoadManifest>(), nullptr);
  Stored();
  EXPECT_EQ(Take<LoadManifest>().body, Crashed().latest);
}

TEST_F(JobMachineTest, RecoveryCommitsThenSweepsThenMarksThenOpens) {
  Load(Crashed());
  Stored();
  Read(Seven());
  // 6 is confirmed; only 7 is committed again.
  EXPECT_EQ(Take<CommitWork>().pending, (PendingCommit{7, {"w7"}}));
  EXPECT_EQ(Find<AbortOrphans>(), nullptr);
  Commit();
  const auto sweep = Take<AbortOrphans>();
  ASSERT_EQ(sweep.ranges.size(), 1U);
  EXPECT_EQ(sweep.ranges[0].run, 3U);
  EXPECT_EQ(sweep.ranges[0].first, 8U);
  EXPECT_EQ(sweep.ranges[0].last, 9U);
  EXPECT_EQ(Find<OpenTasks>(), nullptr);
  Swept();
  EXPECT_EQ(Find<OpenTasks>(), nullptr);
  EXPECT_THAT(Stored().runs, ElementsAre(RunRecord{4, 1, 0}));
  const auto open = Take<OpenTasks>();
  EXPECT_EQ(open.run, 4U);
  EXPECT_EQ(open.first_checkpoint, 8U);
  EXPECT_EQ(*open.from, Seven());
}

// However often a start fails, the list of runs to look for does not grow.
TEST_F(JobMachineTest, ARunThatNeverOpenedIsNotLookedFor) {
  Load(Crashed());
  const JobRecord raised = Stored();
  EXPECT_THAT(raised.runs, ElementsAre(RunRecord{3, 1, 0}));
  Use(OneTask());
  Load(raised);
  EXPECT_THAT(Stored().runs, ElementsAre(RunRecord{3, 1, 0}));
}

// Thousands of labels take longer than a checkpoint may.
TEST_F(JobMachineTest, ASweepMayTakeLongerThanACheckpoint) {
  Load(Crashed());
  Stored();
  Read(Seven());
  const auto commit = Take<CommitWork>();
  After(seconds(100));
  Feed(CommitDone{commit.op, {}});
  const auto sweep = Take<AbortOrphans>();
  After(seconds(1000));
  Feed(OrphansAborted{sweep.op, {}});
  EXPECT_EQ(machine_->state(), State::kMarking);
}

TEST_F(JobMachineTest, ADamagedRecordWidensTheSearch) {
  JobMachineConfig config = OneTask();
  config.replay_converges = true;
  Use(config);
  Load(Crashed(), 1);
  const JobRecord raised = Stored();
  EXPECT_EQ(raised.version, 22U);
  EXPECT_EQ(raised.run, 5U);
  EXPECT_THAT(raised.runs, ElementsAre(RunRecord{3, 1, 1}, RunRecord{4, 1, 1}));
  Read(Seven());
  Commit();
  EXPECT_EQ(Take<AbortOrphans>().ranges[0].last, 10U);
}

TEST_F(JobMachineTest, AnAppendingTargetDoesNotGoOnFromADamagedRecord) {
  Load(Crashed(), 1);
  EXPECT_EQ(Take<Finish>().status.code(), Code::kCorruption);
}

TEST_F(JobMachineTest, AnAppendingTargetStopsWhenPreparedWorkIsLost) {
  Load(Crashed());
  Stored();
  Read(Seven());
  Commit({Code::kCommitLost, "w7 is gone"});
  const auto finish = Take<Finish>();
  EXPECT_EQ(finish.outcome, Outcome::kFailed);
  EXPECT_EQ(finish.status.code(), Code::kCommitLost);
}

TEST_F(JobMachineTest, AnUpsertingTargetReadsAgainFromTheConfirmedCheckpoint) {
  JobMachineConfig config = OneTask();
  config.replay_converges = true;
  Use(config);
  Load(Crashed());
  Stored();
  Read(Seven());
  Commit({Code::kCommitLost, "w7 is gone"});
  EXPECT_EQ(Take<LoadManifest>().body, Crashed().confirmed);
  Manifest six;
  six.id = 6;
  six.pending = {{6, {"w6"}}};
  Read(six);
  // What is left of 7 goes, too; the number is not used again.
  EXPECT_EQ(Take<AbortOrphans>().ranges[0].first, 7U);
  Swept();
  Stored();
  EXPECT_EQ(Take<OpenTasks>().from->id, 6U);
  EXPECT_EQ(Take<OpenTasks>().first_checkpoint, 8U);
}

TEST_F(JobMachineTest, LostWorkWithNothingConfirmedBeforeItEndsTheJob) {
  JobMachineConfig config = OneTask();
  config.replay_converges = true;
  Use(config);
  JobRecord first = Crashed();
  first.confirmed = first.previous = {};
  Load(first);
  Stored();
  Read(Seven());
  Commit({Code::kCommitLost, "w7 is gone"});
  const auto finish = Take<Finish>();
  EXPECT_EQ(finish.outcome, Outcome::kFailed);
  EXPECT_EQ(finish.status.code(), Code::kCommitLost);
  EXPECT_NE(finish.status.message().find("--fresh"), std::string_view::npos);
}

TEST_F(JobMachineTest, DamagedBodiesAreLeftOneAfterAnother) {
  JobMachineConfig config = OneTask();
  config.replay_converges = true;
  Use(config);
  Load(Crashed());
  Stored();
  for (const BodyRef& body : {Crashed().latest, Crashed().confirmed}) {
    EXPECT_EQ(Take<LoadManifest>().body, body);
    Feed(ManifestLoaded{Take<LoadManifest>().op, Fail(Code::kCorruption, "torn")});
  }
  EXPECT_EQ(Take<LoadManifest>().body, Crashed().previous);
  Feed(ManifestLoaded{Take<LoadManifest>().op, Fail(Code::kCorruption, "torn")});
  EXPECT_EQ(Take<Finish>().status.code(), Code::kCorruption);
}

TEST_F(JobMachineTest, ADamagedBodyThatIsConfirmedGivesTheOneBefore) {
  JobMachineConfig config = OneTask();
  config.replay_converges = true;
  Use(config);
  JobRecord record = Crashed();
  record.confirmed = record.latest;
  Load(record);
  Stored();
  Feed(ManifestLoaded{Take<LoadManifest>().op, Fail(Code::kCorruption, "torn")});
  EXPECT_EQ(Take<LoadManifest>().body, record.previous);
}

TEST_F(JobMachineTest, ARaiseThatWasFencedLooksAgain) {
  Load(Crashed());
  Stored({Code::kFenced, "somebody else"});
  EXPECT_EQ(machine_->state(), State::kLoading);
  EXPECT_NE(Find<LoadRecord>(), nullptr);
}

TEST_F(JobMachineTest, TheFirstCheckpointIsTakenAtOnce) {
  Open();
  EXPECT_EQ(Take<SendBarriers>().barrier.id, 1U);
  EXPECT_FALSE(Take<SendBarriers>().barrier.last);
}

TEST_F(JobMachineTest, ACheckpointIsPublishedThenCommittedThenConfirmed) {
  Open();
  Feed(TaskSaved{1, 1, 0, {{"split", "position"}}});
  Feed(EnumeratorSaved{1, 1, "enumerator", {}});
  EXPECT_EQ(Find<ReplaceRecord>(), nullptr) << "published before it was prepared";
  Feed(WriterPrepared{1, 1, 0, "work"});
  EXPECT_EQ(Find<CommitWork>(), nullptr) << "committed before it was published";
  const auto publish = Take<ReplaceRecord>();
  const auto manifest = DecodeManifest(*publish.body);
  EXPECT_EQ(manifest->pending, (std::vector<PendingCommit>{{1, {"work"}}}));
  EXPECT_THAT(manifest->splits, ElementsAre(Split{"split", "position"}));
  EXPECT_TRUE(publish.next.confirmed.name.empty());
  Stored();
  EXPECT_EQ(Take<CommitWork>().pending, (PendingCommit{1, {"work"}}));
  Commit();
  EXPECT_EQ(Take<NotifyComplete>().id, 1U);
  EXPECT_EQ(Stored().confirmed.id, 1U);
  EXPECT_EQ(machine_->last_committed(), 1U);
}

TEST_F(JobMachineTest, TheNextIsPublishedButNotCommittedBeforeTheOneBefore) {
  Open();
  Answer(1, "one");
  Stored();
  const auto first = Take<CommitWork>();
  After(seconds(1));
  EXPECT_EQ(Take<SendBarriers>().barrier.id, 2U);
  Answer(2, "two");
  const auto manifest = DecodeManifest(*Take<ReplaceRecord>().body);
  EXPECT_EQ(manifest->pending, (std::vector<PendingCommit>{{1, {"one"}}, {2, {"two"}}}));
  Stored();
  EXPECT_EQ(Find<CommitWork>(), nullptr);
  // Nobody knows about 1: it is asked for again, and 2 still waits.
  Feed(CommitDone{first.op, {Code::kTimeout, "no answer"}});
  After(milliseconds(300));
  EXPECT_EQ(Take<CommitWork>().pending.id, 1U);
  Commit();
  EXPECT_EQ(Take<CommitWork>().pending.id, 2U);
}

TEST_F(JobMachineTest, ACommitThatKeepsFailingIsToldNowAndThenAndEndsTheRun) {
  JobMachineConfig config = OneTask();
  config.checkpoint_interval = seconds(100);
  config.checkpoint_timeout = seconds(25);
  Use(config);
  Open();
  Answer(1, "one");
  Stored();
  const TimePoint begin = now_;
  std::vector<Duration> told;
  Commit({Code::kUnavailable, "the front end is away"});
  while (Find<CloseTasks>() == nullptr) {
    if (Find<Note>() != nullptr) {
      EXPECT_TRUE(Take<Note>().warning);
      EXPECT_THAT(Take<Note>().text, testing::HasSubstr("the front end is away; checkpoint 1"));
      told.push_back(now_ - begin);
    }
    ASSERT_LT(now_ - begin, seconds(30));
    After(milliseconds(500));
    Commit({Code::kUnavailable, "the front end is away"});
  }
  EXPECT_THAT(told, ElementsAre(seconds(0), seconds(10), seconds(20)));
  EXPECT_EQ(now_ - begin, milliseconds(25'500));
  Feed(TasksClosed{1});
  EXPECT_EQ(machine_->state(), State::kBackoff);
  EXPECT_THAT(Take<Note>().text, testing::HasSubstr("the front end is away; restart 1 of 2"));
}

TEST_F(JobMachineTest, ACommitThatWorksAgainIsForgiven) {
  JobMachineConfig config = OneTask();
  config.checkpoint_interval = seconds(5);
  Use(config);
  Open();
  for (CheckpointId id = 1; id < 10; ++id) {
    Answer(id, "work");
    Stored();
    Commit({Code::kTimeout, "no answer"});
    EXPECT_NE(Find<Note>(), nullptr) << "of checkpoint " << id;
    After(seconds(5));
    Feed(CommitDone{Take<CommitWork>().op, {}});
    Stored();
    ASSERT_EQ(machine_->state(), State::kRunning);
  }
}

TEST_F(JobMachineTest, AStopDoesNotWaitLongForACommitThatKeepsFailing) {
  JobMachineConfig config = OneTask();
  config.checkpoint_interval = config.checkpoint_timeout = seconds(1000);
  Use(config);
  Open();
  Answer(1, "one");
  Stored();
  const TimePoint begin = now_;
  Commit({Code::kUnavailable, "the front end is away"});
  Feed(StopRequested{});
  while (Find<CloseTasks>() == nullptr) {
    ASSERT_LT(now_ - begin, seconds(20));
    After(milliseconds(500));
    Commit({Code::kUnavailable, "the front end is away"});
  }
  Feed(TasksClosed{1});
  EXPECT_EQ(Take<Finish>().outcome, Outcome::kFailed);
  EXPECT_THAT(std::string(Take<Finish>().status.message()),
              testing::HasSubstr("the front end is away"));
}

TEST_F(JobMachineTest, AThirdIsNotBegunWhileTwoWaitForTheirCommits) {
  Open();
  Answer(1, "one");
  Stored();
  After(seconds(1));
  Answer(2, "two");
  Stored();
  After(seconds(5));
  EXPECT_EQ(Find<SendBarriers>(), nullptr);
}

TEST_F(JobMachineTest, APublishOfUnknownOutcomeEndsTheRun) {
  Open();
  Answer(1, "one");
  Stored({Code::kUnavailable, "disk"});
  EXPECT_EQ(Take<CloseTasks>().run, 1U);
  Feed(TasksClosed{1});
  EXPECT_EQ(machine_->state(), State::kBackoff);
  After(seconds(1));
  EXPECT_NE(Find<LoadRecord>(), nullptr);
}

TEST_F(JobMachineTest, AFencedPublishEndsTheJob) {
  Open();
  Answer(1, "one");
  Stored({Code::kFenced, "another run"});
  Feed(TasksClosed{1});
  EXPECT_EQ(Take<Finish>().status.code(), Code::kFenced);
}

TEST_F(JobMachineTest, ReportsOfAnotherRunOrCheckpointCountForNothing) {
  Open();
  Feed(TaskSaved{9, 1, 0, {}});
  Feed(TaskSaved{1, 2, 0, {}});
  Feed(EnumeratorSaved{1, 1, "enumerator", {}});
  Feed(WriterPrepared{1, 1, 0, "work"});
  EXPECT_EQ(Find<ReplaceRecord>(), nullptr);
  Feed(TaskFailed{9, {Code::kUnavailable, "old news"}});
  EXPECT_EQ(machine_->state(), State::kRunning);
}

TEST_F(JobMachineTest, ACheckpointThatIsNotCompleteInTimeEndsTheRun) {
  Open();
  After(seconds(11));
  EXPECT_EQ(Take<CloseTasks>().run, 1U);
}

TEST_F(JobMachineTest, RestartsAreCountedAndTheReasonIsTold) {
  for (int restart = 0; restart < 2; ++restart) {
    if (restart == 0) Load(Fresh());
    Stored({Code::kUnavailable, "disk"});
    ASSERT_EQ(machine_->state(), State::kBackoff);
    After(seconds(1));
    Feed(RecordLoaded{LoadedRecord{Fresh(), 0}});
  }
  Stored({Code::kUnavailable, "disk"});
  const auto finish = Take<Finish>();
  EXPECT_EQ(finish.outcome, Outcome::kFailed);
  EXPECT_THAT(std::string(finish.status.message()), testing::HasSubstr("disk"));
  EXPECT_EQ(machine_->restarts(), 2);
}

TEST_F(JobMachineTest, AStopTakesALastCheckpointAndLeavesNothingToLookFor) {
  Open();
  Answer(1, "one");
  Stored();
  Commit();
  Stored();
  Feed(StopRequested{});
  EXPECT_TRUE(Take<SendBarriers>().barrier.last);
  Answer(2, "two");
  Stored();
  Commit();
  const JobRecord last = Stored();
  EXPECT_TRUE(last.runs.empty());
  EXPECT_FALSE(last.finished);
  EXPECT_EQ(last.previous.id, 1U);
  Feed(TasksClosed{1});
  EXPECT_EQ(Take<Finish>().outcome, Outcome::kStopped);
}

// Exit code 0 would say that there is a last checkpoint.
TEST_F(JobMachineTest, AStopBehindARunThatFailedIsNoCleanEnd) {
  for (const bool recovering : {false, true}) {
    Use(OneTask());
    Load(Crashed());
    Stored({Code::kUnavailable, "disk"});
    ASSERT_EQ(machine_->state(), State::kBackoff);
    if (recovering) {
      After(seconds(1));
      Feed(RecordLoaded{LoadedRecord{Crashed(), 0}});
      Stored();
      ASSERT_EQ(machine_->state(), State::kReading);
    }
    Feed(StopRequested{});
    EXPECT_EQ(Take<Finish>().outcome, Outcome::kFailed);
    EXPECT_THAT(std::string(Take<Finish>().status.message()), testing::HasSubstr("disk"));
  }
  Use(OneTask());
  Load(Crashed());
  Feed(StopRequested{});
  EXPECT_EQ(Take<Finish>().outcome, Outcome::kStopped);
}

TEST_F(JobMachineTest, AFailureIsForgottenOnceTheNextRunIsOpen) {
  Load(Fresh());
  Stored({Code::kUnavailable, "disk"});
  After(seconds(1));
  Feed(RecordLoaded{LoadedRecord{Fresh(), 0}});
  Stored();
  Stored();
  Feed(TasksOpened{machine_->run()});
  Answer(1, "");
  Stored();
  Stored();
  Feed(StopRequested{});
  Answer(2, "");
  Stored();
  Stored();
  Feed(TasksClosed{machine_->run()});
  EXPECT_EQ(Take<Finish>().outcome, Outcome::kStopped);
}

// Savepoint 7 under the number 9: the crashed run had confirmed 8 and published 9.
TEST_F(JobMachineTest, WhatWasPublishedBehindASavepointIsRolledBack) {
  JobRecord record = Crashed();
  record.latest = {9, "restored", 70};
  record.confirmed = {8, "", 0};
  record.previous = {};
  Load(record);
  Stored();
  Read(Seven());
  EXPECT_EQ(Find<CommitWork>(), nullptr);
  const auto sweep = Take<AbortOrphans>();
  EXPECT_EQ(sweep.ranges[0].first, 9U);
  EXPECT_EQ(sweep.ranges[0].last, 11U);
  Swept();
  Stored();
  EXPECT_EQ(Take<OpenTasks>().first_checkpoint, 10U);
}

TEST_F(JobMachineTest, ADrainedSourceFinishesTheJob) {
  Open();
  Answer(1, {});
  Stored();
  Stored();  // nothing to commit: confirmed at once
  Feed(SourceDone{1});
  EXPECT_TRUE(Take<SendBarriers>().barrier.last);
  Answer(2, "two");
  Stored();
  Commit();
  EXPECT_TRUE(Stored().finished);
  Feed(TasksClosed{1});
  EXPECT_EQ(Take<Finish>().outcome, Outcome::kFinished);
}

TEST_F(JobMachineTest, TablesThatJoinedAreReadByTheNextRunWhichIsNoRestart) {
  Open();
  Answer(1, "w1");
  Stored();
  Commit();
  Stored();
  Feed(TablesJoined{machine_->run()});
  const auto barrier = Take<SendBarriers>().barrier;
  EXPECT_TRUE(barrier.last);  // nothing is read behind it
  Answer(2, "w2");
  Stored();
  EXPECT_EQ(Find<CloseTasks>(), nullptr);
  Commit();
  const JobRecord confirmed = Stored();
  EXPECT_EQ(confirmed.confirmed.id, 2U);
  EXPECT_FALSE(confirmed.finished);
  const sluice::Run before = machine_->run();
  EXPECT_EQ(Take<CloseTasks>().run, before);
  Feed(TasksClosed{before});
  EXPECT_NE(Find<LoadRecord>(), nullptr);
  Feed(RecordLoaded{LoadedRecord{confirmed, 0}});
  EXPECT_EQ(Stored().run, before + 1);
  Manifest two;
  two.id = 2;
  two.run = before;
  Read(two);
  Stored();
  EXPECT_EQ(Take<OpenTasks>().from->id, 2U);
  EXPECT_EQ(machine_->restarts(), 0);
  Feed(TasksOpened{machine_->run()});
  EXPECT_EQ(machine_->state(), State::kRunning);
  After(seconds(1));
  EXPECT_FALSE(Take<SendBarriers>().barrier.last);
}

TEST_F(JobMachineTest, AStopWhileTablesJoinEndsTheJobAtThatCheckpoint) {
  JobRecord record = Fresh();
  record.restored = 70;
  Open(record);
  Answer(1, "");
  Stored();
  Stored();
  Feed(TablesJoined{machine_->run()});
  Feed(StopRequested{});
  Answer(2, "");
  EXPECT_EQ(Stored().restored, 70U);
  EXPECT_EQ(Stored().restored, 0U);  // the next start goes back to the savepoint again
  Feed(TasksClosed{machine_->run()});
  EXPECT_EQ(Take<Finish>().outcome, Outcome::kStopped);
}

}  // namespace
}  // namespace sluice
