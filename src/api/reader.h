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
  // A split that yields exactly what comes after the last emitted event. REQUIRES: Flush was the
  // last call.
  virtual Split Save() const = 0;
  // What the enumerator should know of a finished split, e.g. where the log stood; taken once,
  // after kDone. Empty: nothing.
  virtual Bytes TakeReport() { return {}; }
  // The checkpoint holding the last Save before it is durable and committed.
  virtual Status OnCheckpointComplete(CheckpointId /*id*/) { return {}; }
};

}  // namespace sluice
