// SPDX-License-Identifier: Apache-2.0
// Laws about what the rows come to in the target.
#include <fmt/format.h>

#include "kit/sink_laws.h"
#include "kit/sink_run.h"

namespace sluice::kit {
namespace {

std::string Shows(SinkFixture& fixture, const Contents& expected) {
  const auto visible = fixture.Visible();
  return visible ? Difference(expected, *visible) : visible.error().ToString();
}

// The failure of a run that writes the chunk, wherever it comes.
Status Outcome(SinkRun& run, const ChunkPtr& chunk) {
  RETURN_IF_ERROR(run.Write({chunk}));
  RETURN_IF_ERROR(run.Seal(1));
  ASSIGN_OR_RETURN(auto work, run.AwaitPrepared(1));
  run.Publish(1, std::move(work));
  return run.Commit();
}

// What the sink reads back of its tables. kUnsupported: it does not.
Result<Contents> Scanned(SinkRun& run, SinkFixture& fixture) {
  Contents contents;
  for (const SchemaRef& table : fixture.tables()) {
    Context& ctx = run.host().ctx();
    RETURN_IF_ERROR(run.sink().CheckScan(ctx, *table));
    const auto each = [&](const ScannedRows& some) -> Status {
      if (!some.unlike.empty()) return {Code::kInternal, "a row that was written is unlike"};
      RETURN_IF_ERROR(some.rows->Check());
      for (uint32_t row = 0; row < some.rows->rows(); ++row) {
        contents[table->path.ToString()].insert(RowText(*some.rows, row));
      }
      return {};
    };
    RETURN_IF_ERROR(run.sink().Scan(ctx, table, each));
  }
  return contents;
}

}  // namespace

Verdict ChangesApplyByKey(SinkFixture& fixture) {
  const std::vector<Batch> batches = ChangeBatches();
  SinkRecord record;
  SinkRun run(fixture, record);
  BROKEN_IF_ERROR(run.Start(), "starting");
  for (CheckpointId id = 1; id <= batches.size(); ++id) {
    BROKEN_IF_ERROR(run.Checkpoint(id, batches[id - 1]), "writing");
    BROKEN_IF(Shows(fixture, After(batches, id, fixture.upserts())),
              fmt::format("after checkpoint {}", id));
  }
  return Holds();
}

Verdict ReplayConvergesTellsTheTruth(SinkFixture& fixture) {
  const std::vector<Batch> batches = ChangeBatches();
  SinkRecord record;
  SinkRun run(fixture, record);
  BROKEN_IF_ERROR(run.Start(), "starting");
  std::string why;
  const bool claims = run.sink().replay_converges(&why);
  if (!claims && why.empty()) return Broken("replay does not converge, and nobody says why");
  // The newest rows once more, as after a restart from the checkpoint before.
  CheckpointId id = 0;
  for (const Batch& batch : batches) BROKEN_IF_ERROR(run.Checkpoint(++id, batch), "writing");
  BROKEN_IF_ERROR(run.Checkpoint(++id, batches[1]), "writing again");
  BROKEN_IF_ERROR(run.Checkpoint(++id, batches[2]), "writing again");
  const auto visible = fixture.Visible();
  if (!visible) return Broken(visible.error().ToString());
  const std::string differs =
      Difference(After(batches, batches.size(), fixture.upserts()), *visible);
  if (claims && !differs.empty()) return Broken("replay does not converge: " + differs);
  if (!claims && differs.empty()) return Broken("replay converges, but the sink denies it: " + why);
  return Holds();
}

Verdict ScanGivesBackWhatIsThere(SinkFixture& fixture) {
  const std::vector<Batch> batches = ChangeBatches();
  SinkRecord record;
  SinkRun run(fixture, record);
  BROKEN_IF_ERROR(run.Start(), "starting");
  for (CheckpointId id = 1; id <= batches.size(); ++id) {
    BROKEN_IF_ERROR(run.Checkpoint(id, batches[id - 1]), "writing");
    const auto scanned = Scanned(run, fixture);
    if (!scanned && scanned.error().code() == Code::kUnsupported) {
      return Skipped(std::string(scanned.error().message()));
    }
    if (!scanned) return Broken(scanned.error().ToString());
    BROKEN_IF(Difference(After(batches, id, fixture.upserts()), *scanned),
              fmt::format("read after checkpoint {}", id));
  }
  run.host().ctx().cancel.Cancel();
  const auto cancelled = Scanned(run, fixture);
  if (!cancelled && cancelled.error().code() == Code::kCancelled) return Holds();
  return Broken("a scan goes on when it is cancelled");
}

Verdict BadRowIsNamed(SinkFixture& fixture) {
  const ChunkPtr bad = fixture.BadRows();
  if (!bad) return Skipped("the target takes every row");
  SinkRecord record;
  SinkRun run(fixture, record);
  BROKEN_IF_ERROR(run.Start(), "starting");
  const Status refused = Outcome(run, bad);
  if (refused.ok()) return Broken("the row was taken");
  if (refused.retry() != Retry::kNever) {
    return Broken("the row is tried again and again: " + refused.ToString());
  }
  for (const std::string& word : fixture.bad_row_words()) {
    if (refused.message().find(word) == std::string_view::npos) {
      return Broken(fmt::format("'{}' is not named by: {}", word, refused.ToString()));
    }
  }
  BROKEN_IF(Shows(fixture, {}), "after the refusal");
  return Holds();
}

Verdict SinkRefusalsKeepTheSecret(SinkFixture& fixture) {
  const std::string secret = fixture.secret();
  if (secret.empty()) return Skipped("the sink has no secret");
  Host host;
  const auto sink = fixture.Make(host);
  if (!sink) return Broken(sink.error().ToString());
  if ((*sink)->Identity().find(secret) != std::string::npos) {
    return Broken("the secret stands in: " + (*sink)->Identity());
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
