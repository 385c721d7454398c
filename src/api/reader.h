// SPDX-License-Identifier: Apache-2.0
// Reader: reads one split. Used by one task thread. No method waits on a socket or a disk: blocking
// clients run on I/O threads behind a bounded queue, and Context::wake tells the task when there is
// something to read.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/env.h"
#include "base/status.h"
#include "data/event.h"

namespace sluice {

// A unit of reading that can be checkpointed and moved; also a reader's checkpoint: "resume me
// here".
struct Split {
  std::string id;  // unique within the job, stable over restarts
  Bytes position;  // the source's own encoding, first byte a version

  friend bool operator==(const Split&, const Split&) = default;
};

enum class Poll : uint8_t {
  kMore,  // call again at once
  kIdle,  // nothing now; call after Context::wake or a while
  kDone,  // the split is finished; never call Read again
  // Everything before a change of schema is emitted (Flush gives the rest). Save still yields a
  // split before the change. Read is not called again until TakeSchemaChange.
  kSchemaChange,
};

class Reader {
 public:
  virtual ~Reader() = default;
  // Emits any number of events and returns by `until`, or early when out.full(). REQUIRES: no call
  // after kDone or an error. kUnavailable and kTimeout are retried by the engine with a new reader
  // from the last saved split.
  virtual Result<Poll> Read(Emitter& out, Deadline until) = 0;
  // Emits everything held, so that the position is well defined. Called before every Save and by
  // the linger timer.
  virtual Status Flush(Emitter& out) = 0;
  // False: what was emitted last is part of something that may not become visible in parts, and
  // Read will bring the rest. Barriers wait meanwhile, and with them checkpoints.
  virtual bool at_boundary() const { return true; }
  // A split that yields exactly what comes after the last emitted event. REQUIRES: Flush was the
  // last call.
  virtual Split Save() const = 0;
  // Moves past the change at which Read returned kSchemaChange, and returns it with `before` and
  // `after`. Called once everything before it is committed. Rows of the new schema follow; Save
  // yields a split behind the change from now on. A reader never emits a SchemaChange itself. An
  // error (kSchemaMismatch) ends the job, with everything before the change in the target: the
  // change cannot be followed; the message names table, statement and remedy.
  virtual Result<SchemaChange> TakeSchemaChange() {
    return Fail(Code::kInternal, "the reader does not stand at a change of schema");
  }
  // What the enumerator should know of a finished split, e.g. where the log stood; taken once,
  // after kDone. Empty: nothing.
  virtual Bytes TakeReport() { return {}; }
  // The checkpoint holding the last Save before it is durable and committed.
  virtual Status OnCheckpointComplete(CheckpointId /*id*/) { return {}; }
};

}  // namespace sluice
