// SPDX-License-Identifier: Apache-2.0
// SimSource: the logs that the job reads, one per split, and what a target must hold when a prefix
// of each has arrived. Keys of different splits differ, as keys of different key ranges do. Rows go
// to tables that all splits share, and to one that the split has for itself. That one is altered:
// each change gives it one more version, which has a column of its own and lacks that of the
// version before.
//
// A log grows while it is read: whoever reads rows as they are finds them at a place behind
// everything that was ever read of it.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/scenario.h"
#include "sim/world.h"

namespace sluice::sim {

// One change, named by where it stands; what it did can be looked up in the source.
struct RowRef {
  uint32_t split = 0;
  uint64_t seq = 0;
  friend auto operator<=>(const RowRef&, const RowRef&) = default;
};

struct Change {
  uint32_t table = 0;
  uint64_t key = 0;  // within the split
  bool removes = false;
};

// A change of the schema of a table, in front of the row at `before`.
struct Alteration {
  uint32_t split = 0;
  uint32_t table = 0;
  uint64_t before = 0;
  uint32_t version = 0;  // that rows of the table have behind it
};

// How far each split was read: the number of its changes.
using Positions = std::vector<uint64_t>;

// Rows by (table, split, key): the place of the change that made each.
struct RowKey {
  uint32_t table = 0;
  uint32_t split = 0;
  uint64_t key = 0;
  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};
using Contents = std::map<RowKey, uint64_t>;

inline std::string TableName(uint32_t table) {
  return fmt::format("table_{}", table);
}
// The column that a version of a table has for itself; from version 1 on.
inline std::string VersionColumn(uint32_t version) {
  return fmt::format("c{}", version);
}

class SimSource {
 public:
  SimSource(World& world, const Scenario& scenario);
  uint32_t splits() const { return static_cast<uint32_t>(logs_.size()); }
  uint32_t tables() const { return tables_; }
  uint64_t length(uint32_t split) const { return logs_[split].size(); }
  bool Has(const RowRef& row) const {
    return row.split < logs_.size() && row.seq < logs_[row.split].size();
  }
  const Change& change(const RowRef& row) const { return logs_[row.split][row.seq]; }
  Positions End() const;
  RowKey KeyOf(const RowRef& row) const { return {change(row).table, row.split, change(row).key}; }

  // In the order of the log.
  const std::vector<Alteration>& alterations(uint32_t split) const { return alterations_[split]; }
  // The version of the schema with which a row was written at the source.
  uint32_t VersionOf(const RowRef& row) const;

  // A snapshot of a split, by whoever reads it now: where its log stands, never before the schema
  // changes, and the change that made each row that is there.
  uint64_t TakeSnapshot(World& world, uint32_t split, std::vector<RowRef>& rows);
  // A row of a log was read.
  void OnRead(const RowRef& row) { stands_[row.split] = std::max(stands_[row.split], row.seq + 1); }

  // A reader said that it cannot follow a change of schema.
  void OnRefused() { ++refusals_; }
  uint64_t refusals() const { return refusals_; }

  // Applies a change to contents that are upserted by key.
  void Apply(const RowRef& row, Contents& contents) const;
  Contents UpsertedUpTo(const Positions& positions) const;

 private:
  void Alter(World& world, const Scenario& scenario, uint32_t split);

  uint32_t tables_ = 0;
  std::vector<std::vector<Change>> logs_;
  std::vector<uint64_t> stands_;  // each log, at the least
  std::vector<std::vector<Alteration>> alterations_;
  uint64_t refusals_ = 0;
};

}  // namespace sluice::sim
