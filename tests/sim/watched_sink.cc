// SPDX-License-Identifier: Apache-2.0
#include "sim/watched_sink.h"

#include "api/forwarding_sink.h"
#include "starrocks/sink.h"

namespace sluice::sim {
namespace {

class Watched final : public Committer {
 public:
  Watched(std::unique_ptr<Committer> committer, const SinkWatcher& watcher)
      : committer_(std::move(committer)), watcher_(watcher) {}

  Status Commit(CheckpointId id, std::span<const Prepared> work) override {
    watcher_.world.Trace("commits checkpoint {}", id);
    Status status = committer_->Commit(id, work);
    watcher_.world.Trace("checkpoint {}: {}", id, status.ToString());
    watcher_.laws.OnCommitAnswer(id, work, status);
    if (status.ok()) watcher_.on_committed();
    if (status.code() == Code::kCommitLost) watcher_.world.Probe("commit lost");
    return status;
  }
  Status AbortOrphans(const OrphanRange& range) override {
    watcher_.on_sweep();
    watcher_.world.Trace("sweeps run {} from {} to {}", range.run, range.first, range.last);
    Status status = committer_->AbortOrphans(range);
    if (status.ok()) watcher_.world.Probe("orphan sweep");
    return status;
  }
  Status Apply(const SchemaChange& change) override {
    watcher_.world.Trace("alters {} to version {}", change.after->path.table,
                         change.after->version - 1);
    watcher_.on_alter(true);
    Status status = committer_->Apply(change);
    watcher_.on_alter(false);
    watcher_.world.Trace("alters {}: {}", change.after->path.table, status.ToString());
    if (status.ok()) watcher_.world.Probe("altered");
    return status;
  }

 private:
  const std::unique_ptr<Committer> committer_;
  const SinkWatcher& watcher_;
};

class WatchedStarrocks final : public ForwardingSink {
 public:
  WatchedStarrocks(starrocks::StarrocksOptions options, SinkWatcher watcher)
      : ForwardingSink(std::make_unique<starrocks::StarrocksSink>(std::move(options))),
        watcher_(std::move(watcher)) {}

  Result<std::unique_ptr<Committer>> OpenCommitter(Context& ctx) override {
    ASSIGN_OR_RETURN(auto committer, ForwardingSink::OpenCommitter(ctx));
    return std::make_unique<Watched>(std::move(committer), watcher_);
  }

 private:
  const SinkWatcher watcher_;
};

}  // namespace

std::unique_ptr<Sink> WatchedSink(starrocks::StarrocksOptions options, SinkWatcher watcher) {
  return std::make_unique<WatchedStarrocks>(std::move(options), std::move(watcher));
}

}  // namespace sluice::sim
