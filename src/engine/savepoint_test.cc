// SPDX-License-Identifier: Apache-2.0
#include "engine/savepoint.h"

#include <fstream>
#include <thread>

#include "engine/memory_ends_for_tests.h"

namespace sluice {
namespace {

using testing::HasSubstr;

class SavepointTest : public MemoryEndsTest {
 protected:
  SavepointTest() { numbers_.endless = true; }

  // Until every row is committed, and then stopped.
  void RunAndStop() {
    auto runner = Make(1);
    JobSummary summary;
    std::thread running([&] { summary = runner->Run(); });
    while (runner->progress().rows_committed < 1000) std::this_thread::yield();
    runner->RequestStop();
    running.join();
    ASSERT_EQ(summary.outcome, Outcome::kStopped) << summary.status.ToString();
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
  EXPECT_EQ(restored->confirmed, restored->latest);
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
