// SPDX-License-Identifier: Apache-2.0
// The laws that every source must keep. README.md tells each in words.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kit/source_fixture.h"
#include "kit/verdict.h"

namespace sluice::kit {

struct SourceLaw {
  std::string name;
  std::function<Verdict(SourceFixture&)> holds;  // after Reset()

  friend void PrintTo(const SourceLaw& law, std::ostream* out) { *out << law.name; }
};
const std::vector<SourceLaw>& SourceLaws();
// Reset, the fixture's reason for a skip, the law.
Verdict Judge(const SourceLaw& law, SourceFixture& fixture);

// What is read: source_laws_rows.cc
Verdict Complete(SourceFixture& fixture);
Verdict ResumesExactlyFromEveryBoundary(SourceFixture& fixture);
Verdict SplitsAreDisjointAndCovering(SourceFixture& fixture);
Verdict EveryTypeComesWhole(SourceFixture& fixture);
// The form it has: source_laws_form.cc
Verdict UpdatesKeepTheirHalvesTogether(SourceFixture& fixture);
Verdict SchemasComeBeforeRows(SourceFixture& fixture);
Verdict FlushThenSaveIsWellDefined(SourceFixture& fixture);
Verdict DamagedStateIsRefused(SourceFixture& fixture);
Verdict IdentityIsStable(SourceFixture& fixture);
// The time and room it takes: source_laws_pace.cc
Verdict ReadsInSmallSteps(SourceFixture& fixture);
Verdict FetchesNoMoreThanItMayHold(SourceFixture& fixture);
Verdict IdleCostsNothing(SourceFixture& fixture);
Verdict EndsAtOnceAndSilently(SourceFixture& fixture);
// What goes wrong: source_laws_failures.cc
Verdict FailedCallsLoseNothing(SourceFixture& fixture);
Verdict RestartOfTheServerLosesNothing(SourceFixture& fixture);
Verdict RefusalsKeepTheSecret(SourceFixture& fixture);

}  // namespace sluice::kit
