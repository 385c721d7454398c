// SPDX-License-Identifier: Apache-2.0
// Transform: a pure function on chunks. Same input, same output; no I/O, no clock. One object per
// task, one thread.
#pragma once

#include "base/status.h"
#include "data/event.h"

namespace sluice {

class Transform {
 public:
  virtual ~Transform() = default;
  // The schema that rows of `in` leave with; null: rows of this table are dropped. Called at plan
  // time for every table and again at each schema change. Errors name the table and the option.
  virtual Result<SchemaRef> Bind(const SchemaRef& in) = 0;
  // Of every table bound so far: what comes, changes or goes at the source does so behind this
  // transform. False: changes of some kind are left out or become rows of their own, so that the
  // target is not to hold just what the source holds now.
  virtual bool follows_every_change() const { return true; }
  // REQUIRES: Bind(chunk->schema()) was called before.
  virtual Status Apply(ChunkPtr chunk, Emitter& out) = 0;
};

}  // namespace sluice
