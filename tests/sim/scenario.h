// SPDX-License-Identifier: Apache-2.0
// Scenario: what one seed simulates: the job, the pace of everything, and which faults how often.
// Faults come in kinds; a seed switches each kind on or off, so that they meet in all mixtures.
#pragma once

#include "sim/threads.h"
#include "sim/world.h"

namespace sluice::sim {

struct Scenario {
  // ---- the job ----
  uint32_t readers = 1;
  uint32_t writers = 1;
  Duration checkpoint_interval{0};
  Duration checkpoint_timeout{0};
  Duration schema_change_timeout{0};
  Duration min_pause{0};
  int64_t retry_times = 0;
  int64_t retry_seconds = 0;
  bool reshapes = false;       // another start may have other numbers of readers and writers
  bool upserts = false;        // rows that come twice replace themselves
  uint32_t shared_tables = 1;  // that rows of every split go to
  uint32_t splits = 1;
  uint64_t rows_per_split = 0;
  uint64_t keys_per_split = 0;
  uint64_t changes_per_split_max = 0;  // of schema, of a table that only this split fills
  uint64_t transaction_rows = 1;       // no checkpoint stands inside so many rows of a split
  uint32_t bodies_kept = 0;
  uint64_t step_millis_max = 0;  // between two reads of a split

  // ---- options of the sink ----
  uint32_t front_ends = 1;
  int64_t batch_rows = 0;
  int64_t max_retries = 0;
  int64_t http_timeout_ms = 0;
  uint64_t running_max = 1000;  // transactions that the target lets be open at once

  // ---- at-least-once delivery ----
  Duration flush_interval{0};     // 0: exactly once
  bool flushes_in_turns = false;  // another start may be of exactly-once delivery
  bool snapshots = false;         // a split begins with its rows as they are when it is read
  TimePoint may_list_from;        // the account has the privilege to list running transactions

  // ---- the machine ----
  Pace pace;
  TimePoint faults_end;

  // ---- faults: chances of one event each ----
  double request_lost = 0;
  double answer_lost = 0;
  double answer_garbled = 0;  // HTTP 503, or a body that is no answer
  double request_doubled = 0;
  double message_late = 0;  // arrives after its caller has given up
  double refused = 0;       // connection refused: certainly not acted upon
  double load_fails = 0;    // answered as failed; the transaction is aborted
  double publish_late = 0;  // committed, but answered as failed
  double disk_error = 0;
  double disk_stall = 0;
  double store_stall = 0;              // before an operation on the state directory
  double task_fails = 0;               // of a read
  double open_fails = 0;               // of a start of the tasks
  double change_refused = 0;           // a reader cannot follow a change of schema
  double alter_refused = 0;            // the target cannot
  double alter_cancelled = 0;          // the target begins and gives up
  double vanish = 0;                   // a prepared transaction is dropped by the target
  double list_fails = 0;               // listing running transactions
  double forget = 0;                   // a finished transaction's label is forgotten
  double damage = 0;                   // a crash damages the newest record or body
  double power_loss = 0;               // a crash loses what was not synced
  double zombie = 0;                   // a crash leaves a process that goes on
  double zombie_in_sweep = 0;          // a process is believed dead while it looks for orphans
  double crash_between = 0;            // while tasks are opened or closed, which takes no time
  uint64_t effects_max = 0;            // a process crashes within so many outside effects; 0: never
  uint64_t crash_seconds = 0;          // mean time to a crash; 0: never
  uint64_t stop_seconds = 0;           // mean time to a stop request; 0: never
  uint64_t pause_seconds = 0;          // mean time to a process that stands still; 0: never
  uint64_t clock_jump_seconds = 0;     // mean time to a jump of the wall clock; 0: never
  uint64_t outage_seconds = 0;         // mean time to an outage of the target; 0: never
  uint64_t leader_change_seconds = 0;  // mean time to a loss of open transactions; 0: never

  bool calm = false;  // true: no more faults
  bool Happens(World& world, double chance) const {
    return !calm && chance > 0 && world.dice.Chance(chance);
  }
};

Scenario MakeScenario(World& world);

}  // namespace sluice::sim
