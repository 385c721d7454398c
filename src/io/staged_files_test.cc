// SPDX-License-Identifier: Apache-2.0
#include "io/staged_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace sluice {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class StagedFilesTest : public testing::Test {
 protected:
  StagedFilesTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sluice-files-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    work_ = {.table = "t",
             .from = folder_ + "/aside/" + TransactionId("job", {1, 0, 7}),
             .to = folder_ + "/target",
             .files = {"a", "day=1/b"}};
  }
  ~StagedFilesTest() override { std::filesystem::remove_all(folder_); }

  void Stage(const std::string& file) {
    const std::string path = work_.from + "/" + file;
    ASSERT_TRUE(env_.MakeDirs(path.substr(0, path.rfind('/'))).ok());
    ASSERT_TRUE(env_.WriteFile(path, "rows of " + file).ok());
  }
  std::string Visible(const std::string& file) {
    return env_.ReadFile(work_.to + "/" + file).value_or("");
  }

  Env& env_ = Env::Default();
  std::string folder_;
  PreparedFiles work_;
};

TEST_F(StagedFilesTest, TwiceIsOnce) {
  for (const std::string& file : work_.files) Stage(file);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(CommitFiles(env_, work_).ok());
    EXPECT_EQ(Visible("a"), "rows of a");
    EXPECT_EQ(Visible("day=1/b"), "rows of day=1/b");
    EXPECT_FALSE(env_.Exists(work_.from));
  }
}

TEST_F(StagedFilesTest, ACommitThatWasCutGoesOn) {
  for (const std::string& file : work_.files) Stage(file);
  // As a process leaves it that dies between the renames.
  ASSERT_TRUE(env_.MakeDirs(work_.to).ok());
  ASSERT_TRUE(env_.Rename(work_.from + "/a", work_.to + "/a").ok());
  ASSERT_TRUE(CommitFiles(env_, work_).ok());
  EXPECT_EQ(Visible("day=1/b"), "rows of day=1/b");
}

TEST_F(StagedFilesTest, WhatIsNowhereIsLostAndTheOthersAreThere) {
  Stage("a");
  const Status status = CommitFiles(env_, work_);
  EXPECT_EQ(status.code(), Code::kCommitLost);
  EXPECT_THAT(std::string(status.message()), HasSubstr("target/day=1/b"));
  EXPECT_EQ(Visible("a"), "rows of a");
}

TEST_F(StagedFilesTest, OnlyOrphansOfTheRangeGo) {
  const TransactionParts all[] = {{1, 0, 7}, {1, 1, 8}, {1, 2, 7}, {2, 0, 7}, {1, 0, 9}, {1, 0, 6}};
  for (const TransactionParts& parts : all) {
    ASSERT_TRUE(env_.MakeDirs(folder_ + "/aside/" + TransactionId("job", parts)).ok());
  }
  ASSERT_TRUE(env_.MakeDirs(folder_ + "/aside/" + TransactionId("other", {1, 0, 7})).ok());
  ASSERT_TRUE(AbortFiles(env_, folder_ + "/aside", "job", {1, 7, 8, 2}).ok());
  EXPECT_THAT(
      *env_.List(folder_ + "/aside"),
      ElementsAre("T_job_1_0_6", "T_job_1_0_9", "T_job_1_2_7", "T_job_2_0_7", "T_other_1_0_7"));
  EXPECT_TRUE(AbortFiles(env_, folder_ + "/nowhere", "job", {1, 7, 8, 2}).ok());
}

TEST(StagedFiles, WorkComesBackAndNothingIsEmpty) {
  const std::vector<PreparedFiles> work = {{"t", "from", "to", {"a", "b"}}, {"u", "f", "t", {}}};
  const auto back = DecodeFiles(EncodeFiles(work));
  ASSERT_TRUE(back);
  EXPECT_THAT(*back, ElementsAre(work[0]));
  EXPECT_THAT(EncodeFiles({work[1]}), IsEmpty());
  const Prepared whole = EncodeFiles(work);
  for (size_t size = 1; size < whole.size(); ++size) {
    EXPECT_EQ(DecodeFiles(whole.substr(0, size)).error().code(), Code::kCorruption) << size;
  }
}

TEST(StagedFiles, NamesSayWhoseATransactionIs) {
  const TransactionParts parts{12, 3, 456};
  EXPECT_EQ(TransactionId("ab_1", parts), "T_ab_1_12_3_456");
  EXPECT_EQ(ParseTransactionId("ab_1", "T_ab_1_12_3_456"), parts);
  for (const char* name :
       {"T_ab_12_3_456", "T_ab_1_12_3", "T_ab_1_12_3_456x", "T_ab_1_x_3_456", "a"}) {
    EXPECT_FALSE(ParseTransactionId("ab_1", name)) << name;
  }
}

}  // namespace
}  // namespace sluice
