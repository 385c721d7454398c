// SPDX-License-Identifier: Apache-2.0
#include "engine/job_start.h"

#include <fmt/format.h>

#include <functional>

#include "base/checksum.h"
#include "base/logging.h"
#include "base/probe.h"
#include "engine/healing_check.h"

namespace sluice {
namespace {

// A stop between two tries ends it with what went wrong: the job was not in order.
Status WithRetries(const JobPlan& plan, const Context& ctx,
                   const std::function<Status()>& attempt) {
  Status before;
  for (int tries = 0;; ++tries) {
    Status status = attempt();
    if (status.code() == Code::kCancelled && !before.ok()) return before;
    if (status.ok() || status.retry() != Retry::kInPlace || tries >= plan.env.job_retry_times) {
      return status;
    }
    Probe("start tried again");
    LogWarn(fmt::format("{}; trying again in {} s", status.ToString(),
                        plan.env.job_retry_interval_seconds));
    if (ctx.cancel.WaitFor(std::chrono::seconds(plan.env.job_retry_interval_seconds))) {
      return status;
    }
    before = std::move(status);
  }
}

std::string Identity(const JobPlan& plan) {
  std::string text;
  for (size_t i = 0; i < plan.routes.size(); ++i) {
    const Route& route = plan.routes[i];
    text += fmt::format("{}{} -> {}", text.empty() ? "" : "; ",
                        plan.sources[route.source].source->Identity(),
                        plan.sinks[route.sink].sink->Identity());
    for (const TablePlan& table : plan.tables) {
      if (table.route != i || table.origin != TableOrigin::kFromStart) continue;
      text += fmt::format("; {} to {}", table.source->path.ToString(),
                          table.dropped ? "nowhere" : table.target.ToString());
    }
  }
  return text;
}

// The sources' states in the checkpoint that the job will resume from, if any. When that checkpoint
// turns out to be damaged, the machine falls back to the confirmed one, and so does this.
std::optional<Bytes> SavedSources(CheckpointStore& store) {
  const auto loaded = store.Load();
  if (!loaded || loaded->record.finished) return std::nullopt;
  for (const BodyRef& body :
       {loaded->record.latest, loaded->record.confirmed, loaded->record.previous}) {
    if (body.name.empty()) continue;
    if (auto manifest = store.LoadManifest(body)) return std::move(manifest->enumerator);
  }
  return std::nullopt;
}

// Whether the job went back to `savepoint` before and was cut short since: the same command goes on
// then. Going back once more would do all of it again, at every crash.
bool WentBack(CheckpointStore& store, const Savepoint& savepoint) {
  const auto loaded = store.Load();
  if (!loaded || loaded->record.restored != savepoint.record.latest.checksum) return false;
  LogInfo(
      fmt::format("the job went back to the savepoint {} before and did not end with a last "
                  "checkpoint since: it goes on from checkpoint {}. To go back once more, let it "
                  "end with one (SIGTERM while it runs) and start it again",
                  savepoint.path, loaded->record.latest.id));
  return true;
}

Status GoBack(CheckpointStore& store, const Savepoint& savepoint, const std::string& identity,
              uint32_t writers, uint64_t random) {
  if (savepoint.record.identity != identity) {
    return {Code::kInvalidConfig, fmt::format("the savepoint {} is of another job:\n  there: {}\n"
                                              "  here:  {}",
                                              savepoint.path, savepoint.record.identity, identity)};
  }
  const auto restored = Restore(store, savepoint, writers, random);
  return restored ? Status() : restored.error();
}

// A record that cannot be read is for Claim to complain about.
Result<bool> FinishedBefore(CheckpointStore& store, const std::string& identity, Rerun rerun) {
  if (rerun == Rerun::kAnew) return false;
  const auto loaded = store.Load();
  if (loaded && loaded->record.finished && loaded->record.identity == identity) return true;
  if (rerun == Rerun::kOnce) return false;
  return Fail(Code::kNotFound, "this job has not finished before");
}

// The record to go on with; stored before it is returned.
Result<JobRecord> Claim(CheckpointStore& store, const std::string& identity, bool fresh,
                        uint32_t writers, uint64_t random) {
  auto loaded = store.Load();
  if (fresh && !loaded && loaded.error().code() == Code::kCorruption) {
    // Labels of the forgotten runs cannot be known; those of the new job id never meet them.
    RETURN_IF_ERROR(store.SetRecordsAside());
    loaded = store.Load();
  }
  if (!loaded && loaded.error().code() == Code::kNotFound) {
    JobRecord record;
    record.version = 1;
    record.job_id = Hex64(random);
    record.identity = identity;
    RETURN_IF_ERROR(store.Create(record));
    return record;
  }
  if (!loaded) return Fail(loaded.error());
  JobRecord record = loaded->record;
  const bool anew = fresh || record.finished;
  if (!anew && record.identity != identity) {
    return Fail(Code::kInvalidConfig,
                fmt::format("the state directory holds an unfinished run of another job:\n  there: "
                            "{}\n  here:  {}\n"
                            "use another --state DIR, or --fresh to forget that run",
                            record.identity, identity));
  }
  if (!anew) return record;
  // Labels of the forgotten runs are still rolled back: job id, runs and numbers live on.
  JobRecord next = record;
  PassDamaged(next, loaded->torn, writers);
  next.version += 1;
  next.identity = identity;
  next.latest = {record.latest.id, "", 0};
  next.confirmed = {record.confirmed.id, "", 0};
  next.previous = {};
  next.restored = 0;
  next.finished = false;
  RETURN_IF_ERROR(store.Replace({0, record, next, std::nullopt}));
  return next;
}

}  // namespace

Result<StartedJob> StartJob(JobPlan& plan, Context& ctx, CheckpointStore& store,
                            const StartFrom& from, uint64_t random) {
  std::optional<Bytes> saved;
  const bool goes_back = from.savepoint && !WentBack(store, *from.savepoint);
  if (goes_back) {
    ASSIGN_OR_RETURN(Manifest manifest, DecodeManifest(from.savepoint->body));
    saved = std::move(manifest.enumerator);
  } else if (!from.fresh && !from.heals) {
    saved = SavedSources(store);
  }
  RETURN_IF_ERROR(WithRetries(plan, ctx, [&] { return DiscoverTables(plan, ctx, saved); }));
  if (from.heals) {
    RETURN_IF_ERROR(WithRetries(plan, ctx, [&] { return CheckHealing(plan, ctx); }));
    RETURN_IF_ERROR(store.BeginHealing());
  }
  const std::string identity = Identity(plan);
  ASSIGN_OR_RETURN(const bool finished, FinishedBefore(store, identity, from.rerun));
  if (finished) return StartedJob{.finished_before = true};
  if (goes_back) {
    RETURN_IF_ERROR(GoBack(store, *from.savepoint, identity, plan.writers(), random));
  }
  ASSIGN_OR_RETURN(const JobRecord record,
                   Claim(store, identity, from.fresh || from.heals, plan.writers(), random));
  if (from.fresh) RETURN_IF_ERROR(store.EndHealing());
  StartedJob started{false, record.job_id, !record.latest.name.empty(), saved};
  ctx.job_id = record.job_id;
  for (size_t i = 0; i < plan.sinks.size(); ++i) {
    const std::vector<SchemaRef> schemas = plan.TablesOf(i, TableOrigin::kFromStart);
    const bool fresh = !started.resumes && !from.keeps_targets && !from.heals;
    RETURN_IF_ERROR(
        WithRetries(plan, ctx, [&] { return plan.sinks[i].sink->Prepare(ctx, schemas, fresh); }));
  }
  RETURN_IF_ERROR(WithRetries(plan, ctx, [&]() -> Status {
    const auto joined = PrepareJoined(plan, ctx, from.keeps_targets);
    return joined ? Status() : joined.error();
  }));
  RETURN_IF_ERROR(HoldPromise(plan));
  return started;
}

Result<bool> PrepareJoined(JobPlan& plan, Context& ctx, bool keeps_targets) {
  bool any = false;
  for (size_t i = 0; i < plan.sinks.size(); ++i) {
    Sink& sink = *plan.sinks[i].sink;
    if (const auto tables = plan.TablesOf(i, TableOrigin::kJoined); !tables.empty()) {
      RETURN_IF_ERROR(sink.Prepare(ctx, tables, false));
      any = true;
    }
    if (const auto tables = plan.TablesOf(i, TableOrigin::kJoining); !tables.empty()) {
      RETURN_IF_ERROR(sink.Prepare(ctx, tables, !keeps_targets)
                          .In("preparing the target of a table that joins the job"));
      any = true;
    }
  }
  return any;
}

}  // namespace sluice
