// SPDX-License-Identifier: Apache-2.0
// HealingSweep: finds what the source no longer has, and hands it to the writers to be deleted.
//
// A thread reads the target tables once more. A row that was there before healing began, and whose
// key no row of the source has brought since, goes to the writer that owns the key: the one to
// which the exchange sends the rows of that key. The writer looks once more whether the key has
// come meanwhile, on its own thread, and so in order with the rows of the log.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "base/bounded_queue.h"
#include "base/thread.h"
#include "engine/healing_tables.h"
#include "engine/job_machine.h"
#include "engine/wakeup.h"

namespace sluice {

class HealingSweep {
 public:
  // Begins at once. `tables` and `plan` outlive it; `ctx` is copied but for its cancel token.
  HealingSweep(const HealingTables& tables, const JobPlan& plan, const Context& ctx);
  ~HealingSweep();  // ends the thread

  // Of a writer, on its thread. Rows to delete, each a delete; null: none now.
  ChunkPtr Take(TaskId writer);
  // What the writer took so far belongs to checkpoint `id`.
  void Sealed(TaskId writer, CheckpointId id);

  // Any thread.
  // Schemas of the tables have changed: what was not taken yet is looked for again.
  void TablesChanged();
  // Every row was taken, and the last checkpoint with some of them is this one.
  std::optional<CheckpointId> last() const;
  bool wants_checkpoint() const;  // it would bring something about
  Status status() const;          // why the target cannot be read

 private:
  struct Lane {  // to one writer
    Lane();
    BoundedQueue<ChunkPtr> rows;
    uint32_t sink = 0;
    std::optional<CheckpointId> swept;  // everything was taken before this checkpoint
  };

  void Loop();
  Status ScanAll(uint64_t round);
  Status ScanTable(const HealingTables::Place& place, uint64_t round);
  Status Push(TaskId writer, ChunkBuilder& rows, uint64_t round);
  bool stale(uint64_t round) const;

  const HealingTables& tables_;
  const JobPlan& plan_;
  Context ctx_;
  std::vector<TaskId> first_;  // writer of each sink
  std::deque<Lane> lanes_;     // by writer; stable addresses

  mutable std::mutex mutex_;  // guards what follows
  uint64_t round_ = 0;        // raised by TablesChanged
  bool scanned_ = false;      // everything is in the lanes
  Status status_;

  Wakeup wakeup_;
  Thread thread_;
};

}  // namespace sluice
