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

// Where the source stands according to a checkpoint.
Positions PositionsOf(const SimSource& source, const Manifest& manifest);

class SimTasks : public std::enable_shared_from_this<SimTasks> {
 public:
  explicit SimTasks(const TaskSetup& setup) : setup_(setup) {}
  void Open(const std::optional<Manifest>& from);
  void SendBarriers(const Barrier& barrier);

 private:
  struct SourceTask {
    std::deque<std::variant<Split, Barrier>> messages;
    std::optional<RowRef> next;  // of the split being read
    bool ended = false;          // after the last barrier
  };
  void Schedule(TaskId id);
  void Step(TaskId id);
  void HandleMessages(TaskId id);
  void PassBarrier(TaskId id, const Barrier& barrier);
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
