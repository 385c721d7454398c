// SPDX-License-Identifier: Apache-2.0
// RunSeed: one simulated life of a job: processes that run it, crash, go on as zombies and are
// started again, until the source is drained, the job says why it cannot go on, or a law is broken.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "engine/planted.h"

namespace sluice::sim {

struct SeedResult {
  std::string violation;  // empty: every law held
  std::string trace;      // empty unless it was asked for
  std::map<std::string, uint64_t> counts;
  uint64_t commits = 0;
  double virtual_seconds = 0;
};

SeedResult RunSeed(uint64_t seed, Bug bug, bool trace);

}  // namespace sluice::sim
