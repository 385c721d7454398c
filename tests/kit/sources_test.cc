// SPDX-License-Identifier: Apache-2.0
// Every source against every law, and every broken reference source against the law that must find
// it.
#include <gtest/gtest.h>

#include <set>

#include "kit/source_laws.h"
#include "kit/values/values_fixture.h"

namespace sluice::kit {
namespace {

class Sources : public testing::TestWithParam<std::tuple<SourceCase, SourceLaw>> {};

TEST_P(Sources, Keep) {
  const auto& [source, law] = GetParam();
  const auto fixture = source.make();
  if (!fixture) GTEST_SKIP() << "no server was given: run ./dev kit";
  const Verdict verdict = Judge(law, *fixture);
  if (!verdict.skipped.empty()) GTEST_SKIP() << verdict.skipped;
  EXPECT_EQ(verdict.problem, "");
}

std::string NameOf(const testing::TestParamInfo<Sources::ParamType>& param) {
  return std::get<0>(param.param).name + "_" + std::get<1>(param.param).name;
}

INSTANTIATE_TEST_SUITE_P(Kit, Sources,
                         testing::Combine(testing::ValuesIn(SourceCases()),
                                          testing::ValuesIn(SourceLaws())),
                         NameOf);

struct Mutant {
  const char* law;
  SourceBug bug;
};

const Mutant kMutants[] = {
    {"Complete", SourceBug::kLosesLastRow},
    {"ResumesExactlyFromEveryBoundary", SourceBug::kSavesBehind},
    {"SplitsAreDisjointAndCovering", SourceBug::kSplitsOverlap},
    {"EveryTypeComesWhole", SourceBug::kEmptyForNull},
    {"UpdatesKeepTheirHalvesTogether", SourceBug::kTearsUpdates},
    {"UpdatesKeepTheirHalvesTogether", SourceBug::kKeyChangeAsUpdate},
    {"SchemasComeBeforeRows", SourceBug::kUnannouncedSchema},
    {"FlushThenSaveIsWellDefined", SourceBug::kFlushHolds},
    {"DamagedStateIsRefused", SourceBug::kTakesDamage},
    {"IdentityIsStable", SourceBug::kUnstableIdentity},
    {"ReadsInSmallSteps", SourceBug::kIgnoresRoom},
    {"ReadsInSmallSteps", SourceBug::kIgnoresFull},
    {"ReadsInSmallSteps", SourceBug::kLogIgnoresRoom},
    {"ReadsInSmallSteps", SourceBug::kLogIgnoresFull},
    {"FetchesNoMoreThanItMayHold", SourceBug::kFetchesAll},
    {"IdleCostsNothing", SourceBug::kNeverIdle},
    {"EndsAtOnceAndSilently", SourceBug::kWakesAfterItsEnd},
    {"FailedCallsLoseNothing", SourceBug::kSwallowsFailures},
    {"FailedCallsLoseNothing", SourceBug::kFailureIsFinal},
    {"FailedCallsLoseNothing", SourceBug::kHidesCalls},
    {"RestartOfTheServerLosesNothing", SourceBug::kForgetsOnRestart},
    {"RefusalsKeepTheSecret", SourceBug::kTellsSecret},
};

TEST(SourceLaws, EachFindsTheSourceThatBreaksIt) {
  for (const SourceLaw& law : SourceLaws()) {
    int mutants = 0;
    for (const Mutant& mutant : kMutants) {
      if (law.name != mutant.law) continue;
      ++mutants;
      const Verdict verdict = Judge(law, *MakeValuesFixture(mutant.bug));
      EXPECT_NE(verdict.problem, "") << law.name << " takes bug " << static_cast<int>(mutant.bug);
      RecordProperty(law.name + std::to_string(mutants), verdict.problem);
    }
    EXPECT_GT(mutants, 0) << "nothing shows that " << law.name << " can fail";
  }
}

}  // namespace
}  // namespace sluice::kit
