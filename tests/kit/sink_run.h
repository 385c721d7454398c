// SPDX-License-Identifier: Apache-2.0
// SinkRun: writes checkpoints into a sink as the engine does, over crashes. What the engine would
// have on disk is in SinkRecord; everything else dies with the process.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "kit/sink_fixture.h"
#include "kit/sink_rows.h"

namespace sluice::kit {

// The manifest: what was prepared for the newest durable checkpoint. Checkpoint n holds batch n.
struct SinkRecord {
  Run run = 0;
  CheckpointId durable = 0;
  std::vector<Prepared> work;
  std::vector<Run> swept_later;  // runs that may have left something
};

// One process: recovers, then writes.
class SinkRun {
 public:
  SinkRun(SinkFixture& fixture, SinkRecord& record, uint32_t writers = 1)
      : fixture_(fixture), record_(record), writers_count_(writers) {}
  ~SinkRun();

  Host& host() { return host_; }
  Sink& sink() { return *sink_; }
  Committer& committer() { return *committer_; }
  Writer& writer(size_t i) { return *writers_[i]; }

  // Raises the run, prepares the sink, commits what is durable, rolls back orphans, opens writers.
  Status Start();
  // Rows of checkpoint `id`, to the writers in turn.
  Status Write(const Batch& batch);
  Status Seal(CheckpointId id);
  // Waits for what was sealed; every error is returned.
  Result<std::vector<Prepared>> AwaitPrepared(CheckpointId id);
  // Records the checkpoint as durable.
  void Publish(CheckpointId id, std::vector<Prepared> work);
  // Asks again while the outcome is unknown.
  Status Commit();
  // All steps for batch `id`.
  Status Checkpoint(CheckpointId id, const Batch& batch);

 private:
  Status Recover();

  SinkFixture& fixture_;
  SinkRecord& record_;
  const uint32_t writers_count_;
  Host host_;
  std::unique_ptr<Sink> sink_;
  std::unique_ptr<Committer> committer_;
  std::vector<std::unique_ptr<Writer>> writers_;
};

// Calls `attempt` again while it says kUnavailable or kTimeout, some times.
Status Insist(const std::function<Status()>& attempt);

}  // namespace sluice::kit
