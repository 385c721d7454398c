// SPDX-License-Identifier: Apache-2.0
// TaskSet: the tasks of one run, and the hand-out of splits to them. Lives on the control thread;
// destroying it stops the tasks and waits for them.
//
// Between a barrier and the moment when every source task has saved its split, no split is handed
// out, and what a task reports after its own save is set aside: so the enumerator's state and the
// readers' states fit together.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "engine/plan.h"
#include "engine/source_task.h"
#include "engine/writer_task.h"

namespace sluice {

class TaskSet {
 public:
  // `base` is the context to copy for each task. Everything outlives the set.
  TaskSet(JobPlan& plan, const Context& base, TaskCounters& counters, ReportFn report);
  ~TaskSet();

  // Restores the enumerator and opens the tasks; `from` empty: a fresh start.
  Status Open(const std::optional<Manifest>& from);

  void SendBarriers(const Barrier& barrier, bool hold);
  void TakeChange(TaskId source) { sources_[source]->TakeChange(); }
  Status PassChange(TaskId source, const SchemaChange& change);
  void NotifyComplete(CheckpointId id);

  // Takes a report of this run's tasks. Fills in what the machine needs to know beyond it.
  struct Outcome {
    std::vector<Input> inputs;
  };
  Result<Outcome> OnReport(TaskReport report);
  // Hands out splits to free tasks; call after every report and now and then.
  Status AssignSplits();
  bool source_done() const { return source_done_; }
  bool wants_checkpoint() const { return enumerator_ && enumerator_->wants_checkpoint(); }
  double progress() const { return enumerator_ ? enumerator_->progress() : -1; }

 private:
  Status OpenWriters();
  Status OpenSources();
  Result<std::unique_ptr<WriterStage>> MakeStage(TaskId id, Context& ctx);
  Status Finished(const SplitFinished& finished);
  Result<Outcome> Saved(SourceSaved report);
  void MaybeTellCounters(Outcome& outcome);

  JobPlan& plan_;
  const Context base_;
  TaskCounters& counters_;
  ReportFn report_;
  const uint32_t parallelism_;

  std::deque<Context> contexts_;  // stable addresses; outlive the tasks below
  std::unique_ptr<Exchange> exchange_;
  std::vector<std::unique_ptr<WriterTask>> writers_;
  std::vector<std::unique_ptr<SourceTask>> sources_;
  std::unique_ptr<SplitEnumerator> enumerator_;

  std::deque<Split> restored_;  // saved by readers of an earlier run, not yet handed out
  std::set<TaskId> free_;
  std::optional<Barrier> aligning_;
  std::set<TaskId> saved_;
  std::vector<SplitFinished> set_aside_;

  // Of the checkpoint that is being taken: counted up to its barrier, earlier runs included.
  struct Counted {
    uint64_t rows_read = 0;
    uint64_t bytes_read = 0;
    uint64_t rows_written = 0;
  };
  Counted before_;  // in earlier runs
  Counted counted_;
  uint32_t sealed_ = 0;  // writers
  std::optional<EnumeratorSaved> enumerator_saved_;
  bool source_done_ = false;
};

}  // namespace sluice
