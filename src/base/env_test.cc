// SPDX-License-Identifier: Apache-2.0
#include "base/env.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

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
  EXPECT_EQ(refused.error().code(), Code::kUnavailable);
  EXPECT_NE(refused.error().message().find(std::to_string(holder.pid())), std::string_view::npos)
      << refused.error().message();
  holder.End();
  EXPECT_TRUE(env_.Lock(Path("lock")).has_value());
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
