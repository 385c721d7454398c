// SPDX-License-Identifier: Apache-2.0
#include "cli/args.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/commands.h"
#include "cli/world_for_tests.h"

namespace sluice::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(Args, RunTakesEveryOption) {
  const auto command = ParseArgs({"run", "-c", "a.conf", "-i", "k=v,l=[1,2]", "-i", "m=a=b", "-n",
                                  "mine", "--state", "/s", "--fresh"});
  const auto& run = std::get<RunArgs>(command);
  EXPECT_EQ(run.job.config, "a.conf");
  EXPECT_EQ(run.job.name, "mine");
  EXPECT_EQ(run.state_dir, "/s");
  EXPECT_TRUE(run.fresh);
  EXPECT_THAT(run.job.variables, ElementsAre(Pair("k", "v"), Pair("l", "[1,2]"), Pair("m", "a=b")));
}

TEST(Args, HealingIsOneOfThreeWaysToBegin) {
  EXPECT_TRUE(std::get<RunArgs>(ParseArgs({"run", "a.conf", "--heal"})).heal);
  for (const auto& other : {std::vector<std::string>{"--fresh"}, {"-r", "7"}}) {
    std::vector<std::string> args = {"run", "a.conf", "--heal"};
    args.insert(args.end(), other.begin(), other.end());
    EXPECT_TRUE(std::holds_alternative<Usage>(ParseArgs(args)));
  }
}

TEST(Args, OnceIsOfAJobThatGoesOn) {
  EXPECT_TRUE(std::get<RunArgs>(ParseArgs({"run", "a.conf", "--once"})).once);
  for (const auto& other : {std::vector<std::string>{"--fresh"}, {"--heal"}, {"-r", "7"}}) {
    std::vector<std::string> args = {"run", "a.conf", "--once"};
    args.insert(args.end(), other.begin(), other.end());
    EXPECT_TRUE(std::holds_alternative<Usage>(ParseArgs(args)));
  }
}

TEST(Args, TheJobFileNeedsNoDashC) {
  EXPECT_EQ(std::get<RunArgs>(ParseArgs({"run", "a.conf"})).job.config, "a.conf");
  EXPECT_EQ(std::get<CheckArgs>(ParseArgs({"check", "a.conf", "-i", "k=v"})).job.config, "a.conf");
  EXPECT_EQ(std::get<ExplainArgs>(ParseArgs({"explain", "-i", "k=v", "a.conf"})).job.config,
            "a.conf");
  EXPECT_EQ(std::get<CheckArgs>(ParseArgs({"check", "--config", "a.conf", "--variable", "k=v"}))
                .job.variables.at("k"),
            "v");
}

TEST(Args, OtherCommands) {
  EXPECT_EQ(std::get<PluginsArgs>(ParseArgs({"plugins", "console"})).name, "console");
  EXPECT_TRUE(std::get<PluginsArgs>(ParseArgs({"plugins", "--json"})).json);
  const auto dump = std::get<DumpArgs>(ParseArgs({"dump", "binlog", "/f"}));
  EXPECT_EQ(dump.format + " " + dump.path, "binlog /f");
  EXPECT_TRUE(std::holds_alternative<VersionArgs>(ParseArgs({"version"})));
  EXPECT_TRUE(std::holds_alternative<VersionArgs>(ParseArgs({"--version"})));
}

// SeaTunnel's code for arguments that cannot be read and for help.
TEST(Args, HelpGoesToStandardOutputWithCode234) {
  for (const char* verb : {"run", "check", "explain", "plugins", "dump"}) {
    const Printed printed = RunCommand({verb, "--help"});
    EXPECT_EQ(printed.code, 234);
    EXPECT_EQ(printed.err, "");
    EXPECT_THAT(printed.out, HasSubstr(std::string("Usage: sluice ") + verb));
    EXPECT_THAT(printed.out, HasSubstr("Example"));
    EXPECT_THAT(printed.out, HasSubstr(std::string("  sluice ") + verb + " "));
    EXPECT_THAT(printed.out, HasSubstr("Exit codes: 0 "));
  }
  for (const Printed& printed : {RunCommand({}), RunCommand({"-h"}), RunCommand({"--help"})}) {
    EXPECT_EQ(printed.code, 234);
    EXPECT_THAT(printed.out, HasSubstr("Usage: sluice COMMAND"));
    for (const char* code : {"    0  ", "    1  ", "  130  ", "  234  "}) {
      EXPECT_THAT(printed.out, HasSubstr(code));
    }
  }
}

TEST(Args, MistakesGoToStandardErrorWithTheNearestRightWord) {
  const auto complaint = [](const std::vector<std::string>& args) {
    const Printed printed = RunCommand(args);
    EXPECT_EQ(printed.code, 234);
    EXPECT_EQ(printed.out, "");
    return printed.err;
  };
  EXPECT_THAT(complaint({"chekc", "a.conf"}),
              HasSubstr("there is no command 'chekc'; did you mean 'check'?"));
  EXPECT_THAT(complaint({"run", "a.conf", "--fesh"}), HasSubstr("did you mean '--fresh'?"));
  EXPECT_THAT(complaint({"run"}), HasSubstr("--config is required"));
  EXPECT_THAT(complaint({"--verbose"}), HasSubstr("'--verbose' is no option"));
  EXPECT_THAT(complaint({"dump", "binlog"}), HasSubstr("path is required"));
  EXPECT_THAT(complaint({"run", "a.conf", "-i", "table_name=t"}),
              HasSubstr("-i table_name: System placeholders cannot be used"));
}

TEST(Version, IsPrinted) {
  const Printed printed = RunCommand({"version"});
  EXPECT_EQ(printed.code, 0);
  EXPECT_THAT(printed.out, testing::MatchesRegex("sluice [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(Dump, RefusesAnUnknownFormatWithTheKnownOnes) {
  const Printed printed = RunCommand({"dump", "tape", "/nowhere"});
  EXPECT_EQ(printed.code, kExitFailed);
  EXPECT_THAT(printed.err, HasSubstr("'tape' cannot be shown; known are: checkpoint"));
}

TEST(Dump, TellsAMissingFile) {
  const Printed printed = RunCommand({"dump", "checkpoint", "/nowhere"});
  EXPECT_EQ(printed.code, kExitFailed);
  EXPECT_THAT(printed.err, HasSubstr("while showing checkpoint /nowhere"));
}

}  // namespace
}  // namespace sluice::cli
