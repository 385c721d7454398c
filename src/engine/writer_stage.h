// SPDX-License-Identifier: Apache-2.0
// WriterStage: the end of a pipeline: hands events to a Writer, seals it at barriers and reports
// what is prepared. Lives on the thread of its task.
#pragma once

#include <deque>
#include <memory>

#include "api/sink.h"
#include "engine/task_reports.h"

namespace sluice {

class WriterStage final : public Emitter {
 public:
  WriterStage(TaskId id, Run run, std::unique_ptr<Writer> writer, Env& env, TaskCounters& counters,
              ReportFn report);

  // The first failure is kept; later events are dropped, because the run will start again.
  void Emit(Event event) override;
  bool full() const override { return writer_->full(); }
  // Asks the writer for work it has prepared since; call after every wake-up.
  void PollPrepared();
  // Lets the writer do what is due, in every round of the task; how long that may sleep then, at
  // most `most`.
  Duration Tend(Duration most);
  bool waits_for_prepared() const { return !sealed_.empty(); }
  const Status& status() const { return status_; }

 private:
  Status Take(const Event& event);
  Status Seal(CheckpointId id);
  Status Write(const Chunk& chunk);

  const TaskId id_;
  const Run run_;
  std::unique_ptr<Writer> writer_;
  Env& env_;
  TaskCounters& counters_;
  ReportFn report_;
  uint64_t rows_written_ = 0;
  std::deque<CheckpointId> sealed_;  // not yet prepared, in order
  bool told_wanted_ = false;
  Status status_;
};

}  // namespace sluice
