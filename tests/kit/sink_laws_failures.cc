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

// What is wrong with the rows after the commit of checkpoint `id`.
std::string Undelivered(SinkFixture& fixture, Delivery delivery, const std::vector<Batch>& batches,
                        CheckpointId id) {
  const auto visible = fixture.Visible();
  if (!visible) return "the fixture: " + visible.error().ToString();
  const Contents expected = After(batches, id, fixture.upserts());
  if (delivery == Delivery::kTwoPhase) return Difference(expected, *visible);
  // At least once: nothing is missing, and nothing is there that was never written.
  const Contents all = After(batches, batches.size(), fixture.upserts());
  Contents once;
  for (const auto& [table, rows] : *visible) {
    const auto written = all.find(table);
    const auto wanted = expected.find(table);
    for (const std::string& row : rows) {
      if (written == all.end() || !written->second.contains(row)) {
        return fmt::format("table {} has a row that nobody wrote: {}", table, row);
      }
      if (wanted == expected.end() || !wanted->second.contains(row)) continue;
      if (!once[table].contains(row)) once[table].insert(row);
    }
  }
  return Difference(expected, once);
}

// Writes as far ahead of the commits as the engine does: when checkpoint n is committed, n + 1 is
// sealed and rows of n + 2 are written.
class Ahead {
 public:
  Ahead(SinkRun& run, const std::vector<Batch>& batches, CheckpointId durable)
      : run_(run), batches_(batches), written_(durable), sealed_(durable) {}

  Status WriteTo(CheckpointId id) {
    while (written_ < std::min<CheckpointId>(id, batches_.size())) {
      RETURN_IF_ERROR(run_.Write(batches_[written_++]));
    }
    return {};
  }
  Status SealTo(CheckpointId id) {
    while (sealed_ < std::min<CheckpointId>(id, batches_.size())) {
      RETURN_IF_ERROR(WriteTo(sealed_ + 1));
      RETURN_IF_ERROR(run_.Seal(++sealed_));
    }
    return {};
  }

 private:
  SinkRun& run_;
  const std::vector<Batch>& batches_;
  CheckpointId written_;
  CheckpointId sealed_;
};

// One process, until all is committed or it fails.
Status Live(SinkRun& run, SinkFixture& fixture, const SinkRecord& record,
            const std::vector<Batch>& batches, std::string& problem) {
  RETURN_IF_ERROR(run.Start());
  Ahead ahead(run, batches, record.durable);
  while (record.durable < batches.size() && problem.empty()) {
    const CheckpointId id = record.durable + 1;
    RETURN_IF_ERROR(ahead.SealTo(id));
    RETURN_IF_ERROR(ahead.WriteTo(id + 1));
    ASSIGN_OR_RETURN(auto work, run.AwaitPrepared(id));
    run.Publish(id, std::move(work));
    RETURN_IF_ERROR(ahead.SealTo(id + 1));
    RETURN_IF_ERROR(ahead.WriteTo(id + 2));
    RETURN_IF_ERROR(run.Commit());
    const std::string wrong = Undelivered(fixture, run.sink().delivery(), batches, id);
    if (!wrong.empty()) problem = fmt::format("after the commit of checkpoint {}: {}", id, wrong);
  }
  return {};
}

// What came of a delivery.
struct Delivered {
  std::string problem;
  int calls = 0;     // of the last process
  bool met = false;  // the fault happened
};

// All batches over as many processes as it takes; the first one meets the fault.
Delivered Deliver(SinkFixture& fixture, Fault fault, int call) {
  Delivered out;
  const std::vector<Batch> batches = InsertBatches();
  SinkRecord record;
  for (int life = 0; life < kLivesMax; ++life) {
    SinkRun run(fixture, record, 2);
    if (life == 0) run.host().faults().Arm(fault, call);
    const Status status = Live(run, fixture, record, batches, out.problem);
    const Faults& faults = run.host().faults();
    out.calls = faults.calls();
    out.met = out.met || faults.tripped();
    if (!out.problem.empty() || status.ok()) return out;
    if (!faults.crashed() && status.retry() == Retry::kNever) {
      out.problem = "a failure that passes was told as one that does not: " + status.ToString();
    } else if (!faults.crashed() && !faults.tripped()) {
      out.problem = "without a fault: " + status.ToString();
    }
    if (!out.problem.empty()) return out;
  }
  out.problem = "the rows never came through";
  return out;
}

Verdict TryEveryCall(SinkFixture& fixture, std::initializer_list<Fault> faults) {
  const Delivered sound = Deliver(fixture, Fault::kNone, 0);
  BROKEN_IF(sound.problem, "without a fault");
  const int calls = sound.calls;
  if (calls == 0) return Skipped("the sink calls nobody");
  Met met;
  for (const size_t i : Spread(static_cast<size_t>(calls), fixture.lives_max())) {
    for (const Fault fault : faults) {
      const int call = static_cast<int>(i) + 1;
      BROKEN_IF_ERROR(fixture.Reset(), "the fixture");
      const Delivered delivered = Deliver(fixture, fault, call);
      BROKEN_IF(delivered.problem, fmt::format("{} call {} of {}", FaultName(fault), call, calls));
      met.Count(delivered.met);
      const auto open = fixture.OpenWork();
      if (!open) return Broken("the fixture: " + open.error().ToString());
      if (*open != 0) {
        return Broken(fmt::format("{} call {} of {}: {} pieces of work are left open",
                                  FaultName(fault), call, calls, *open));
      }
    }
  }
  BROKEN_IF(met.TooFew(), "the faults");
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
