// SPDX-License-Identifier: Apache-2.0
// Rows of the simulated source as the engine carries them: schemas of the tables, and what a column
// of a row holds. Both ends know it, so that each row that arrives can be held against its change.
#pragma once

#include "data/schema.h"
#include "sim/sim_source.h"

namespace sluice::sim {

inline constexpr char kDatabase[] = "sales";

// id (the key), split, seq; and from version 1 on the column of the version.
SchemaRef SchemaOf(uint32_t table, uint32_t version);
uint32_t TableNumber(const Schema& schema);
// The number in the name of a table of the simulation.
uint32_t TableNumber(std::string_view name);

inline int64_t IdOf(const SimSource& source, const RowRef& row) {
  return int64_t{row.split} * 1'000'000 + static_cast<int64_t>(source.change(row).key);
}
inline int64_t VersionValue(const RowRef& row) {
  return static_cast<int64_t>(row.seq) * 7 + row.split;
}

}  // namespace sluice::sim
