// SPDX-License-Identifier: Apache-2.0
#include "engine/savepoint.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <functional>
#include <thread>

#include "base/checksum.h"
#include "base/faulty_env_for_tests.h"
#include "engine/memory_ends_for_tests.h"

namespace sluice {
namespace {

using testing::HasSubstr;

class SavepointTest : public MemoryEndsTest {
 protected:
  SavepointTest() {
    numbers_.endless = true;
    env_ = &disk_;
  }

  // Until every row is committed, and then stopped.
  void RunAndStop() {
    RunAndStopOnce(
        [](const JobRunner& runner) { return runner.progress().rows_committed >= 1000; });
  }
  void RunAndStopOnce(const std::function<bool(const JobRunner&)>& done) {
    const JobSummary summary = RunUntil(done, [](JobRunner& runner) { runner.RequestStop(); });
    ASSERT_EQ(summary.outcome, Outcome::kStopped) << summary.status.ToString();
  }
  // Until the job has committed something, and then a crash.
  void RunAndCrash() {
    retry_times_ = 0;
    const JobSummary summary =
        RunUntil([](const JobRunner& runner) { return runner.progress().checkpoints >= 3; },
                 [&](JobRunner& /*runner*/) { disk_.failing_writes = -1; });
    disk_.failing_writes = 0;
    ASSERT_EQ(summary.outcome, Outcome::kFailed);
  }
  // A job that ends before `done` is not waited for: its summary tells.
  JobSummary RunUntil(const std::function<bool(const JobRunner&)>& done,
                      const std::function<void(JobRunner&)>& then) {
    auto runner = Make(1);
    JobSummary summary;
    std::atomic<bool> ended = false;
    std::thread running([&] {
      summary = runner->Run();
      ended = true;
    });
    while (!done(*runner) && !ended) std::this_thread::yield();
    then(*runner);
    running.join();
    return summary;
  }
  bool RowsCameTwice() {
    const std::vector<int64_t> visible = target_.Visible();
    return std::ranges::adjacent_find(visible) != visible.end();
  }
  JobRecord Stored(const std::string& dir) {
    CheckpointStore store(*env_, dir);
    const auto loaded = store.Load();
    EXPECT_TRUE(loaded.has_value());
    return loaded ? loaded->record : JobRecord();
  }
  std::string Dir(const std::string& name = "state") const { return dir_ + "/" + name; }
  Result<Savepoint> Take(const std::string& dir) {
    CheckpointStore store(*env_, dir);
    EXPECT_TRUE(store.Lock().ok());
    return TakeSavepoint(*env_, store, dir);
  }
  Result<JobRecord> RestoreInto(const std::string& dir, const Savepoint& savepoint) {
    CheckpointStore store(*env_, dir);
    EXPECT_TRUE(store.Lock().ok());
    auto record = Restore(store, savepoint, 3, env_->Random());
    EXPECT_TRUE(!record || store.LoadManifest(record->latest).has_value());
    return record;
  }

  FaultyEnv disk_;
};

TEST_F(SavepointTest, IsTheSameWhenItIsTakenTwice) {
  RunAndStop();
  const auto first = Take(Dir());
  ASSERT_TRUE(first.has_value()) << first.error().ToString();
  EXPECT_EQ(Take(Dir())->path, first->path);
  const auto read = ReadSavepoint(*env_, Dir(), std::to_string(first->record.latest.id));
  ASSERT_TRUE(read.has_value()) << read.error().ToString();
  EXPECT_EQ(read->record, first->record);
  EXPECT_EQ(read->body, first->body);
}

TEST_F(SavepointTest, NumbersThatWereUsedSinceStayUsed) {
  RunAndStop();
  const Savepoint savepoint = *Take(Dir());
  RunAndStop();
  const JobRecord later = Take(Dir())->record;
  ASSERT_GT(later.latest.id, savepoint.record.latest.id);
  const auto restored = RestoreInto(Dir(), savepoint);
  ASSERT_TRUE(restored.has_value()) << restored.error().ToString();
  EXPECT_EQ(restored->latest.id, later.latest.id);
  EXPECT_EQ(restored->confirmed.id, later.latest.id);
  EXPECT_EQ(restored->run, later.run);
  EXPECT_GT(restored->version, later.version);
  EXPECT_THAT(restored->latest.name,
              testing::EndsWith(fmt::format("-restored-{}", savepoint.record.latest.id)));
}

TEST_F(SavepointTest, GoesIntoAnEmptyDirectoryAndNotIntoThatOfAnotherJob) {
  RunAndStop();
  const Savepoint savepoint = *Take(Dir());
  const auto restored = RestoreInto(Dir("elsewhere"), savepoint);
  ASSERT_TRUE(restored.has_value()) << restored.error().ToString();
  EXPECT_EQ(restored->job_id, savepoint.record.job_id);
  // What the job does elsewhere behind the savepoint has other names.
  EXPECT_GT(restored->run, savepoint.record.run + (uint64_t{1} << 29U));
  EXPECT_NE(restored->run, RestoreInto(Dir("third"), savepoint)->run);
  EXPECT_EQ(restored->latest.id, savepoint.record.latest.id);
  Savepoint other = savepoint;
  other.record.job_id = "another";
  EXPECT_EQ(RestoreInto(Dir(), other).error().code(), Code::kInvalidConfig);
}

// The numbers that a restore made for itself are known to the next one.
TEST_F(SavepointTest, ARestoreThatIsCutKeepsItsDistanceInRuns) {
  RunAndStop();
  const Savepoint savepoint = *Take(Dir());
  disk_.good_writes = 3;  // the first record: written, renamed, its directory synced
  disk_.failing_writes = 1;
  EXPECT_EQ(RestoreInto(Dir("elsewhere"), savepoint).error().code(), Code::kUnavailable);
  EXPECT_EQ(disk_.failing_writes, 0);
  const auto restored = RestoreInto(Dir("elsewhere"), savepoint);
  ASSERT_TRUE(restored.has_value()) << restored.error().ToString();
  EXPECT_GT(restored->run, savepoint.record.run + (uint64_t{1} << 29U));
}

TEST_F(SavepointTest, WorkThatWasPublishedSinceAndNotCommittedIsLookedFor) {
  RunAndStop();
  const Savepoint savepoint = *Take(Dir());
  CheckpointStore store(*env_, Dir());
  const JobRecord before = store.Load()->record;
  JobRecord published = before;
  published.version += 1;
  published.latest = {before.latest.id + 1, "published", Hash64(savepoint.body)};
  ASSERT_TRUE(store.Replace({0, before, published, savepoint.body}).ok());
  const auto restored = RestoreInto(Dir(), savepoint);
  ASSERT_TRUE(restored.has_value()) << restored.error().ToString();
  EXPECT_EQ(restored->latest.id, before.latest.id + 1);
  EXPECT_EQ(restored->confirmed.id, before.latest.id);
}

TEST_F(SavepointTest, ACrashDoesNotTakeTheJobBackOnceMore) {
  RunAndStop();
  const Savepoint savepoint = *Take(Dir());
  numbers_.growing = true;
  restore_ = savepoint.path;
  RunAndCrash();
  const JobRecord crashed = Stored(Dir());
  ASSERT_GT(crashed.confirmed.id, savepoint.record.latest.id);
  RunAndStop();
  EXPECT_FALSE(RowsCameTwice());
  // It was stopped with a last checkpoint: now the command goes back again.
  EXPECT_EQ(Stored(Dir()).restored, 0U);
  RunAndStopOnce([&](const JobRunner& /*runner*/) { return RowsCameTwice(); });
}

// Asked for while -r starts: the job was stopped before it read anything.
TEST_F(SavepointTest, TheOneThatAJobWentBackToCanBeTakenAgain) {
  RunAndStop();
  const Savepoint savepoint = *Take(Dir());
  ASSERT_TRUE(RestoreInto(Dir("elsewhere"), savepoint).has_value());
  const auto again = Take(Dir("elsewhere"));
  ASSERT_TRUE(again.has_value()) << again.error().ToString();
  EXPECT_EQ(again->body, savepoint.body);
  EXPECT_TRUE(RestoreInto(Dir("third"), *again).has_value());
}

TEST_F(SavepointTest, ThereIsNoneOfTargetsThatAreBeingHealed) {
  RunAndStop();
  CheckpointStore store(*env_, Dir());
  ASSERT_TRUE(store.BeginHealing().ok());
  EXPECT_THAT(std::string(Take(Dir()).error().message()), HasSubstr("are being healed"));
  ASSERT_TRUE(store.EndHealing().ok());
  EXPECT_TRUE(Take(Dir()).has_value());
}

TEST_F(SavepointTest, TheDirectoryIsOfTheSavepointsJobAgain) {
  RunAndStop();
  const Savepoint savepoint = *Take(Dir());
  {
    CheckpointStore store(*env_, Dir());
    ASSERT_TRUE(store.Lock().ok());
    const JobRecord before = store.Load()->record;
    JobRecord other = before;
    other.version += 1;
    other.identity = "another target";
    ASSERT_TRUE(store.Replace({0, before, other, std::nullopt}).ok());
  }
  const auto restored = RestoreInto(Dir(), savepoint);
  ASSERT_TRUE(restored.has_value()) << restored.error().ToString();
  EXPECT_EQ(restored->identity, savepoint.record.identity);
}

TEST_F(SavepointTest, WhatCannotBeSavedOrReadIsToldWithTheRemedy) {
  EXPECT_THAT(std::string(Take(Dir()).error().message()), HasSubstr("there is no job"));
  RunAndStop();
  const Savepoint savepoint = *Take(Dir());
  EXPECT_THAT(std::string(ReadSavepoint(*env_, Dir(), "77").error().message()),
              HasSubstr(fmt::format("there are: {}", savepoint.record.latest.id)));
  std::ofstream(savepoint.path + "/checkpoint", std::ios::app) << "x";
  EXPECT_EQ(ReadSavepoint(*env_, Dir(), savepoint.path).error().code(), Code::kCorruption);
  numbers_.endless = false;
  ASSERT_EQ(Make(1)->Run().outcome, Outcome::kFinished);
  EXPECT_THAT(std::string(Take(Dir()).error().message()), HasSubstr("has finished"));
}

}  // namespace
}  // namespace sluice
