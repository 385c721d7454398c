// SPDX-License-Identifier: Apache-2.0
#include "engine/sink_committers.h"

#include "engine/job_pieces.h"

namespace sluice {

SinkCommitters::SinkCommitters(std::span<const SinkStep> sinks, Context context)
    : sinks_(sinks), context_(std::move(context)), committers_(sinks.size()) {}

Result<Committer*> SinkCommitters::Of(size_t sink) {
  if (!committers_[sink]) {
    ASSIGN_OR_RETURN(committers_[sink], sinks_[sink].sink->OpenCommitter(context_));
  }
  return committers_[sink].get();
}

Status SinkCommitters::Commit(const PendingCommit& pending) {
  ASSIGN_OR_RETURN(const auto by_sink, BySink(pending.work, sinks_.size()));
  Status worst;
  for (size_t sink = 0; sink < by_sink.size(); ++sink) {
    if (by_sink[sink].empty()) continue;
    auto committer = Of(sink);
    const Status status =
        committer ? (*committer)->Commit(pending.id, by_sink[sink]) : committer.error();
    if (!status.ok() && (worst.ok() || worst.retry() == Retry::kInPlace)) worst = status;
  }
  return worst;
}

Status SinkCommitters::Abort(std::span<const OrphanRange> ranges) {
  for (size_t sink = 0; sink < sinks_.size(); ++sink) {
    if (!sinks_[sink].sink->leaves_work()) continue;
    ASSIGN_OR_RETURN(Committer * committer, Of(sink));
    for (const OrphanRange& range : ranges) RETURN_IF_ERROR(committer->AbortOrphans(range));
  }
  return {};
}

Status SinkCommitters::Apply(std::span<const TargetChange> changes) {
  for (const TargetChange& one : changes) {
    ASSIGN_OR_RETURN(Committer * committer, Of(one.sink));
    RETURN_IF_ERROR(committer->Apply(one.change));
  }
  return {};
}

}  // namespace sluice
