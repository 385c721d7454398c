// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

#include "sim/planted_bugs.h"
#include "sim/probes.h"
#include "sim/simulation.h"

namespace sluice::sim {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr uint64_t kSeeds = 500;  // each takes several times as long
#else
constexpr uint64_t kSeeds = 2000;
#endif
constexpr uint64_t kSeedsToReachAll = 2000;
constexpr uint64_t kSeedsToFindABug = 6000;

std::string Again(uint64_t seed, std::string_view bug = {}) {
  return fmt::format("again: build/release/sim_test --seed {}{}{} --trace", seed,
                     bug.empty() ? "" : " --bug ", bug);
}

// Runs the seeds first .. last, on every core, and returns their results in order.
std::vector<SeedResult> RunSeeds(uint64_t first, uint64_t last, Bug bug) {
  std::vector<SeedResult> results(last - first + 1);
  std::atomic<uint64_t> next = first;
  const auto work = [&] {
    for (uint64_t seed = next++; seed <= last; seed = next++) {
      results[seed - first] = RunSeed(seed, bug, false);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  return results;
}

struct Totals {
  std::map<std::string, uint64_t> counts;
  uint64_t commits = 0;
  double hours = 0;
};

void Print(const Totals& totals) {
  std::string out = fmt::format("{} seeds, {:.0f} virtual hours, {} commits\n", kSeeds,
                                totals.hours, totals.commits);
  for (const auto& [name, count] : totals.counts) out += fmt::format("  {:>9} {}\n", count, name);
  std::fputs(out.c_str(), stdout);
}

TEST(Simulation, EveryLawHoldsUnderFaults) {
  Totals totals;
  const std::vector<SeedResult> results = RunSeeds(1, kSeeds, Bug::kNone);
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const SeedResult& result = results[seed - 1];
    for (const auto& [name, count] : result.counts) totals.counts[name] += count;
    totals.commits += result.commits;
    totals.hours += result.virtual_seconds / 3600;
    EXPECT_EQ(result.violation, "") << Again(seed);
  }
  Print(totals);
  if (kSeeds < kSeedsToReachAll) return;
  const auto reached = [&](std::string_view probe) {
    EXPECT_GT(totals.counts[std::string(probe)], 0U) << "never reached: " << probe;
  };
  std::ranges::for_each(kProbesOfTheCode, reached);
  std::ranges::for_each(kProbesOfTheWorld, reached);
  std::ranges::for_each(kProbesOfCrashes, reached);
}

// The first seed at which a law is broken, and which; 0: none.
std::pair<uint64_t, std::string> FirstSeen(Bug bug) {
  constexpr uint64_t kAtOnce = 20;
  for (uint64_t first = 1; first <= kSeedsToFindABug; first += kAtOnce) {
    const std::vector<SeedResult> results = RunSeeds(first, first + kAtOnce - 1, bug);
    for (uint64_t i = 0; i < results.size(); ++i) {
      if (!results[i].violation.empty()) return {first + i, results[i].violation};
    }
  }
  return {0, ""};
}

TEST(Simulation, EveryPlantedBugIsFound) {
  std::string table = fmt::format("{:<28} {:>10}  {}\n", "planted bug", "first seed", "seen as");
  for (const auto& [bug, name] : kPlantedBugs) {
    const auto [first, seen] = FirstSeen(bug);
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
