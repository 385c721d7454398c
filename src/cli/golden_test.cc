// SPDX-License-Identifier: Apache-2.0
// What check and explain print for the job files of testdata, word for word. With
// SLUICE_WRITE_GOLDEN set, the expectations are written anew instead.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "cli/world_for_tests.h"

namespace sluice::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kTestdata = std::string(SLUICE_SOURCE_DIR) + "/src/cli/testdata/";

// Without the folder that this checkout happens to be in.
std::string WithoutFolder(std::string text) {
  for (size_t at = 0; (at = text.find(kTestdata, at)) != std::string::npos;) {
    text.erase(at, kTestdata.size());
  }
  return text;
}

std::vector<std::string> JobFiles(const std::string& verb) {
  std::vector<std::string> files;
  const auto names = Env::Default().List(kTestdata + verb);
  for (const std::string& name : names.value_or(std::vector<std::string>())) {
    if (!name.ends_with(".txt")) files.push_back(verb + "/" + name);
  }
  return files;
}

std::vector<std::string> AllJobFiles() {
  std::vector<std::string> files = JobFiles("check");
  for (std::string& file : JobFiles("explain")) files.push_back(std::move(file));
  return files;
}

class Golden : public testing::TestWithParam<std::string> {
 protected:
  static Printed Run() {
    const std::string verb = GetParam().substr(0, GetParam().find('/'));
    return RunCommand({verb, kTestdata + GetParam()});
  }
};

TEST_P(Golden, PrintsWordForWord) {
  const Printed printed = Run();
  const std::string text =
      WithoutFolder(printed.out + printed.err) + "exit code " + std::to_string(printed.code) + "\n";
  const std::string path = kTestdata + GetParam() + ".txt";
  if (std::getenv("SLUICE_WRITE_GOLDEN") != nullptr) {
    ASSERT_TRUE(Env::Default().WriteFile(path, text).ok());
  }
  const auto expected = Env::Default().ReadFile(path);
  ASSERT_TRUE(expected.has_value()) << expected.error().ToString();
  EXPECT_EQ(text, *expected);
}

// Every password of the test files is one of these words.
TEST_P(Golden, PrintsNoSecret) {
  const Printed printed = Run();
  for (const char* secret : {"hunter2", "s3cret-word", "xxxxxx\"", "aHVudGVyMg"}) {
    EXPECT_THAT(printed.out + printed.err, Not(HasSubstr(secret)));
  }
}

std::string TestName(const testing::TestParamInfo<std::string>& file) {
  std::string name = file.param;
  for (char& c : name) c = c == '.' || c == '/' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, Golden, testing::ValuesIn(AllJobFiles()), TestName);

TEST(Golden, ThereAreFilesForEveryKindOfMistake) {
  EXPECT_GE(JobFiles("check").size(), 14U);
  EXPECT_GE(JobFiles("explain").size(), 1U);
}

// The job file of the first users, byte for byte, with its blanks as they came.
TEST(Check, AcceptsTheFirstUsersFileUnchanged) {
  const Printed printed = RunCommand({"check", kTestdata + "check/production.conf"});
  EXPECT_EQ(printed.code, kExitOk);
  EXPECT_EQ(printed.err, "");
  EXPECT_THAT(printed.out, HasSubstr("option 'debezium.snapshot.mode' is ignored: "));
  EXPECT_THAT(printed.out, HasSubstr("transform 'TableRename' names the input 'cdc' but takes the "
                                     "rows of source 'MySQL-CDC', the only step before it"));
}

TEST(Check, TellsAMissingFile) {
  const Printed printed = RunCommand({"check", "/nowhere/job.conf"});
  EXPECT_EQ(printed.code, kExitFailed);
  EXPECT_THAT(printed.err, HasSubstr("/nowhere/job.conf: No such file or directory"));
}

TEST(Explain, RefusesWhatCheckRefuses) {
  const Printed printed = RunCommand({"explain", kTestdata + "check/several_mistakes.conf"});
  const Printed checked = RunCommand({"check", kTestdata + "check/several_mistakes.conf"});
  EXPECT_EQ(printed.code, kExitFailed);
  EXPECT_EQ(printed.err, checked.err);
  EXPECT_EQ(printed.out, "");
}

}  // namespace
}  // namespace sluice::cli
