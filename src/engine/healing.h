// SPDX-License-Identifier: Apache-2.0
// Healing: a job whose source no longer holds its position begins anew, and brings its targets to
// what the source holds now, writing only what differs.
//
//   1. The targets are read into digests, before the tasks of the first run are opened.
//   2. The source's snapshot comes. The sinks' writers (healing_sink.h) leave out rows that the
//      target holds already, and mark the keys that came: in the snapshot, or in the log behind it.
//   3. Once the snapshot is over and committed, the targets are read again (healing_sweep.h): rows
//      from before whose keys did not come are deleted.
//   4. Once these deletes are committed, the targets are healed. Until then a mark in the state
//      directory makes every start begin again with 1.
//
// A restart inside the process keeps the digests, and of the marks those of rows before the
// checkpoint that it goes on from (healing_marks.h): a range of the snapshot that is read again may
// no longer have a row that it had, and nothing but the sweep would take that row away. Then it
// sweeps again.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/healing_marks.h"
#include "engine/healing_sweep.h"
#include "engine/healing_tables.h"

namespace sluice {

// Rows since healing began. Those that come twice, around a restart, may be counted twice.
struct HealingCounts {
  std::atomic<uint64_t> compared = 0;   // of the snapshot, of which:
  std::atomic<uint64_t> equal = 0;      // left out
  std::atomic<uint64_t> rewritten = 0;  // there were others of their key
  std::atomic<uint64_t> inserted = 0;
  std::atomic<uint64_t> deleted = 0;
};

class Healing {
 public:
  Healing(Env& env, std::string folder) : tables_(env, std::move(folder)) {}

  // ---- of the runner, on its thread ----
  HealingTables& tables() { return tables_; }  // Scan them before the first run, on an I/O thread
  // The tasks of a run are about to be opened, from checkpoint `from`; 0: a fresh start. Not OK:
  // what was committed since is not known any more, and healing must begin again. REQUIRES:
  // scanned; no writer is open.
  Status BeginRun(const JobPlan& plan, const Context& ctx, CheckpointId from);
  // Checkpoint `id` is committed; `snapshot_in`: the first one that holds all of the snapshot, as
  // far as known. True: the targets are healed, just now.
  bool OnCommitted(CheckpointId id, std::optional<CheckpointId> snapshot_in);
  // A source that is done must not end the job yet.
  bool holds_end() const;
  bool wants_checkpoint() const;
  Status status() const;  // not OK: the run must fail
  void EndRun();          // ends the sweep; before the tasks go
  std::string Summary() const;

  // ---- of the writers, on theirs ----
  bool done() const { return done_; }
  const HealingTables& tables() const { return tables_; }
  HealingCounts& counts() { return counts_; }
  HealingMarks& marks(TaskId writer) { return marks_[writer]; }
  // The sweep of this run, once it began; null before.
  std::shared_ptr<HealingSweep> sweep() const;
  // The target of `sink` has taken the change.
  Status Rebind(uint32_t sink, const SchemaChange& change);

 private:
  HealingTables tables_;
  HealingCounts counts_;
  std::deque<HealingMarks> marks_;  // by writer; stable addresses
  CheckpointId committed_ = 0;      // the last one
  std::atomic<bool> done_ = false;
  const JobPlan* plan_ = nullptr;
  std::optional<Context> ctx_;  // of the run

  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<HealingSweep> sweep_;
};

}  // namespace sluice
