// SPDX-License-Identifier: Apache-2.0
#include "starrocks/committer.h"

#include <algorithm>
#include <atomic>
#include <set>

#include "base/logging.h"
#include "base/probe.h"
#include "base/sync.h"
#include "engine/planted.h"
#include "starrocks/alter.h"
#include "starrocks/any_sql.h"
#include "starrocks/labels.h"
#include "starrocks/running_labels.h"

namespace sluice::starrocks {
namespace {

constexpr size_t kConnectionsMax = 8;
// So many failures mean that the cluster is away: the engine asks again, and waits for an answer.
constexpr size_t kFailuresMax = 8;

// Whatever keeps a server from listing what runs may pass, unless the account may not ask.
Status Passing(const Status& failure) {
  if (failure.code() == Code::kInvalidConfig || failure.retry() == Retry::kInPlace) return failure;
  return {Code::kUnavailable, std::string(failure.message())};
}

}  // namespace

StarrocksCommitter::StarrocksCommitter(Context& ctx, const StarrocksOptions& options,
                                       std::shared_ptr<SharedTargets> targets, bool flushes)
    : ctx_(ctx),
      options_(options),
      name_(LabelName(options.label_prefix, ctx.job_id)),
      targets_(std::move(targets)),
      flushes_(flushes),
      client_(ctx.http, options, ctx.cancel),
      pool_("committer", kConnectionsMax) {}

Status StarrocksCommitter::Commit(CheckpointId id, std::span<const Prepared> work) {
  ASSIGN_OR_RETURN(const std::vector<PreparedTxn> all, DecodeAll(work));
  RETURN_IF_ERROR(ForEach(all, [&](const PreparedTxn& txn) { return CommitLabel(client_, txn); }));
  targets_->Committed(id);
  return {};
}

Status StarrocksCommitter::AbortOrphans(const OrphanRange& range) {
  swept_.push_back(range);
  return Sweep(range);
}

Result<std::vector<PreparedTxn>> StarrocksCommitter::Running(const OrphanRange& range) {
  const std::vector<TableName> tables = targets_->Names();
  std::vector<PreparedTxn> all;
  ASSIGN_OR_RETURN(const auto session, OpenAnySql(ctx_, options_));
  for (const std::string& database : targets_->Databases()) {
    ASSIGN_OR_RETURN(const auto labels, RunningLabels(*session, database));
    for (PreparedTxn& txn : OrphansAmong(labels, name_, range, tables)) {
      all.push_back(std::move(txn));
    }
  }
  return all;
}

Result<std::vector<PreparedTxn>> StarrocksCommitter::Leftovers(const OrphanRange& range) {
  if (flushes_ && !Planted(Bug::kFlushesNotSwept)) {
    auto running = Running(range);
    if (!running) return Fail(Passing(running.error()));
    return running;
  }
  std::vector<PreparedTxn> all = OrphanLabels(name_, range, targets_->Names());
  if (targets_->KnownNotToFlush(range.run)) return all;
  if (options_.flush_interval && Planted(Bug::kFlushesNotSwept)) return all;
  // An earlier process may have flushed, which needs an account that may ask, or a run since the
  // account may. A job that never flushes shall not depend on what a server thinks of the question.
  const auto running = Running(range);
  if (!running) {
    const Status failure = options_.flush_interval ? Passing(running.error()) : running.error();
    if (failure.retry() == Retry::kInPlace) return Fail(failure);
    return all;
  }
  std::set<std::string> computed;
  for (const PreparedTxn& txn : all) computed.insert(txn.label);
  for (const PreparedTxn& txn : *running) {
    if (!computed.contains(txn.label)) all.push_back(txn);
  }
  return all;
}

Status StarrocksCommitter::Sweep(const OrphanRange& range) {
  ASSIGN_OR_RETURN(const std::vector<PreparedTxn> leftovers, Leftovers(range));
  return Abort(leftovers);
}

Status StarrocksCommitter::Abort(std::span<const PreparedTxn> leftovers) {
  return ForEach(leftovers, [&](const PreparedTxn& txn) {
    std::string note;
    Status status = AbortLabel(client_, txn, &note);
    if (!note.empty()) LogWarn(note);
    return status;
  });
}

Status StarrocksCommitter::Apply(const SchemaChange& change) {
  auto target = targets_->Find(change.before->path);
  if (!target) {
    return {Code::kInternal, "a change of the unknown table " + change.before->path.ToString()};
  }
  Status status = Alter(ctx_, options_, change, *target);
  if (status.ok()) {
    targets_->Put(change.after->path, std::move(*target));
    return {};
  }
  // The job may wait for a transaction that was begun late: of a dead run after it was swept, or of
  // a try that the living run, or one before it, has left. Nobody writes to such a one any more.
  if (status.code() == Code::kTimeout) {
    RETURN_IF_ERROR(Abort(targets_->perhaps_begun()));
    for (const OrphanRange& range : swept_) {
      Probe("swept again for an alter");
      RETURN_IF_ERROR(Sweep(range));
    }
  }
  return status;
}

Status StarrocksCommitter::ForEach(std::span<const PreparedTxn> work, const Step& step) {
  std::vector<Status> outcomes(work.size());
  std::atomic<size_t> next = 0;
  std::atomic<size_t> failures = 0;
  const auto lanes = static_cast<ptrdiff_t>(std::min(kConnectionsMax, work.size()));
  Latch done(lanes);
  for (ptrdiff_t lane = 0; lane < lanes; ++lane) {
    pool_.Run(static_cast<uint64_t>(lane), [&] {
      while (failures < kFailuresMax) {
        const size_t i = next++;
        if (i >= work.size()) break;
        outcomes[i] = step(work[i]);
        // What is lost is told whole.
        const Code code = outcomes[i].code();
        if (code != Code::kOk && code != Code::kCommitLost) ++failures;
      }
      done.count_down();
    });
  }
  done.wait();
  return Combine(outcomes);
}

}  // namespace sluice::starrocks
