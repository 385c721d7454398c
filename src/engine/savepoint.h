// SPDX-License-Identifier: Apache-2.0
// Savepoint: a checkpoint that the user owns. Nothing removes it, and a job may begin from it
// again, in the same state directory or, copied elsewhere, in another one.
//
//   DIR/savepoints/<checkpoint>/record       JobRecord
//   DIR/savepoints/<checkpoint>/checkpoint   its body (engine/manifest.h)
#pragma once

#include <string>
#include <vector>

#include "engine/checkpoint_store.h"

namespace sluice {

struct Savepoint {
  std::string path;  // its directory
  JobRecord record;  // whose latest checkpoint is the savepoint's, committed
  Bytes body;
};

// kInvalidConfig while the targets of the job in `dir` are being healed: what goes on from a
// savepoint would not know that they hold only a part.
Status RefuseWhileHealing(const CheckpointStore& store, const std::string& dir);

// Of the job in `dir`, which nobody runs: the store is locked. kInvalidConfig when the job's last
// run ended neither with a checkpoint nor at the savepoint it began from, or was finished, or
// heals. Doing it twice equals once.
Result<Savepoint> TakeSavepoint(Env& env, CheckpointStore& store, const std::string& dir);

// `name`: a number below `dir`, or the path of a savepoint. kNotFound names those that there are.
Result<Savepoint> ReadSavepoint(Env& env, const std::string& dir, const std::string& name);

// Replaces what the store holds by the savepoint: the next start goes on from it. Numbers of
// checkpoints and runs that were used since stay used; an empty store, which does not know them,
// gets runs far from all others, by `random`. `writers`: of the job. kInvalidConfig when the store
// belongs to another job. REQUIRES: the store is locked.
Result<JobRecord> Restore(CheckpointStore& store, const Savepoint& savepoint, uint32_t writers,
                          uint64_t random);

}  // namespace sluice
