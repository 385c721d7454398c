// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario.h"

namespace sluice::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

void ChooseJob(World& world, Scenario& s) {
  Dice& dice = world.dice;
  s.machine.sources = static_cast<uint32_t>(dice.Between(1, 3));
  s.machine.writers = static_cast<uint32_t>(dice.Between(1, 3));
  s.machine.checkpoint_interval = milliseconds(dice.Between(200, 3000));
  s.machine.checkpoint_timeout = seconds(dice.Between(8, 30));
  s.machine.schema_change_timeout = seconds(dice.Between(8, 30));
  s.machine.min_pause = milliseconds(dice.Chance(0.3) ? dice.Below(500) : 0);
  s.machine.retry_times = static_cast<int>(dice.Between(0, 4));
  s.machine.retry_interval = milliseconds(dice.Between(10, 3000));
  s.machine.replay_converges = dice.Chance(0.5);
  s.tables = static_cast<uint32_t>(dice.Between(1, 3));
  s.splits = s.machine.sources + static_cast<uint32_t>(dice.Below(3));
  s.rows_per_split = dice.Between(5, 300);
  s.keys_per_split = dice.Between(1, 20);
  s.batch_rows = dice.Between(1, 12);
  s.changes_per_split_max = dice.Chance(0.5) ? dice.Between(1, 3) : 0;
  s.bodies_kept = static_cast<uint32_t>(dice.Below(3));
  s.step_millis_max = dice.Between(20, 400);
  s.faults_end = TimePoint{} + seconds(dice.Between(20, 120));
}

// Processes that are believed dead all the time, and little else: where two of them meet.
void MakeZombies(World& world, Scenario& s) {
  Dice& dice = world.dice;
  s.machine.checkpoint_interval = milliseconds(dice.Between(200, 2500));
  s.machine.retry_times = 4;
  s.machine.writers = 1;
  s.tables = static_cast<uint32_t>(dice.Between(1, 2));
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

}  // namespace

Scenario MakeScenario(World& world) {
  Scenario s;
  ChooseJob(world, s);
  Dice& dice = world.dice;
  const auto maybe = [&](double share, double most) {
    const bool on = dice.Chance(share);
    const double size = static_cast<double>(dice.Between(1, 100)) / 100;
    return on ? most * size : 0.0;
  };
  s.request_lost = maybe(0.5, 0.1);
  s.answer_lost = maybe(0.5, 0.1);
  s.request_doubled = maybe(0.4, 0.15);
  s.message_late = maybe(0.5, 0.1);
  s.refused = maybe(0.4, 0.1);
  s.publish_late = maybe(0.4, 0.5);
  s.disk_error = maybe(0.3, 0.02);
  s.disk_stall = maybe(0.3, 0.05);
  s.store_stall = maybe(0.5, 0.4);
  s.task_fails = maybe(0.3, 0.01);
  s.open_fails = maybe(0.2, 0.3);
  s.change_refused = maybe(0.05, 0.3);
  s.alter_refused = maybe(0.05, 0.3);
  s.vanish = maybe(0.35, 0.15);
  s.forget = maybe(0.15, 0.3);
  s.damage = maybe(0.2, 0.5);
  s.power_loss = maybe(0.4, 0.8);
  s.zombie = maybe(0.6, 1.0);
  s.effects_max = dice.Chance(0.7) ? dice.Between(20, 600) : 0;
  s.crash_seconds = dice.Chance(0.4) ? dice.Between(2, 30) : 0;
  s.stop_seconds = dice.Chance(0.3) ? dice.Between(3, 40) : 0;
  s.outage_seconds = dice.Chance(0.2) ? dice.Between(5, 40) : 0;
  s.leader_change_seconds = dice.Chance(0.2) ? dice.Between(5, 40) : 0;
  if (dice.Chance(0.25)) MakeZombies(world, s);
  return s;
}

}  // namespace sluice::sim
