// SPDX-License-Identifier: Apache-2.0
#include "sim/sim_source.h"

namespace sluice::sim {

SimSource::SimSource(World& world, const Scenario& scenario) : logs_(scenario.splits) {
  for (auto& log : logs_) {
    const uint64_t rows = world.dice.Between(0, scenario.rows_per_split);
    for (uint64_t i = 0; i < rows; ++i) {
      Change change;
      change.table = static_cast<uint32_t>(world.dice.Below(scenario.tables));
      change.key = world.dice.Below(scenario.keys_per_split);
      change.removes = world.dice.Chance(0.2);
      log.push_back(change);
    }
  }
}

Positions SimSource::End() const {
  Positions end;
  for (const auto& log : logs_) end.push_back(log.size());
  return end;
}

void SimSource::Apply(const RowRef& row, Contents& contents) const {
  const Change& one = change(row);
  const RowKey key{one.table, row.split, one.key};
  if (one.removes) {
    contents.erase(key);
  } else {
    contents[key] = row.seq;
  }
}

Contents SimSource::UpsertedUpTo(const Positions& positions) const {
  Contents contents;
  for (uint32_t split = 0; split < splits(); ++split) {
    for (uint64_t seq = 0; seq < positions[split]; ++seq) Apply({split, seq}, contents);
  }
  return contents;
}

}  // namespace sluice::sim
