// SPDX-License-Identifier: Apache-2.0
#include "engine/checkpoint_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/checksum.h"

namespace sluice {
namespace {

using testing::ElementsAre;

class CheckpointStoreTest : public testing::Test {
 protected:
  CheckpointStoreTest() {
    record_.version = 1;
    record_.job_id = "job";
  }
  ~CheckpointStoreTest() override { std::filesystem::remove_all(dir_); }

  static std::string NewDir() {
    std::string pattern = testing::TempDir() + "/store-XXXXXX";
    return mkdtemp(pattern.data());
  }
  std::vector<std::string> Files() { return *env_.List(dir_); }
  void Write(const std::string& name, std::string_view bytes) {
    ASSERT_TRUE(env_.WriteFile(dir_ + "/" + name, bytes).ok());
  }
  std::string Read(const std::string& name) { return *env_.ReadFile(dir_ + "/" + name); }

  static Manifest Body(CheckpointId id) {
    Manifest manifest;
    manifest.id = id;
    manifest.run = 1;
    manifest.enumerator = "state of " + std::to_string(id);
    return manifest;
  }
  static BodyRef Ref(CheckpointId id) {
    return {id, "checkpoint-" + std::to_string(id) + "-run-1", Hash64(EncodeManifest(Body(id)))};
  }
  // Publishes `id` on top of record_ with `confirmed` and `previous`.
  void Publish(CheckpointId id, const BodyRef& confirmed = {}, const BodyRef& previous = {}) {
    JobRecord next = record_;
    next.version += 1;
    next.latest = Ref(id);
    next.confirmed = confirmed;
    next.previous = previous;
    ASSERT_TRUE(store_.Replace({1, record_, next, EncodeManifest(Body(id))}).ok());
    record_ = next;
  }

  Env& env_ = Env::Default();
  const std::string dir_ = NewDir();
  CheckpointStore store_{env_, dir_};
  JobRecord record_;
};

TEST_F(CheckpointStoreTest, AnEmptyDirectoryHoldsNoJob) {
  EXPECT_EQ(store_.Load().error().code(), Code::kNotFound);
}

TEST_F(CheckpointStoreTest, APublishedCheckpointIsReadBack) {
  ASSERT_TRUE(store_.Create(record_).ok());
  Publish(1);
  EXPECT_EQ(store_.Load()->record, record_);
  EXPECT_EQ(*store_.LoadManifest(record_.latest), Body(1));
}

TEST_F(CheckpointStoreTest, OnlyTheExpectedRecordIsReplaced) {
  ASSERT_TRUE(store_.Create(record_).ok());
  const JobRecord old = record_;
  Publish(1);
  const std::vector<std::string> before = Files();
  const auto fenced = [&](const JobRecord& expected) {
    JobRecord next = expected;
    next.version = record_.version + 1;
    next.latest = Ref(2);
    const Status status = store_.Replace({2, expected, next, EncodeManifest(Body(2))});
    EXPECT_EQ(Files(), before) << "a refused replacement left something";
    return status.code() == Code::kFenced;
  };
  JobRecord other_run = record_;
  other_run.run += 1;
  JobRecord other_term = record_;
  other_term.term += 1;
  JobRecord other_latest = record_;
  other_latest.latest = Ref(9);
  EXPECT_TRUE(fenced(old));
  EXPECT_TRUE(fenced(other_run));
  EXPECT_TRUE(fenced(other_term));
  EXPECT_TRUE(fenced(other_latest));
  EXPECT_EQ(store_.Load()->record, record_);
}

TEST_F(CheckpointStoreTest, ATornRecordGivesTheOneBeforeAndIsCounted) {
  ASSERT_TRUE(store_.Create(record_).ok());
  Publish(1);
  const JobRecord before = record_;
  Publish(2);
  const std::string whole = Read("record-3");
  for (const std::string& torn : {std::string(), whole.substr(0, whole.size() - 1)}) {
    Write("record-3", torn);
    const auto loaded = store_.Load();
    EXPECT_EQ(loaded->record, before);
    EXPECT_EQ(loaded->torn, 1U);
  }
  Write("record-1", "");
  Write("record-2", "");
  EXPECT_EQ(store_.Load().error().code(), Code::kCorruption);
}

TEST_F(CheckpointStoreTest, VersionsCountAsNumbers) {
  for (const uint64_t version : {9U, 10U}) {
    record_.version = version;
    ASSERT_TRUE(store_.Create(record_).ok());
  }
  EXPECT_EQ(store_.Load()->record.version, 10U);
}

TEST_F(CheckpointStoreTest, ATornOrMissingBodyIsCorruption) {
  ASSERT_TRUE(store_.Create(record_).ok());
  Publish(1);
  const std::string whole = Read(record_.latest.name);
  Write(record_.latest.name, whole.substr(0, whole.size() / 2));
  EXPECT_EQ(store_.LoadManifest(record_.latest).error().code(), Code::kCorruption);
  // Whole, but not the body that was published.
  Write(record_.latest.name, EncodeManifest(Body(2)));
  EXPECT_EQ(store_.LoadManifest(record_.latest).error().code(), Code::kCorruption);
  std::filesystem::remove(dir_ + "/" + record_.latest.name);
  EXPECT_EQ(store_.LoadManifest(record_.latest).error().code(), Code::kCorruption);
}

TEST_F(CheckpointStoreTest, AWriteCutShortIsNotSeenAndGoesWithTheNextPrune) {
  ASSERT_TRUE(store_.Create(record_).ok());
  Publish(1);
  Write("record-9.tmp", "half");
  Write("checkpoint-9-run-1.tmp", "half");
  EXPECT_EQ(store_.Load()->record, record_);
  EXPECT_EQ(store_.Load()->torn, 0U);
  ASSERT_TRUE(store_.Prune(record_, 0).ok());
  EXPECT_THAT(Files(), ElementsAre("checkpoint-1-run-1", "record-1", "record-2"));
}

TEST_F(CheckpointStoreTest, PruneKeepsWhatTheRecordNeedsAndTheNewestOfTheRest) {
  ASSERT_TRUE(store_.Create(record_).ok());
  for (CheckpointId id = 1; id <= 6; ++id) Publish(id, Ref(4), Ref(3));
  // A body of another run that never was published, and one whose publication is on its way.
  Write("checkpoint-2-run-9", "");
  Write("checkpoint-7-run-1", "");
  ASSERT_TRUE(store_.Prune(record_, 1).ok());
  EXPECT_THAT(Files(), ElementsAre("checkpoint-2-run-9", "checkpoint-3-run-1", "checkpoint-4-run-1",
                                   "checkpoint-5-run-1", "checkpoint-6-run-1", "checkpoint-7-run-1",
                                   "record-6", "record-7"));
}

// 5 is published and not yet confirmed while 6 is the latest: it will be the confirmed one next.
TEST_F(CheckpointStoreTest, PruneKeepsWhatWillBeConfirmedNext) {
  ASSERT_TRUE(store_.Create(record_).ok());
  for (CheckpointId id = 4; id <= 6; ++id) Publish(id, Ref(4));
  ASSERT_TRUE(store_.Prune(record_, 0).ok());
  EXPECT_TRUE(store_.LoadManifest(Ref(5)).has_value());
}

// Whatever was confirmed since: a damaged record is left for the one before it, with its bodies.
TEST_F(CheckpointStoreTest, PruneKeepsWhatTheRecordBeforeNeeds) {
  ASSERT_TRUE(store_.Create(record_).ok());
  Publish(3);
  Publish(4, Ref(3));
  Publish(5, Ref(4), Ref(3));
  ASSERT_TRUE(store_.Prune(record_, 0).ok());
  Publish(6, Ref(5), Ref(5));
  ASSERT_TRUE(store_.Prune(record_, 0).ok());
  Write("record-" + std::to_string(record_.version), "damaged");
  const JobRecord before = store_.Load()->record;
  EXPECT_EQ(before.latest, Ref(5));
  EXPECT_TRUE(store_.LoadManifest(before.confirmed).has_value());
  EXPECT_TRUE(store_.LoadManifest(before.previous).has_value());
}

TEST_F(CheckpointStoreTest, ASecondHolderOfTheLockIsRefused) {
  ASSERT_TRUE(store_.Lock().ok());
  CheckpointStore second(env_, dir_);
  EXPECT_EQ(second.Lock().code(), Code::kFenced);
}

TEST_F(CheckpointStoreTest, RecordsSetAsideNoLongerCount) {
  ASSERT_TRUE(store_.Create(record_).ok());
  ASSERT_TRUE(store_.SetRecordsAside().ok());
  EXPECT_EQ(store_.Load().error().code(), Code::kNotFound);
}

}  // namespace
}  // namespace sluice
