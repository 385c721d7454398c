// SPDX-License-Identifier: Apache-2.0
// Every sink against every law, and every broken reference sink against the law that must find it.
#include <gtest/gtest.h>

#include "kit/sink_laws.h"
#include "kit/values/values_sink.h"

namespace sluice::kit {
namespace {

class Sinks : public testing::TestWithParam<std::tuple<SinkCase, SinkLaw>> {};

TEST_P(Sinks, Keep) {
  const auto& [sink, law] = GetParam();
  const auto fixture = sink.make();
  if (!fixture) GTEST_SKIP() << "no server was given: run ./dev kit";
  const Verdict verdict = Judge(law, *fixture);
  if (!verdict.skipped.empty()) GTEST_SKIP() << verdict.skipped;
  EXPECT_EQ(verdict.problem, "");
}

std::string NameOf(const testing::TestParamInfo<Sinks::ParamType>& param) {
  return std::get<0>(param.param).name + "_" + std::get<1>(param.param).name;
}

INSTANTIATE_TEST_SUITE_P(Kit, Sinks,
                         testing::Combine(testing::ValuesIn(SinkCases()),
                                          testing::ValuesIn(SinkLaws())),
                         NameOf);

struct Mutant {
  const char* law;
  ValuesSinkSetup setup;
};

const Mutant kMutants[] = {
    {"DeliversOverACrashAtEveryCall", {SinkBug::kLabelsWithoutRun}},
    {"DeliversOverACrashAtEveryCall", {SinkBug::kCommitsAgain, false}},
    {"DeliversOverACrashAtEveryCall", {SinkBug::kHidesCalls}},
    {"DeliversOverAFailureOfEveryCall", {SinkBug::kTrustsNoAnswer}},
    {"DeliversOverAFailureOfEveryCall", {SinkBug::kHidesCalls}},
    {"DeliversOverAFailureOfEveryCall", {SinkBug::kFailureIsFinal}},
    {"NothingShowsBeforeCommit", {SinkBug::kShowsEarly}},
    {"CommitTwiceIsOnce", {SinkBug::kCommitsAgain, false}},
    {"AbortLeavesNothing", {SinkBug::kForgetsSecondWriter}},
    {"AbortLeavesNothing", {SinkBug::kLostIsFine}},
    {"AbortLeavesNothing", {SinkBug::kLabelsWithoutRun}},
    {"OrphansOfOtherRunsAreLeftAlone", {SinkBug::kSweepsEveryRun}},
    {"LostWorkIsTold", {SinkBug::kLostIsFine}},
    {"WritesOnWhilePreparing", {SinkBug::kWaits}},
    {"WritesOnWhilePreparing", {SinkBug::kMixesCheckpoints}},
    {"EmptyCheckpointIsCheap", {SinkBug::kEmptyCalls}},
    {"FollowsAChangeOfSchema", {SinkBug::kAltersAgain}},
    {"FollowsAChangeOfSchema", {SinkBug::kKeepsOldTables}},
    {"FollowsAChangeOfSchema", {SinkBug::kLosesNewValues}},
    {"ChangesApplyByKey", {SinkBug::kKeepsDeleted}},
    {"ReplayConvergesTellsTheTruth", {SinkBug::kClaimsConvergence, false}},
    {"ScanGivesBackWhatIsThere", {SinkBug::kScansInPart}},
    {"BadRowIsNamed", {SinkBug::kBadRowUnnamed}},
    {"SinkRefusalsKeepTheSecret", {SinkBug::kTellsSecret}},
};

TEST(SinkLaws, EachFindsTheSinkThatBreaksIt) {
  for (const SinkLaw& law : SinkLaws()) {
    int mutants = 0;
    for (const Mutant& mutant : kMutants) {
      if (law.name != mutant.law) continue;
      ++mutants;
      const Verdict verdict = Judge(law, *MakeValuesSinkFixture(mutant.setup));
      EXPECT_NE(verdict.problem, "")
          << law.name << " takes bug " << static_cast<int>(mutant.setup.bug);
      RecordProperty(law.name + std::to_string(mutants), verdict.problem);
    }
    EXPECT_GT(mutants, 0) << "nothing shows that " << law.name << " can fail";
  }
}

}  // namespace
}  // namespace sluice::kit
