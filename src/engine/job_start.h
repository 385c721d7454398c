// SPDX-License-Identifier: Apache-2.0
// What happens before the machine takes over: tables are discovered, the state directory is claimed
// for this job, and the target is prepared.
#pragma once

#include <optional>
#include <string>

#include "engine/checkpoint_store.h"
#include "engine/plan.h"
#include "engine/savepoint.h"

namespace sluice {

// What is done when this very job, with these sources and sinks, has finished before.
enum class Rerun : uint8_t {
  kAnew,
  kOnce,   // nothing
  kNever,  // nothing; a job that has not finished is refused (kNotFound), with nothing touched
};

struct StartedJob {
  bool finished_before = false;  // there is nothing to do; the rest means nothing
  std::string job_id;
  bool resumes = false;        // an earlier run did not finish and will be continued
  std::optional<Bytes> saved;  // the sources' states from which the tables were restored
};

// Blocks. Retries what is unavailable as env.job.retry.* says. REQUIRES: the store is locked.
// kInvalidConfig: the directory holds the unfinished state of another source, sink or table list,
// or the savepoint is of such a one.
struct StartFrom {
  bool fresh = false;                  // forget earlier checkpoints
  std::optional<Savepoint> savepoint;  // go on from here
  bool keeps_targets = false;          // save modes do not run
  // Begins anew, over targets that stay and are compared. Refused (kInvalidConfig, or what the sink
  // says) before anything is changed; from then on the store says healing().
  bool heals = false;
  Rerun rerun = Rerun::kAnew;
};
Result<StartedJob> StartJob(JobPlan& plan, Context& ctx, CheckpointStore& store,
                            const StartFrom& from, uint64_t random);

// Prepares the sinks for the tables that joined the job since it began; false: there are none.
// Blocks. REQUIRES: no writer is open; the sinks were prepared for the other tables.
Result<bool> PrepareJoined(JobPlan& plan, Context& ctx, bool keeps_targets);

}  // namespace sluice
