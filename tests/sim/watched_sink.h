// SPDX-License-Identifier: Apache-2.0
// WatchedSink: the StarRocks sink as it ships, with somebody who watches what the engine asks of it
// and what it answers. Changes nothing.
#pragma once

#include <functional>
#include <memory>

#include "sim/laws.h"
#include "starrocks/options.h"

namespace sluice::sim {

// What a process wants to know of its sink.
struct SinkWatcher {
  World& world;
  Laws& laws;
  // A committer begins to look for orphans.
  std::function<void()> on_sweep;
  // A committer begins to alter a table, or has ended.
  std::function<void(bool begins)> on_alter;
  // A checkpoint was committed.
  std::function<void()> on_committed;
};

std::unique_ptr<Sink> WatchedSink(starrocks::StarrocksOptions options, SinkWatcher watcher);

}  // namespace sluice::sim
