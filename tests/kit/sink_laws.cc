// SPDX-License-Identifier: Apache-2.0
#include "kit/sink_laws.h"

#include "kit/sink_rows.h"

namespace sluice::kit {
namespace {

std::vector<SinkCase>& Cases() {
  static std::vector<SinkCase> cases;
  return cases;
}

}  // namespace

std::vector<SchemaRef> SinkFixture::tables() const {
  return SinkTables();
}

bool Register(SinkCase sink) {
  Cases().push_back(std::move(sink));
  return true;
}

const std::vector<SinkCase>& SinkCases() {
  return Cases();
}

const std::vector<SinkLaw>& SinkLaws() {
  static const std::vector<SinkLaw> laws = {
      {"DeliversOverACrashAtEveryCall", DeliversOverACrashAtEveryCall},
      {"DeliversOverAFailureOfEveryCall", DeliversOverAFailureOfEveryCall},
      {"NothingShowsBeforeCommit", NothingShowsBeforeCommit},
      {"CommitTwiceIsOnce", CommitTwiceIsOnce},
      {"AbortLeavesNothing", AbortLeavesNothing},
      {"OrphansOfOtherRunsAreLeftAlone", OrphansOfOtherRunsAreLeftAlone},
      {"LostWorkIsTold", LostWorkIsTold},
      {"WritesOnWhilePreparing", WritesOnWhilePreparing},
      {"EmptyCheckpointIsCheap", EmptyCheckpointIsCheap},
      {"FollowsAChangeOfSchema", FollowsAChangeOfSchema},
      {"ChangesApplyByKey", ChangesApplyByKey},
      {"ReplayConvergesTellsTheTruth", ReplayConvergesTellsTheTruth},
      {"ScanGivesBackWhatIsThere", ScanGivesBackWhatIsThere},
      {"BadRowIsNamed", BadRowIsNamed},
      {"SinkRefusalsKeepTheSecret", SinkRefusalsKeepTheSecret},
  };
  return laws;
}

Verdict Judge(const SinkLaw& law, SinkFixture& fixture) {
  if (const std::string reason = fixture.WhyNot(law.name); !reason.empty()) return Skipped(reason);
  BROKEN_IF_ERROR(fixture.Reset(), "the fixture");
  return law.holds(fixture);
}

}  // namespace sluice::kit
