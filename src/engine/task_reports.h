// SPDX-License-Identifier: Apache-2.0
// What tasks tell the control thread, and the counters they keep.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <variant>

#include "engine/job_machine.h"

namespace sluice {

// A source task finished its split and is free for another one. `report` is the reader's.
struct SplitFinished {
  TaskId source = 0;
  Split split;
  Bytes report;
};

// What a task has counted in its run when the barrier of a checkpoint passed it.
struct SourceSaved {
  TaskSaved saved;
  uint64_t rows_read = 0;
  uint64_t bytes_read = 0;
};
struct WriterSealed {
  CheckpointId id = 0;
  uint64_t rows_written = 0;
};

using TaskReport = std::variant<SplitFinished, SourceSaved, WriterSealed, WriterPrepared,
                                CheckpointWanted, ChangeReached, ChangeTaken, TaskFailed>;
// Any thread; never blocks.
using ReportFn = std::function<void(TaskReport)>;

// For people who watch: shared by all tasks of a job, monotonic within a run.
struct TaskCounters {
  std::atomic<uint64_t> rows_read = 0;
  std::atomic<uint64_t> bytes_read = 0;
  std::atomic<uint64_t> rows_written = 0;
  std::atomic<int64_t> lag_micros = -1;
};

}  // namespace sluice
