// SPDX-License-Identifier: Apache-2.0
// SimTasks: the source tasks of one run and the hand-out of splits to them, as
// engine/source_task.cc and engine/task_set.cc do it. Destroying it stops everything at once; what
// is on its way to the target still arrives.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "engine/job_machine.h"
#include "sim/sim_writer.h"

namespace sluice::sim {

// A split being read: the next row, and how many changes of schema were taken before it.
struct SimSplit {
  RowRef next;
  uint64_t changes = 0;
};

// A change of schema as it goes through the machine, and back.
SchemaChange ToSchemaChange(const Alteration& to);
Alteration ToAlteration(const SchemaChange& change);

// Where the source stands according to a checkpoint.
Positions PositionsOf(const SimSource& source, const Manifest& manifest);

// The changes of schema that a checkpoint lies behind, of the splits that it names.
std::vector<Alteration> PassedChanges(const SimSource& source, const Manifest& manifest);

class SimTasks : public std::enable_shared_from_this<SimTasks> {
 public:
  explicit SimTasks(const TaskSetup& setup) : setup_(setup) {}
  void Open(const std::optional<Manifest>& from);
  void SendBarriers(const Barrier& barrier, bool hold);
  void TakeChange(TaskId id) { sources_[id].messages.emplace_back(Take{}); }
  void PassChange(TaskId id) { sources_[id].messages.emplace_back(Pass{}); }

 private:
  struct BarrierToPass {
    Barrier barrier;
    bool hold;
  };
  struct Take {};
  struct Pass {};
  struct SourceTask {
    std::deque<std::variant<Split, BarrierToPass, Take, Pass>> messages;
    std::optional<SimSplit> split;  // being read
    bool ended = false;             // after the last barrier
    bool held = false;
    bool at_change = false;
  };
  void Schedule(TaskId id);
  void Step(TaskId id);
  void HandleMessages(TaskId id);
  void PassBarrier(TaskId id, const BarrierToPass& message);
  void TakeNow(TaskId id);
  bool StandsAtChange(TaskId id);
  void Read(TaskId id);
  // On the control thread:
  void Finished(TaskId id, bool after_save);
  void Saved(TaskSaved saved);
  void Sealed();
  void MaybeTellEnumerator();
  void AssignSplits();
  void OnControl(std::function<void()> what);

  const TaskSetup setup_;
  std::vector<std::shared_ptr<SimWriter>> writers_;
  std::vector<SourceTask> sources_;
  uint32_t given_ = 0;  // splits that were handed out: the enumerator's state
  std::deque<Split> restored_;
  std::set<TaskId> free_;
  std::optional<Barrier> aligning_;
  std::set<TaskId> saved_;
  size_t sealed_ = 0;
  std::optional<EnumeratorSaved> enumerator_saved_;  // told once every writer has sealed
  std::vector<TaskId> set_aside_;
  bool told_done_ = false;
};

}  // namespace sluice::sim
