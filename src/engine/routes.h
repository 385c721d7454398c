// SPDX-License-Identifier: Apache-2.0
// Route: one way that rows take: from a source through transforms to a sink.
#pragma once

#include <cstdint>
#include <vector>

#include "config/wiring.h"

namespace sluice {

// Indexes are those of the job file's sections.
struct Route {
  uint32_t source = 0;
  std::vector<size_t> transforms;  // upstream first
  uint32_t sink = 0;

  friend auto operator<=>(const Route&, const Route&) = default;
};

// All ways through the graph, each once, by source, then sink. A graph whose branches meet and part
// again and again has more of them than anybody means: that is a mistake, told to `diagnostics`.
// REQUIRES: the wiring has no cycle.
std::vector<Route> FindRoutes(const JobFile& job, const Wiring& wiring, Diagnostics& diagnostics);

}  // namespace sluice
