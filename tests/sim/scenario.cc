// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario.h"

#include <array>

namespace sluice::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

void ChooseJob(World& world, Scenario& s) {
  Dice& dice = world.dice;
  s.readers = static_cast<uint32_t>(dice.Between(1, 3));
  s.writers = static_cast<uint32_t>(dice.Between(1, 3));
  s.reshapes = dice.Chance(0.2);
  s.checkpoint_interval = milliseconds(dice.Between(200, 3000));
  s.checkpoint_timeout = seconds(dice.Between(8, 30));
  s.schema_change_timeout = seconds(dice.Between(8, 30));
  s.min_pause = milliseconds(dice.Chance(0.3) ? dice.Below(500) : 0);
  s.retry_times = static_cast<int64_t>(dice.Between(0, 4));
  s.retry_seconds = static_cast<int64_t>(dice.Below(3));
  s.upserts = dice.Chance(0.5);
  s.shared_tables = static_cast<uint32_t>(dice.Between(1, 2));
  s.splits = s.readers + static_cast<uint32_t>(dice.Below(3));
  s.rows_per_split = dice.Between(5, 300);
  s.keys_per_split = dice.Between(1, 20);
  s.changes_per_split_max = dice.Chance(0.5) ? dice.Between(1, 3) : 0;
  s.transaction_rows = dice.Chance(0.3) ? dice.Between(2, 9) : 1;
  s.bodies_kept = static_cast<uint32_t>(dice.Below(3));
  s.step_millis_max = dice.Between(20, 400);
  s.front_ends = static_cast<uint32_t>(dice.Between(1, 3));
  s.batch_rows = static_cast<int64_t>(dice.Between(1, 12));
  s.max_retries = dice.Chance(0.8) ? 3 : static_cast<int64_t>(dice.Below(3));
  s.http_timeout_ms = static_cast<int64_t>(dice.Between(2000, 5000));
  s.faults_end = TimePoint{} + seconds(dice.Between(20, 120));
}

void ChoosePace(World& world, Scenario& s) {
  Dice& dice = world.dice;
  const double size = static_cast<double>(dice.Between(1, 100)) / 100;
  s.pace.yields = dice.Chance(0.5) ? 0.3 * size : 0;
  s.pace.stalls = dice.Chance(0.2) ? 0.003 * size : 0;
  s.pace.spurious = dice.Chance(0.3) ? 0.02 : 0;
  s.pace.slowness = dice.Chance(0.2) ? dice.Between(2, 100) : 1;
}

// Processes that are believed dead all the time, and little else: where two of them meet.
void MakeZombies(World& world, Scenario& s) {
  Dice& dice = world.dice;
  s.checkpoint_interval = milliseconds(dice.Between(200, 2500));
  s.retry_times = 4;
  s.writers = 1;
  s.zombie = 1;
  s.zombie_in_sweep = 0.4;
  s.effects_max = dice.Chance(0.5) ? dice.Between(10, 60) : 0;
  s.crash_seconds = dice.Between(1, 12);
  s.rows_per_split *= 2;
  s.store_stall = 0.3;
  s.request_lost = s.answer_lost = s.refused = 0.01;
  s.vanish = s.forget = s.damage = s.disk_error = s.task_fails = s.open_fails = 0;
  s.stop_seconds = s.outage_seconds = s.leader_change_seconds = 0;
}

void ChooseTimes(World& world, Scenario& s) {
  Dice& dice = world.dice;
  s.effects_max = dice.Chance(0.7) ? dice.Between(20, 600) : 0;
  s.crash_seconds = dice.Chance(0.4) ? dice.Between(2, 30) : 0;
  s.stop_seconds = dice.Chance(0.3) ? dice.Between(3, 40) : 0;
  s.pause_seconds = dice.Chance(0.2) ? dice.Between(5, 40) : 0;
  s.clock_jump_seconds = dice.Chance(0.2) ? dice.Between(2, 20) : 0;
  s.outage_seconds = dice.Chance(0.2) ? dice.Between(5, 40) : 0;
  s.leader_change_seconds = dice.Chance(0.2) ? dice.Between(5, 40) : 0;
}

// Checkpoints that take long, and much that may happen before they are durable.
void MakeSnapshotsRisky(World& world, Scenario& s) {
  Dice& dice = world.dice;
  s.writers = 3;
  s.running_max = 1000;
  s.keys_per_split = 20;
  s.step_millis_max = dice.Between(20, 60);
  s.flush_interval = milliseconds(dice.Between(5, 50));
  s.store_stall = 0.4;
  s.effects_max = dice.Between(60, 250);
  s.crash_seconds = dice.Between(2, 10);
  s.rows_per_split *= 2;
}

// Drawn from a copy of the dice first, so that seeds of other jobs are what they were without it.
void MaybeChooseFlushes(World& world, Scenario& s) {
  if (!s.upserts || !Dice(world.dice).Chance(0.25)) return;
  Dice& dice = world.dice;
  // Runs flush from their third checkpoint on.
  s.checkpoint_interval = milliseconds(dice.Between(200, 1500));
  s.rows_per_split *= 2;
  const auto interval = static_cast<uint64_t>(s.checkpoint_interval.count() / 1000);
  const std::array<uint64_t, 4> bounds{5, 50, interval, interval * 4};
  const uint64_t pace = dice.Below(3);
  s.flush_interval = milliseconds(dice.Between(bounds[pace], bounds[pace + 1]));
  s.flushes_in_turns = dice.Chance(0.2);
  s.snapshots = dice.Chance(0.7);
  if (s.snapshots && dice.Chance(0.5)) MakeSnapshotsRisky(world, s);
  if (dice.Chance(0.2)) s.may_list_from = TimePoint{} + seconds(dice.Below(60));
  if (dice.Chance(0.05)) s.may_list_from = s.faults_end + std::chrono::hours(24);
  if (dice.Chance(0.3)) s.list_fails = 0.2;
  if (dice.Chance(0.2)) {  // so that a commit is asked for until it is given up
    s.answer_lost = 0.15;
    s.outage_seconds = dice.Between(2, 6);
  }
  // Nothing in the target holds back a process that goes on to flush: the lock of the state
  // directory must.
  s.zombie = s.zombie_in_sweep = 0;
}

}  // namespace

Scenario MakeScenario(World& world) {
  Scenario s;
  ChooseJob(world, s);
  ChoosePace(world, s);
  Dice& dice = world.dice;
  const auto maybe = [&](double share, double most) {
    const bool on = dice.Chance(share);
    const double size = static_cast<double>(dice.Between(1, 100)) / 100;
    return on ? most * size : 0.0;
  };
  s.request_lost = maybe(0.5, 0.1);
  s.answer_lost = maybe(0.5, 0.1);
  s.answer_garbled = maybe(0.2, 0.05);
  s.request_doubled = maybe(0.4, 0.15);
  s.message_late = maybe(0.5, 0.1);
  s.refused = maybe(0.4, 0.1);
  s.load_fails = maybe(0.2, 0.05);
  s.publish_late = maybe(0.4, 0.5);
  s.disk_error = maybe(0.3, 0.02);
  s.disk_stall = maybe(0.3, 0.05);
  s.store_stall = maybe(0.5, 0.4);
  s.task_fails = maybe(0.3, 0.01);
  s.open_fails = maybe(0.2, 0.3);
  s.change_refused = maybe(0.05, 0.3);
  s.alter_refused = maybe(0.05, 0.3);
  s.alter_cancelled = maybe(0.2, 0.5);
  s.vanish = maybe(0.35, 0.15);
  s.forget = maybe(0.15, 0.3);
  s.damage = maybe(0.2, 0.5);
  s.power_loss = maybe(0.4, 0.8);
  s.zombie = maybe(0.6, 1.0);
  ChooseTimes(world, s);
  if (dice.Chance(0.25)) MakeZombies(world, s);
  // Enough for one checkpoint that is being committed, one that is prepared and one that is open.
  const uint64_t tables = s.shared_tables + s.splits;
  if (dice.Chance(0.1)) s.running_max = tables * s.writers * 2 + dice.Below(4);
  MaybeChooseFlushes(world, s);
  if (Dice(world.dice).Chance(0.08)) s.crash_between = 0.3;  // other seeds keep their dice
  return s;
}

}  // namespace sluice::sim
