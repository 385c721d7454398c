// SPDX-License-Identifier: Apache-2.0
// Laws about the two steps in which a sink takes a checkpoint.
#include <fmt/format.h>

#include <atomic>

#include "base/thread.h"
#include "kit/sink_laws.h"
#include "kit/sink_run.h"

namespace sluice::kit {
namespace {

constexpr char kOnePhase[] = "rows are visible when they are written: delivery is at least once";

std::string Shows(SinkFixture& fixture, const Contents& expected) {
  const auto visible = fixture.Visible();
  return visible ? Difference(expected, *visible) : visible.error().ToString();
}

// A run that has prepared the first batch; the work is in `work`.
Status PrepareFirst(SinkRun& run, std::vector<Prepared>& work) {
  RETURN_IF_ERROR(run.Start());
  RETURN_IF_ERROR(run.Write(InsertBatches()[0]));
  RETURN_IF_ERROR(run.Seal(1));
  ASSIGN_OR_RETURN(work, run.AwaitPrepared(1));
  return {};
}

}  // namespace

Verdict NothingShowsBeforeCommit(SinkFixture& fixture) {
  SinkRecord record;
  SinkRun run(fixture, record, 2);
  BROKEN_IF_ERROR(run.Start(), "starting");
  if (run.sink().delivery() != Delivery::kTwoPhase) return Skipped(kOnePhase);
  const std::vector<Batch> batches = InsertBatches();
  for (CheckpointId id = 1; id <= batches.size(); ++id) {
    const Contents before = After(batches, id - 1, fixture.upserts());
    BROKEN_IF_ERROR(run.Write(batches[id - 1]), "writing");
    BROKEN_IF(Shows(fixture, before), "written, not sealed");
    BROKEN_IF_ERROR(run.Seal(id), "sealing");
    auto work = run.AwaitPrepared(id);
    if (!work) return Broken(work.error().ToString());
    BROKEN_IF(Shows(fixture, before), "prepared, not committed");
    run.Publish(id, std::move(*work));
    BROKEN_IF_ERROR(run.Commit(), "committing");
    BROKEN_IF(Shows(fixture, After(batches, id, fixture.upserts())), "committed");
  }
  return Holds();
}

Verdict CommitTwiceIsOnce(SinkFixture& fixture) {
  SinkRecord record;
  SinkRun run(fixture, record, 2);
  std::vector<Prepared> work;
  BROKEN_IF_ERROR(PrepareFirst(run, work), "preparing");
  run.Publish(1, work);
  BROKEN_IF_ERROR(run.Commit(), "the first commit");
  BROKEN_IF_ERROR(run.Commit(), "the second commit");
  const Contents expected = After(InsertBatches(), 1, fixture.upserts());
  BROKEN_IF(Shows(fixture, expected), "after two commits");
  // Another process that reads the same manifest.
  SinkRun next(fixture, record, 2);
  BROKEN_IF_ERROR(next.Start(), "starting again");
  BROKEN_IF(Shows(fixture, expected), "after a third commit");
  return Holds();
}

Verdict AbortLeavesNothing(SinkFixture& fixture) {
  SinkRecord record;
  SinkRun run(fixture, record, 2);
  std::vector<Prepared> work;
  BROKEN_IF_ERROR(PrepareFirst(run, work), "preparing");
  if (run.sink().delivery() != Delivery::kTwoPhase) return Skipped(kOnePhase);
  SinkRun next(fixture, record, 2);
  BROKEN_IF_ERROR(next.Start(), "starting again");
  BROKEN_IF(Shows(fixture, {}), "after the sweep");
  // The new run prepares other rows for the same checkpoint. A zombie that commits late must find
  // neither its own work nor that.
  BROKEN_IF_ERROR(next.Write(InsertBatches()[1]), "writing in the new run");
  BROKEN_IF_ERROR(next.Seal(1), "sealing in the new run");
  auto newer = next.AwaitPrepared(1);
  if (!newer) return Broken(newer.error().ToString());
  const Status late = run.committer().Commit(1, work);
  if (late.ok()) return Broken("work that was rolled back was committed");
  BROKEN_IF(Shows(fixture, {}), "after a late commit");
  next.Publish(1, std::move(*newer));
  BROKEN_IF_ERROR(next.Commit(), "committing the new run's work");
  BROKEN_IF(Shows(fixture, After({InsertBatches()[1]}, 1, fixture.upserts())), "in the end");
  run.host().Crash();
  const auto open = fixture.OpenWork();
  if (!open) return Broken("the fixture: " + open.error().ToString());
  if (*open != 0) return Broken(fmt::format("{} pieces of work are left open", *open));
  return Holds();
}

Verdict OrphansOfOtherRunsAreLeftAlone(SinkFixture& fixture) {
  SinkRecord record;
  SinkRun run(fixture, record, 2);
  std::vector<Prepared> work;
  BROKEN_IF_ERROR(PrepareFirst(run, work), "preparing");
  if (run.sink().delivery() != Delivery::kTwoPhase) return Skipped(kOnePhase);
  for (const OrphanRange& range : {OrphanRange{record.run + 1, 1, 3, 2},
                                   OrphanRange{record.run, 2, 3, 2}, OrphanRange{7, 1, 2, 2}}) {
    BROKEN_IF_ERROR(run.committer().AbortOrphans(range), "rolling back what there is not");
  }
  run.Publish(1, std::move(work));
  BROKEN_IF_ERROR(run.Commit(), "committing after sweeps of other runs and checkpoints");
  BROKEN_IF(Shows(fixture, After(InsertBatches(), 1, fixture.upserts())), "committed");
  return Holds();
}

Verdict LostWorkIsTold(SinkFixture& fixture) {
  SinkRecord record;
  SinkRun run(fixture, record, 2);
  std::vector<Prepared> work;
  BROKEN_IF_ERROR(PrepareFirst(run, work), "preparing");
  if (run.sink().delivery() != Delivery::kTwoPhase) return Skipped(kOnePhase);
  BROKEN_IF_ERROR(run.committer().AbortOrphans({record.run, 1, 1, 2}), "rolling back");
  run.Publish(1, std::move(work));
  const Status lost = run.Commit();
  if (lost.code() != Code::kCommitLost) {
    return Broken("the commit of work that is gone said: " + lost.ToString());
  }
  for (const SchemaRef& table : fixture.tables()) {
    if (lost.message().find(table->path.table) == std::string_view::npos) {
      return Broken(fmt::format("{} is not named by: {}", table->path.table, lost.message()));
    }
  }
  return Holds();
}

Verdict WritesOnWhilePreparing(SinkFixture& fixture) {
  SinkRecord record;
  SinkRun run(fixture, record);
  BROKEN_IF_ERROR(run.Start(), "starting");
  if (run.sink().delivery() != Delivery::kTwoPhase) return Skipped(kOnePhase);
  const std::vector<Batch> batches = InsertBatches();
  // From here on every call hangs; Write and Seal must not.
  run.host().faults().Hold();
  Status status;
  std::atomic<bool> wrote = false;
  Thread task("task", [&] {
    status = run.Write(batches[0]);
    if (status.ok()) status = run.Seal(1);
    if (status.ok()) status = run.Write(batches[1]);
    if (status.ok()) status = run.Seal(2);
    wrote = true;
  });
  for (int turns = 0; !wrote && turns < fixture.turns_max(); ++turns) run.host().WaitForWake();
  const bool hung = !wrote;
  run.host().faults().Release();
  task.Join();
  if (hung) return Broken("Write or Seal waits for a call to the outside");
  BROKEN_IF_ERROR(status, "writing while calls hang");
  for (CheckpointId id = 1; id <= 2; ++id) {
    auto work = run.AwaitPrepared(id);
    if (!work) return Broken(work.error().ToString());
    run.Publish(id, std::move(*work));
    BROKEN_IF_ERROR(run.Commit(), "committing");
    BROKEN_IF(Shows(fixture, After(batches, id, fixture.upserts())),
              fmt::format("after the commit of checkpoint {}", id));
  }
  return Holds();
}

Verdict EmptyCheckpointIsCheap(SinkFixture& fixture) {
  SinkRecord record;
  SinkRun run(fixture, record, 2);
  BROKEN_IF_ERROR(run.Start(), "starting");
  BROKEN_IF_ERROR(run.Checkpoint(1, InsertBatches()[0]), "a checkpoint with rows");
  run.host().faults().Arm(Fault::kNone, 0);
  for (CheckpointId id = 2; id <= 4; ++id) {
    BROKEN_IF_ERROR(run.Seal(id), "sealing");
    auto work = run.AwaitPrepared(id);
    if (!work) return Broken(work.error().ToString());
    for (const Prepared& piece : *work) {
      if (!piece.empty()) return Broken("a checkpoint without rows has prepared work");
    }
    run.Publish(id, std::move(*work));
    BROKEN_IF_ERROR(run.Commit(), "committing");
  }
  if (run.host().faults().calls() != 0) {
    return Broken("a checkpoint without rows called: " + run.host().faults().seen().front());
  }
  return Holds();
}

}  // namespace sluice::kit
