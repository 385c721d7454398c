// SPDX-License-Identifier: Apache-2.0
// The body of a load, read as the target reads it, and held against the source: each row must be a
// change of it, value for value.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "sim/sim_source.h"

namespace sluice::sim {

struct LoadedRow {
  RowRef ref;
  std::string column;  // of its version, that its table must have; empty: none
};

// kInternal when a row is none of the source, came to the wrong table, or was changed on the way.
Result<std::vector<LoadedRow>> ReadRows(const SimSource& source, bool upserts, uint32_t table,
                                        const std::string& body);

}  // namespace sluice::sim
