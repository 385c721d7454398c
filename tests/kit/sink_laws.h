// SPDX-License-Identifier: Apache-2.0
// The laws that every sink must keep. README.md tells each in words.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "kit/sink_fixture.h"
#include "kit/verdict.h"

namespace sluice::kit {

struct SinkLaw {
  std::string name;
  std::function<Verdict(SinkFixture&)> holds;  // after Reset()

  friend void PrintTo(const SinkLaw& law, std::ostream* out) { *out << law.name; }
};
const std::vector<SinkLaw>& SinkLaws();
// Reset, the fixture's reason for a skip, the law.
Verdict Judge(const SinkLaw& law, SinkFixture& fixture);

// Over crashes and failures: sink_laws_failures.cc
Verdict DeliversOverACrashAtEveryCall(SinkFixture& fixture);
Verdict DeliversOverAFailureOfEveryCall(SinkFixture& fixture);
// The two steps of a checkpoint: sink_laws_commit.cc
Verdict NothingShowsBeforeCommit(SinkFixture& fixture);
Verdict CommitTwiceIsOnce(SinkFixture& fixture);
Verdict AbortLeavesNothing(SinkFixture& fixture);
Verdict OrphansOfOtherRunsAreLeftAlone(SinkFixture& fixture);
Verdict LostWorkIsTold(SinkFixture& fixture);
Verdict WritesOnWhilePreparing(SinkFixture& fixture);
Verdict EmptyCheckpointIsCheap(SinkFixture& fixture);
// Changes of schema: sink_laws_changes.cc
Verdict FollowsAChangeOfSchema(SinkFixture& fixture);
// What the rows come to: sink_laws_rows.cc
Verdict ChangesApplyByKey(SinkFixture& fixture);
Verdict ReplayConvergesTellsTheTruth(SinkFixture& fixture);
Verdict ScanGivesBackWhatIsThere(SinkFixture& fixture);
Verdict BadRowIsNamed(SinkFixture& fixture);
Verdict SinkRefusalsKeepTheSecret(SinkFixture& fixture);

}  // namespace sluice::kit
