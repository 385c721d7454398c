// SPDX-License-Identifier: Apache-2.0
// JobRunner: runs one job in this process: executes the commands of the JobMachine with real
// threads, disk and plugins, and feeds back what happened.
#pragma once

#include <memory>
#include <string>

#include "engine/job_machine.h"
#include "engine/job_start.h"
#include "engine/plan.h"

namespace sluice {

struct JobRunOptions {
  std::string state_dir;
  bool fresh = false;   // forget earlier checkpoints; labels of earlier runs are still cleaned up
  std::string restore;  // a savepoint to go on from (savepoint.h); empty: none
  size_t checkpoints_kept = 2;  // beyond those that are needed
  bool keeps_targets = false;   // save modes do not run, whatever they say
  Rerun rerun = Rerun::kAnew;
  bool heal =
      false;  // begin anew and write only what the targets lack or have too much (healing.h)
};

// A snapshot of the job's counters. Counts survive restarts through the checkpoint.
struct JobProgress {
  std::string
      state;  // "starting", "snapshot", "running", "schema change", "stopping", "restarting"
  uint64_t rows_read = 0;
  uint64_t bytes_read = 0;  // of chunks as they left the source
  uint64_t rows_written = 0;
  uint64_t rows_committed = 0;  // visible in the target, or printed
  uint64_t checkpoints = 0;     // committed
  CheckpointId last_checkpoint = 0;
  int restarts = 0;
  int64_t lag_micros =
      -1;                // source commit to hand-over to the sink, of the newest row; -1: unknown
  double snapshot = -1;  // 0..1 of the bounded part; negative: none or unknown
};

struct JobSummary {
  Outcome outcome = Outcome::kFailed;
  Status status;                 // why it failed
  bool finished_before = false;  // Rerun: this start had nothing to do
  JobProgress progress;
  int64_t started_wall_micros = 0;
  int64_t ended_wall_micros = 0;
};

// What a runner uses of the outside; all outlive it.
struct RunnerDeps {
  Env& env;
  http::Client& http;
  SqlClient& sql;
  PhaseHook& phases;
};

class JobRunner {
 public:
  // `plan` without tables: Run connects to the source first.
  JobRunner(JobPlan plan, JobRunOptions options, RunnerDeps deps);
  ~JobRunner();

  // Blocks until the job ended. Call once.
  JobSummary Run();
  // From any thread: a last checkpoint, then the end. Run returns kStopped.
  void RequestStop();
  JobProgress progress() const;  // any thread

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice
