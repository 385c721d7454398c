// SPDX-License-Identifier: Apache-2.0
#include "base/env.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/lock_owner.h"

namespace sluice {
namespace {

class EnvTest : public testing::Test {
 protected:
  EnvTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sluice-env-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
  }
  ~EnvTest() override { std::filesystem::remove_all(dir_); }

  std::string Path(std::string_view name) const { return dir_ + "/" + std::string(name); }
  std::string Read(std::string_view name) const {
    auto bytes = env_.ReadFile(Path(name));
    return bytes ? *bytes : bytes.error().ToString();
  }

  Env& env_ = Env::Default();
  std::string dir_;
};

TEST_F(EnvTest, AFileIsReplacedByRename) {
  const std::string binary("one\0\xff\n", 6);
  ASSERT_TRUE(env_.WriteFile(Path("current"), binary).ok());
  EXPECT_EQ(Read("current"), binary);
  ASSERT_TRUE(env_.WriteFile(Path("next"), std::string(200000, 'n')).ok());
  ASSERT_TRUE(env_.Rename(Path("next"), Path("current")).ok());
  ASSERT_TRUE(env_.SyncDir(dir_).ok());
  EXPECT_EQ(Read("current"), std::string(200000, 'n'));
  EXPECT_FALSE(env_.Exists(Path("next")));
  ASSERT_TRUE(env_.WriteFile(Path("current"), "short").ok());
  EXPECT_EQ(Read("current"), "short");
}

TEST_F(EnvTest, AnAbsentFileIsNotFound) {
  const auto bytes = env_.ReadFile(Path("absent"));
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().code(), Code::kNotFound);
  EXPECT_NE(bytes.error().message().find("absent"), std::string_view::npos);
  EXPECT_EQ(env_.Rename(Path("absent"), Path("x")).code(), Code::kNotFound);
  EXPECT_TRUE(env_.RemoveFile(Path("absent")).ok());
  EXPECT_FALSE(env_.List(Path("absent")).has_value());
}

TEST_F(EnvTest, AppendingContinuesAFile) {
  {
    auto file = env_.OpenForAppend(Path("log"));
    ASSERT_TRUE(file.has_value());
    ASSERT_TRUE((*file)->Append("one ").ok());
    ASSERT_TRUE((*file)->Sync().ok());
  }
  auto file = env_.OpenForAppend(Path("log"));
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE((*file)->Append("two").ok());
  EXPECT_EQ(Read("log"), "one two");
}

TEST_F(EnvTest, FoldersAreMadeListedAndCleaned) {
  ASSERT_TRUE(env_.MakeDirs(Path("a/b")).ok());
  ASSERT_TRUE(env_.MakeDirs(Path("a/b")).ok());
  ASSERT_TRUE(env_.WriteFile(Path("a/z"), "").ok());
  ASSERT_TRUE(env_.WriteFile(Path("a/c"), "").ok());
  EXPECT_EQ(env_.List(Path("a")), (std::vector<std::string>{"b", "c", "z"}));
  ASSERT_TRUE(env_.RemoveFile(Path("a/c")).ok());
  EXPECT_EQ(env_.List(Path("a")), (std::vector<std::string>{"b", "z"}));
  EXPECT_EQ(env_.MakeDirs(Path("a/z/below")).code(), Code::kUnavailable);
}

TEST_F(EnvTest, AFileIsReadAtAnyPlace) {
  ASSERT_TRUE(env_.WriteFile(Path("file"), "0123456789").ok());
  auto file = env_.OpenForRead(Path("file"));
  ASSERT_TRUE(file.has_value());
  char bytes[4];
  EXPECT_EQ(*(*file)->ReadAt(3, bytes), 4U);
  EXPECT_EQ(std::string_view(bytes, 4), "3456");
  EXPECT_EQ(*(*file)->ReadAt(8, bytes), 2U);
  EXPECT_EQ(std::string_view(bytes, 2), "89");
  EXPECT_EQ(*(*file)->ReadAt(10, bytes), 0U);
  EXPECT_EQ(env_.OpenForRead(Path("absent")).error().code(), Code::kNotFound);
}

TEST_F(EnvTest, FactsAreThoseOfTheFileSystem) {
  ASSERT_TRUE(env_.WriteFile(Path("file"), "0123456789").ok());
  const auto file = env_.Stat(Path("file"));
  const auto folder = env_.Stat(dir_);
  ASSERT_TRUE(file.has_value() && folder.has_value());
  EXPECT_EQ(file->size, 10U);
  EXPECT_FALSE(file->is_folder);
  EXPECT_TRUE(folder->is_folder);
  EXPECT_EQ(file->device, folder->device);
  EXPECT_NE(env_.Stat("/proc")->device, folder->device);
  EXPECT_LE(file->modified_micros, env_.WallMicros() + 1'000'000);
  EXPECT_GT(file->modified_micros, env_.WallMicros() - 600'000'000);
  EXPECT_EQ(env_.Stat(Path("absent")).error().code(), Code::kNotFound);
}

TEST_F(EnvTest, ATreeIsRemovedWhole) {
  ASSERT_TRUE(env_.MakeDirs(Path("a/b")).ok());
  ASSERT_TRUE(env_.WriteFile(Path("a/b/file"), "x").ok());
  ASSERT_TRUE(env_.RemoveTree(Path("a")).ok());
  EXPECT_FALSE(env_.Exists(Path("a")));
  EXPECT_TRUE(env_.RemoveTree(Path("a")).ok());
}

// A process that holds the lock until its input closes.
class Holder {
 public:
  explicit Holder(const std::string& path) {
    int ready[2];
    int hold[2];
    if (::pipe(ready) != 0 || ::pipe(hold) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(hold[1]);
      const auto lock = Env::Default().Lock(path);
      char byte = lock.has_value() ? 'y' : 'n';
      if (::write(ready[1], &byte, 1) == 1 && ::read(hold[0], &byte, 1) < 0) ::_exit(1);
      ::_exit(0);
    }
    char byte = 'n';
    holds_ = ::read(ready[0], &byte, 1) == 1 && byte == 'y';
    for (const int fd : {ready[0], ready[1], hold[0]}) ::close(fd);
    release_ = hold[1];
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() { End(); }

  void End() {
    if (release_ < 0) return;
    ::close(release_);
    release_ = -1;
    ::waitpid(pid_, nullptr, 0);
  }
  bool holds() const { return holds_; }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int release_ = -1;
  bool holds_ = false;
};

TEST_F(EnvTest, ALockIsHeldByOneProcessAndNamesIt) {
  Holder holder(Path("lock"));
  ASSERT_TRUE(holder.holds());
  const auto refused = env_.Lock(Path("lock"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), Code::kFenced);
  EXPECT_NE(refused.error().message().find(std::to_string(holder.pid())), std::string_view::npos)
      << refused.error().message();
  EXPECT_EQ(LockOwner(Path("lock")), holder.pid());
  holder.End();
  EXPECT_TRUE(env_.Lock(Path("lock")).has_value());
}

// A file that cannot be opened, or that names a process which does not have it open.
TEST_F(EnvTest, NobodyIsTakenForTheHolderOfALock) {
  ASSERT_TRUE(env_.MakeDirs(Path("folder")).ok());
  EXPECT_EQ(env_.Lock(Path("folder")).error().code(), Code::kUnavailable);
  ASSERT_TRUE(env_.WriteFile(Path("lock"), std::to_string(::getpid())).ok());
  EXPECT_EQ(LockOwner(Path("lock")), 0);
  EXPECT_EQ(LockOwner(Path("none")), 0);
}

TEST_F(EnvTest, ALockIsReleasedWithItsObject) {
  auto lock = env_.Lock(Path("lock"));
  ASSERT_TRUE(lock.has_value());
  EXPECT_FALSE(env_.Lock(Path("lock")).has_value());
  lock->reset();
  EXPECT_TRUE(env_.Lock(Path("lock")).has_value());
}

TEST_F(EnvTest, ClocksGoForwardAndNumbersDiffer) {
  const TimePoint start = env_.Now();
  env_.Sleep(std::chrono::milliseconds(2));
  EXPECT_GE(env_.Now() - start, std::chrono::milliseconds(2));
  EXPECT_GT(env_.WallMicros(), 1'600'000'000'000'000);
  EXPECT_NE(env_.Random(), env_.Random());
}

}  // namespace
}  // namespace sluice
