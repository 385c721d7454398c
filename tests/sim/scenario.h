// SPDX-License-Identifier: Apache-2.0
// Scenario: what one seed simulates: the job, the pace of everything, and which faults how often.
// Faults come in kinds; a seed switches each kind on or off, so that they meet in all mixtures.
#pragma once

#include "engine/job_machine.h"
#include "sim/world.h"

namespace sluice::sim {

struct Scenario {
  // ---- the job ----
  JobMachineConfig machine;
  uint32_t tables = 1;
  uint32_t splits = 1;
  uint64_t rows_per_split = 0;
  uint64_t keys_per_split = 0;
  uint64_t changes_per_split_max = 0;  // of schema
  uint64_t batch_rows = 0;             // a writer sends so many at once
  uint32_t bodies_kept = 0;
  uint64_t step_millis_max = 0;  // of a source task
  TimePoint faults_end;

  // ---- faults: chances of one event each ----
  double request_lost = 0;
  double answer_lost = 0;
  double request_doubled = 0;
  double message_late = 0;  // arrives after its caller has given up
  double refused = 0;       // connection refused: certainly not acted upon
  double publish_late = 0;  // committed, but answered as failed
  double disk_error = 0;
  double disk_stall = 0;
  double store_stall = 0;              // before an operation on the state directory
  double task_fails = 0;               // of a step of a source task
  double open_fails = 0;               // of a start of the tasks
  double change_refused = 0;           // a reader cannot follow a change of schema
  double alter_refused = 0;            // the target cannot
  double vanish = 0;                   // a prepared transaction is dropped by the target
  double forget = 0;                   // a finished transaction's label is forgotten
  double damage = 0;                   // a crash damages the newest record or body
  double power_loss = 0;               // a crash loses what was not synced
  double zombie = 0;                   // a crash leaves a process that goes on
  double zombie_in_sweep = 0;          // a process is believed dead while it looks for orphans
  uint64_t effects_max = 0;            // a process crashes within so many outside effects; 0: never
  uint64_t crash_seconds = 0;          // mean time to a crash; 0: never
  uint64_t stop_seconds = 0;           // mean time to a stop request; 0: never
  uint64_t outage_seconds = 0;         // mean time to an outage of the target; 0: never
  uint64_t leader_change_seconds = 0;  // mean time to a loss of open transactions; 0: never

  bool calm = false;  // true: no more faults
  bool Happens(World& world, double chance) const {
    return !calm && chance > 0 && world.dice.Chance(chance);
  }
};

Scenario MakeScenario(World& world);

}  // namespace sluice::sim
