// SPDX-License-Identifier: Apache-2.0
// The sink's promise, over a crash before and after every call by which it leaves the process, and
// over a failure of every call.
#include <fmt/format.h>

#include <algorithm>

#include "kit/sink_laws.h"
#include "kit/sink_run.h"

namespace sluice::kit {
namespace {

constexpr int kLivesMax = 8;

// Rows that are missing, or that came twice though the sink promises that they do not.
std::string Undelivered(const Contents& expected, const Contents& visible, Delivery delivery) {
  if (delivery == Delivery::kTwoPhase) return Difference(expected, visible);
  Contents without_twins;  // what is there as often as expected, and at most that often
  for (const auto& [table, rows] : visible) {
    const auto wanted = expected.find(table);
    for (const std::string& row : rows) {
      const size_t most = wanted == expected.end() ? 0 : wanted->second.count(row);
      if (most == 0) return fmt::format("table {} has a row that nobody wrote: {}", table, row);
      if (without_twins[table].count(row) < most) without_twins[table].insert(row);
    }
  }
  return Difference(expected, without_twins);
}

// What a process wrote before it died or ended.
Status LiveOn(SinkRun& run, SinkFixture& fixture, const SinkRecord& record,
              const std::vector<Batch>& batches, std::string& problem) {
  RETURN_IF_ERROR(run.Start());
  while (record.durable < batches.size()) {
    const CheckpointId id = record.durable + 1;
    RETURN_IF_ERROR(run.Checkpoint(id, batches[id - 1]));
    ASSIGN_OR_RETURN(const Contents visible, fixture.Visible());
    const std::string missing =
        Undelivered(After(batches, id, fixture.upserts()), visible, run.sink().delivery());
    if (!missing.empty() && problem.empty()) {
      problem = fmt::format("after the commit of checkpoint {}: {}", id, missing);
    }
  }
  return {};
}

// All batches over as many processes as it takes; the first one meets the fault.
std::string Deliver(SinkFixture& fixture, Fault fault, int call, int* calls) {
  const std::vector<Batch> batches = InsertBatches();
  SinkRecord record;
  std::string problem;
  for (int life = 0; life < kLivesMax; ++life) {
    SinkRun run(fixture, record, 2);
    if (life == 0) run.host().faults().Arm(fault, call);
    const Status status = LiveOn(run, fixture, record, batches, problem);
    if (calls != nullptr) *calls = run.host().faults().calls();
    if (!problem.empty()) return problem;
    if (status.ok()) return "";
    const bool crashed = run.host().faults().crashed();
    if (!crashed && status.retry() == Retry::kNever) {
      return "a failure that passes was told as one that does not: " + status.ToString();
    }
    if (!crashed && !run.host().faults().tripped()) return "without a fault: " + status.ToString();
  }
  return "the rows never came through";
}

Verdict TryEveryCall(SinkFixture& fixture, std::initializer_list<Fault> faults) {
  int calls = 0;
  BROKEN_IF(Deliver(fixture, Fault::kNone, 0, &calls), "without a fault");
  if (calls == 0) return Skipped("the sink calls nobody");
  for (const size_t i : Spread(static_cast<size_t>(calls), fixture.lives_max())) {
    for (const Fault fault : faults) {
      const int call = static_cast<int>(i) + 1;
      BROKEN_IF_ERROR(fixture.Reset(), "the fixture");
      BROKEN_IF(Deliver(fixture, fault, call, nullptr),
                fmt::format("{} call {} of {}", FaultName(fault), call, calls));
      const auto open = fixture.OpenWork();
      if (!open) return Broken("the fixture: " + open.error().ToString());
      if (*open != 0) {
        return Broken(fmt::format("{} call {} of {}: {} pieces of work are left open",
                                  FaultName(fault), call, calls, *open));
      }
    }
  }
  return Holds();
}

}  // namespace

Verdict DeliversOverACrashAtEveryCall(SinkFixture& fixture) {
  return TryEveryCall(fixture, {Fault::kCrashBefore, Fault::kCrashAfter});
}

Verdict DeliversOverAFailureOfEveryCall(SinkFixture& fixture) {
  return TryEveryCall(fixture, {Fault::kFailBefore, Fault::kFailAfter});
}

}  // namespace sluice::kit
