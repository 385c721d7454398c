// SPDX-License-Identifier: Apache-2.0
#include "kit/source_laws.h"

namespace sluice::kit {
namespace {

std::vector<SourceCase>& Cases() {
  static std::vector<SourceCase> cases;
  return cases;
}

}  // namespace

bool Register(SourceCase source) {
  Cases().push_back(std::move(source));
  return true;
}

const std::vector<SourceCase>& SourceCases() {
  return Cases();
}

const std::vector<SourceLaw>& SourceLaws() {
  static const std::vector<SourceLaw> laws = {
      {"Complete", Complete},
      {"ResumesExactlyFromEveryBoundary", ResumesExactlyFromEveryBoundary},
      {"SplitsAreDisjointAndCovering", SplitsAreDisjointAndCovering},
      {"EveryTypeComesWhole", EveryTypeComesWhole},
      {"UpdatesKeepTheirHalvesTogether", UpdatesKeepTheirHalvesTogether},
      {"SchemasComeBeforeRows", SchemasComeBeforeRows},
      {"FlushThenSaveIsWellDefined", FlushThenSaveIsWellDefined},
      {"DamagedStateIsRefused", DamagedStateIsRefused},
      {"IdentityIsStable", IdentityIsStable},
      {"ReadsInSmallSteps", ReadsInSmallSteps},
      {"FetchesNoMoreThanItMayHold", FetchesNoMoreThanItMayHold},
      {"IdleCostsNothing", IdleCostsNothing},
      {"EndsAtOnceAndSilently", EndsAtOnceAndSilently},
      {"FailedCallsLoseNothing", FailedCallsLoseNothing},
      {"RestartOfTheServerLosesNothing", RestartOfTheServerLosesNothing},
      {"RefusalsKeepTheSecret", RefusalsKeepTheSecret},
  };
  return laws;
}

Verdict Judge(const SourceLaw& law, SourceFixture& fixture) {
  if (const std::string reason = fixture.WhyNot(law.name); !reason.empty()) return Skipped(reason);
  BROKEN_IF_ERROR(fixture.Reset(), "the fixture");
  return law.holds(fixture);
}

}  // namespace sluice::kit
