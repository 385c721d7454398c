// SPDX-License-Identifier: Apache-2.0
// Laws about failures: of single calls, of the whole server, of the account.
#include <fmt/format.h>

#include "kit/source_laws.h"
#include "kit/source_life.h"

namespace sluice::kit {
namespace {

Verdict FailsOnce(SourceFixture& fixture, Fault fault, int call, Met& met) {
  BROKEN_IF_ERROR(fixture.Reset(), "the fixture");
  auto begun = SourceLife::Begin(fixture);
  if (!begun) return Broken(begun.error().ToString());
  SourceLife& life = **begun;
  life.host.faults().Arm(fault, call);
  Changes changes(fixture);
  const std::string what = fmt::format("{} call {}", FaultName(fault), call);
  BROKEN_IF_ERROR(ReadThroughFailures(life, Pace::kEngine, changes), what);
  BROKEN_IF(CheckContents(fixture, life.out.events, true), what);
  met.Count(life.host.faults().tripped());
  return Holds();
}

}  // namespace

Verdict FailedCallsLoseNothing(SourceFixture& fixture) {
  int calls = 0;
  {
    auto begun = SourceLife::Begin(fixture);
    if (!begun) return Broken(begun.error().ToString());
    SourceLife& life = **begun;
    Changes changes(fixture);
    BROKEN_IF_ERROR(ReadThroughFailures(life, Pace::kEngine, changes), "without a fault");
    calls = life.host.faults().calls();
  }
  if (calls == 0) return Skipped("the source calls nobody");
  Met met;
  for (const size_t call : Spread(static_cast<size_t>(calls), fixture.failed_calls_max())) {
    for (const Fault fault : {Fault::kFailBefore, Fault::kFailAfter}) {
      const Verdict verdict = FailsOnce(fixture, fault, static_cast<int>(call) + 1, met);
      if (!verdict.problem.empty()) return verdict;
    }
  }
  BROKEN_IF(met.TooFew(), "the failures");
  return Holds();
}

Verdict RestartOfTheServerLosesNothing(SourceFixture& fixture) {
  // At the beginning of the snapshot and some turns later; each time once more behind it.
  for (const int restart_at : {1, 5}) {
    BROKEN_IF_ERROR(fixture.Reset(), "the fixture");
    auto begun = SourceLife::Begin(fixture);
    if (!begun) return Broken(begun.error().ToString());
    SourceLife& life = **begun;
    Changes changes(fixture);
    int turns = 0;
    const auto each = [&](SourceLife&) {
      return ++turns == restart_at ? fixture.Restart() : Status();
    };
    const std::string what = fmt::format("restarted after turn {}", restart_at);
    BROKEN_IF_ERROR(ReadThroughFailures(life, Pace::kEngine, changes, each), what);
    if (turns < restart_at) return Broken(fmt::format("{}: there were only {}", what, turns));
    auto saved = life.run->Checkpoint(life.out);
    if (!saved) return Broken(saved.error().ToString());
    // What was changed and not read yet is there after another restart.
    if (const auto unread = fixture.Mark(); !unread) return Broken(unread.error().ToString());
    BROKEN_IF_ERROR(fixture.Restart(), "the fixture");
    Status status = ReadToEnd(life, Pace::kEngine);
    if (!status.ok() && status.retry() == Retry::kInPlace) {
      life.run = std::make_unique<SourceRun>(*life.source, life.host, 2);
      life.out.events.resize(saved->events);
      life.out.owners.resize(saved->events);
      status = life.run->Start(&*saved);
      if (status.ok()) status = ReadToEnd(life, Pace::kEngine);
    }
    BROKEN_IF_ERROR(status, what);
    BROKEN_IF(CheckContents(fixture, life.out.events, true), what);
  }
  return Holds();
}

Verdict RefusalsKeepTheSecret(SourceFixture& fixture) {
  const std::string secret = fixture.secret();
  if (secret.empty()) return Skipped("the source has no secret");
  Host host;
  const auto source = fixture.Make(host);
  if (!source) return Broken(source.error().ToString());
  for (const std::string& text : {(*source)->Identity(), (*source)->replay_note()}) {
    if (text.find(secret) != std::string::npos) return Broken("the secret stands in: " + text);
  }
  const std::vector<Status> refusals = fixture.Refusals(host);
  if (refusals.empty()) return Broken("the fixture tries no refusals");
  for (const Status& status : refusals) {
    if (status.ok()) return Broken("what must be refused was taken");
    if (status.ToString().find(secret) != std::string::npos) {
      return Broken("the secret stands in: " + status.ToString());
    }
  }
  return Holds();
}

}  // namespace sluice::kit
