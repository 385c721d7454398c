// SPDX-License-Identifier: Apache-2.0
// Probe: marks a rare branch, so that the simulator can show that its seeds reach it. Nothing at
// all in what ships. Each name stands in one place of the code, and in the list of tests/sim.
#pragma once

#include <string_view>

namespace sluice {

#ifdef SLUICE_SIMULATION
void Probe(std::string_view branch);
#else
constexpr void Probe(std::string_view /*branch*/) {}
#endif

}  // namespace sluice
