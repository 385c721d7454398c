// SPDX-License-Identifier: Apache-2.0
#include "sim/sim_source.h"

#include <algorithm>

namespace sluice::sim {

SimSource::SimSource(World& world, const Scenario& scenario)
    : tables_(scenario.shared_tables),
      logs_(scenario.splits),
      stands_(scenario.splits, 0),
      alterations_(scenario.splits) {
  const bool alters = scenario.changes_per_split_max > 0;
  if (alters) tables_ += scenario.splits;
  for (uint32_t split = 0; split < splits(); ++split) {
    const uint64_t rows = world.dice.Between(0, scenario.rows_per_split);
    for (uint64_t i = 0; i < rows; ++i) {
      Change change;
      const bool own = alters && world.dice.Chance(0.5);
      change.table = own ? scenario.shared_tables + split
                         : static_cast<uint32_t>(world.dice.Below(scenario.shared_tables));
      change.key = world.dice.Below(scenario.keys_per_split);
      change.removes = world.dice.Chance(0.2);
      logs_[split].push_back(change);
    }
    if (alters) Alter(world, scenario, split);
  }
}

void SimSource::Alter(World& world, const Scenario& scenario, uint32_t split) {
  if (logs_[split].empty()) return;
  auto& alterations = alterations_[split];
  const uint32_t own = scenario.shared_tables + split;
  for (uint64_t n = world.dice.Below(scenario.changes_per_split_max + 1); n > 0; --n) {
    alterations.push_back({split, own, world.dice.Below(logs_[split].size()), 0});
  }
  std::ranges::sort(alterations, {}, &Alteration::before);
  uint32_t version = 0;
  for (Alteration& one : alterations) one.version = ++version;
}

uint32_t SimSource::VersionOf(const RowRef& row) const {
  const uint32_t table = change(row).table;
  return static_cast<uint32_t>(std::ranges::count_if(
      alterations_[row.split],
      [&](const Alteration& one) { return one.table == table && one.before <= row.seq; }));
}

Positions SimSource::End() const {
  Positions end;
  for (const auto& log : logs_) end.push_back(log.size());
  return end;
}

uint64_t SimSource::TakeSnapshot(World& world, uint32_t split, std::vector<RowRef>& rows) {
  const auto& alterations = alterations_[split];
  const uint64_t last = alterations.empty() ? length(split) : alterations.front().before;
  uint64_t& stands = stands_[split];
  if (stands < last && world.dice.Chance(0.6)) {
    stands += world.dice.Below(std::min(last - stands, length(split) / 4) + 1);
  }
  Contents contents;
  for (uint64_t seq = 0; seq < stands; ++seq) Apply({split, seq}, contents);
  for (const auto& [key, seq] : contents) rows.push_back({split, seq});
  return stands;
}

void SimSource::Apply(const RowRef& row, Contents& contents) const {
  const RowKey key = KeyOf(row);
  if (change(row).removes) {
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
