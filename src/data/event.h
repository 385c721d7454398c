// SPDX-License-Identifier: Apache-2.0
// What flows between steps, in order and in one stream: rows, schema changes, barriers, heartbeats,
// ends of splits.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "data/chunk.h"

namespace sluice {

using CheckpointId = uint64_t;  // counts from 1 within a job, over all its runs
using Run = uint64_t;  // grows whenever the job's tasks are started again; names labels and orphans
using Term = uint64_t;  // grows with every change of master; fences the manifest only

// The table changed at the source. `before` is null when it was created, `after` when it was
// dropped. Travels behind the last chunk of the old schema.
struct SchemaChange {
  SchemaRef before;
  SchemaRef after;
  std::string ddl;
};

// Rows before it belong to checkpoint `id`. `last`: nothing follows in this run.
struct Barrier {
  CheckpointId id = 0;
  bool last = false;
};

// The source is alive and has nothing newer than this; lets positions of idle tables move.
struct Heartbeat {
  int64_t source_micros = 0;
};

struct EndOfSplit {
  std::string split;
};

using Event = std::variant<ChunkPtr, SchemaChange, Barrier, Heartbeat, EndOfSplit>;

// Where a step puts its events.
class Emitter {
 public:
  virtual ~Emitter() = default;
  virtual void Emit(Event event) = 0;  // takes ownership; never blocks, never fails
  virtual bool full() const = 0;  // true: return from Read soon, a queue or the budget is spent
};

}  // namespace sluice
