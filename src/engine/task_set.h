// SPDX-License-Identifier: Apache-2.0
// TaskSet: the tasks of one run, and the hand-out of splits to them. Lives on the control thread;
// destroying it stops the tasks and waits for them.
//
// Each source has its own enumerator and tasks, each sink its own writers; tasks are numbered
// through over all sources, writers over all sinks. A sink that one task feeds has its writer on
// that task's thread; any other takes its rows from an exchange. One checkpoint goes through all of
// it.
//
// Between a barrier and the moment when every source task has saved its split, no split is handed
// out, and what a task reports after its own save is set aside: so the enumerators' states and the
// readers' states fit together.
#pragma once

#include <deque>
#include <map>
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

  // Restores the enumerators and opens the tasks; `from` empty: a fresh start. No split is handed
  // out yet, so that a barrier sent now passes in front of all rows.
  Status Open(const std::optional<Manifest>& from);

  void SendBarriers(const Barrier& barrier, bool hold);
  void TakeChange(TaskId source) { tasks_[source]->TakeChange(); }
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
  bool wants_checkpoint() const;
  bool wants_reopening() const;
  // The first checkpoint of this run in front of whose barrier all rows of all snapshots lie.
  std::optional<CheckpointId> snapshot_in() const;
  double progress() const;  // of the sources that know theirs, their mean; else negative

 private:
  // A source: its tasks are [first, first + parallelism).
  struct Reading {
    uint32_t number = 0;  // in the plan
    TaskId first = 0;
    std::unique_ptr<SplitEnumerator> enumerator;
    std::deque<Split> restored;  // saved by readers of an earlier run, not yet handed out
    std::set<TaskId> free;
    std::optional<CheckpointId> snapshot_in;  // TaskSet::snapshot_in, of this source
  };
  // A sink: its writers are [first, first + parallelism).
  struct Writing {
    TaskId first = 0;
    std::set<uint32_t> sources;  // that feed it
    uint32_t senders = 0;        // tasks of these
    uint32_t next_sender = 0;
    std::unique_ptr<Exchange> exchange;  // null: its one sender writes
  };

  void Number();
  Status Restore(const std::optional<Manifest>& from);
  Status OpenWriters();
  Status OpenTasks(Reading& reading);
  Result<std::unique_ptr<SourceTask>> MakeTask(TaskId id, const Reading& reading);
  Result<std::unique_ptr<TransformTree>> MakeTree(uint32_t source, std::vector<SinkPort>& ports,
                                                  Context& ctx, Wakeup& wakeup);
  Result<SinkPort> MakePort(uint32_t sink, Context& ctx, Wakeup& wakeup);
  Result<std::unique_ptr<WriterStage>> MakeStage(uint32_t sink, TaskId id, Context& ctx);
  Reading& ReadingOf(TaskId task);
  uint32_t SinkOf(TaskId writer) const;
  Status Finished(const SplitFinished& finished);
  Result<Outcome> Saved(SourceSaved report);
  Bytes SaveEnumerators();
  void NoteSnapshot(CheckpointId id);
  void MaybeTellCounters(Outcome& outcome);
  Status AssignSplits(Reading& reading);

  JobPlan& plan_;
  const Context base_;
  TaskCounters& counters_;
  ReportFn report_;

  std::deque<Context> contexts_;  // stable addresses; outlive the tasks below
  std::vector<Reading> readings_;
  std::vector<Writing> writings_;
  std::vector<std::unique_ptr<WriterTask>> writers_;
  std::vector<std::unique_ptr<SourceTask>> tasks_;

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
