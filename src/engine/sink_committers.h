// SPDX-License-Identifier: Apache-2.0
// SinkCommitters: the committers of all sinks of a job as one. One thread, whose calls block.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/manifest.h"
#include "engine/plan.h"
#include "engine/transform_tree.h"

namespace sluice {

class SinkCommitters {
 public:
  // `sinks` outlive it. Connects to nothing yet.
  SinkCommitters(std::span<const SinkStep> sinks, Context context);

  // Of every sink its part. A sink that cannot commit now does not keep the others from it. OK: all
  // of it is committed; otherwise as Committer::Commit.
  Status Commit(const PendingCommit& pending);
  Status Abort(std::span<const OrphanRange> ranges);
  Status Apply(std::span<const TargetChange> changes);

 private:
  Result<Committer*> Of(size_t sink);

  const std::span<const SinkStep> sinks_;
  Context context_;                                     // outlives the committers
  std::vector<std::unique_ptr<Committer>> committers_;  // by sink; null: not needed so far
};

}  // namespace sluice
