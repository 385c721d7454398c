// SPDX-License-Identifier: Apache-2.0
// Watcher: the thread that stands beside a running job: prints its progress and takes signals.
#pragma once

#include <atomic>
#include <csignal>

#include "base/thread.h"
#include "cli/report.h"
#include "engine/job_runner.h"

namespace sluice::cli {

// Asks for a last checkpoint and the end, however often it comes: from programs.
inline constexpr int kLastCheckpointSignal = SIGUSR1;

// These signals reach no thread but the one that waits for them. Call before any thread is
// started: they inherit it.
void BlockStopSignals();

// The first SIGINT or SIGTERM asks `runner` for a last checkpoint and the end, the second ends the
// process.
class Watcher {
 public:
  // REQUIRES: BlockStopSignals was called. `runner` and `env` outlive this object.
  Watcher(JobRunner& runner, Env& env);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

 private:
  void Loop();
  void OnSignal(int signal);

  JobRunner& runner_;
  Env& env_;
  int signals_ = 0;
  std::atomic<bool> ended_ = false;
  Thread thread_;  // last: it uses the others
};

}  // namespace sluice::cli
