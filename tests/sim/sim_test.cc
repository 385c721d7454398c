// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "sim/planted_bugs.h"
#include "sim/simulation.h"

namespace sluice::sim {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr uint64_t kSeeds = 1500;  // each takes several times as long
#else
constexpr uint64_t kSeeds = 5000;
#endif
constexpr uint64_t kSeedsToFindABug = 2000;

std::string Again(uint64_t seed, std::string_view bug = {}) {
  return fmt::format("again: build/release/sim_test --seed {}{}{} --trace", seed,
                     bug.empty() ? "" : " --bug ", bug);
}

struct Totals {
  std::map<std::string, uint64_t> counts;
  uint64_t commits = 0;
  double hours = 0;
};

// Rare branches that the seeds must meet to be worth anything; named where they are counted.
constexpr auto kProbes = std::to_array<std::string_view>({
    // what recovery does
    "recommit on recovery",
    "roll back",
    "earlier checkpoint",
    "torn record",
    "torn body",
    "commit lost",
    "orphan sweep",
    "orphan rolled back",
    "fenced publish",
    "fenced record",
    "transaction written again",
    "change taken",
    "altered",
    "alter waits for transactions",
    "change refused",
    "alter refused",
    // what zombies do
    "zombie",
    "zombie step",
    "zombie commits",
    "late begin",
    "message of a sender that is gone",
    // faults
    "prepared work vanished",
    "label forgotten",
    "published late",
    "open transaction gone with the leader",
    "unsynced change lost",
    "request lost",
    "request doubled",
    "answer lost",
    "target down",
    "task failure",
    "opening fails",
    // ends
    "stopped",
    "drained",
    "failed and started again",
    "given up: commit lost",
    "given up: corruption",
    "given up: schema mismatch",
    // a crash in every state
    "crash while starting",
    "crash while loading",
    "crash while raising",
    "crash while reading",
    "crash while recommitting",
    "crash while sweeping",
    "crash while marking",
    "crash while opening",
    "crash while running",
    "crash while changing a schema",
    "crash while closing",
    "crash while waiting",
});

void Print(const Totals& totals) {
  std::string out = fmt::format("{} seeds, {:.0f} virtual hours, {} commits\n", kSeeds,
                                totals.hours, totals.commits);
  for (const auto& [name, count] : totals.counts) out += fmt::format("  {:>9} {}\n", count, name);
  std::fputs(out.c_str(), stdout);
}

TEST(Simulation, EveryLawHoldsUnderFaults) {
  Totals totals;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const SeedResult result = RunSeed(seed, Bug::kNone, false);
    for (const auto& [name, count] : result.counts) totals.counts[name] += count;
    totals.commits += result.commits;
    totals.hours += result.virtual_seconds / 3600;
    ASSERT_EQ(result.violation, "") << Again(seed);
  }
  Print(totals);
  for (const std::string_view probe : kProbes) {
    EXPECT_GT(totals.counts[std::string(probe)], 0U) << "never reached: " << probe;
  }
}

TEST(Simulation, EveryPlantedBugIsFound) {
  std::string table = fmt::format("{:<28} {:>10}  {}\n", "planted bug", "first seed", "seen as");
  for (const auto& [bug, name] : kPlantedBugs) {
    uint64_t first = 0;
    std::string seen;
    for (uint64_t seed = 1; seed <= kSeedsToFindABug && first == 0; ++seed) {
      seen = RunSeed(seed, bug, false).violation;
      if (!seen.empty()) first = seed;
    }
    EXPECT_NE(first, 0U) << name << " was not found in " << kSeedsToFindABug << " seeds";
    table += fmt::format("{:<28} {:>10}  {}\n", name, first, seen);
  }
  std::fputs(table.c_str(), stdout);
}

TEST(Simulation, OneSeedRepeatsOneRun) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const SeedResult once = RunSeed(seed, Bug::kNone, true);
    const SeedResult twice = RunSeed(seed, Bug::kNone, true);
    ASSERT_FALSE(once.trace.empty());
    ASSERT_EQ(once.trace, twice.trace) << Again(seed);
    ASSERT_EQ(RunSeed(seed, Bug::kNone, false).counts, once.counts) << "a trace changes the run";
  }
}

}  // namespace
}  // namespace sluice::sim
