// SPDX-License-Identifier: Apache-2.0
// sim_test                                      all tests of the simulator
// sim_test --seeds N                            seeds 1 .. N without a bug
// sim_test --seed N [--bug NAME] [--trace]      one run again
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <charconv>
#include <cstdio>
#include <optional>
#include <string_view>

#include "sim/planted_bugs.h"
#include "sim/simulation.h"

namespace sluice::sim {
namespace {

struct Arguments {
  std::optional<uint64_t> seed;
  std::optional<uint64_t> seeds;
  std::string_view bug;
  bool trace = false;
};

std::optional<uint64_t> Number(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Bug> FindBug(std::string_view name) {
  if (name.empty()) return Bug::kNone;
  for (const auto& [bug, bug_name] : kPlantedBugs) {
    if (bug_name == name) return bug;
  }
  return std::nullopt;
}

int Usage() {
  std::fputs("usage: sim_test [--seeds N | --seed N] [--bug NAME] [--trace]\nbugs:\n", stderr);
  for (const auto& [bug, name] : kPlantedBugs) {
    std::fputs(fmt::format("  {}\n", name).c_str(), stderr);
  }
  return 2;
}

int Replay(uint64_t seed, Bug bug, bool trace) {
  const SeedResult result = RunSeed(seed, bug, trace);
  std::fputs(result.trace.c_str(), stdout);
  const bool held = result.violation.empty();
  std::fputs(fmt::format("seed {}: {}\n", seed, held ? "every law held" : result.violation).c_str(),
             stdout);
  return held ? 0 : 1;
}

int Many(uint64_t seeds, Bug bug) {
  int broken = 0;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    const SeedResult result = RunSeed(seed, bug, false);
    if (result.violation.empty()) continue;
    ++broken;
    std::fputs(fmt::format("seed {}: {}\n", seed, result.violation).c_str(), stdout);
  }
  std::fputs(fmt::format("{} of {} seeds broke a law\n", broken, seeds).c_str(), stdout);
  return broken == 0 ? 0 : 1;
}

int Main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--trace") {
      arguments.trace = true;
      continue;
    }
    if (i + 1 == argc) return Usage();
    const std::string_view value = argv[++i];
    if (name == "--bug") {
      arguments.bug = value;
    } else if (name == "--seed" && Number(value)) {
      arguments.seed = Number(value);
    } else if (name == "--seeds" && Number(value)) {
      arguments.seeds = Number(value);
    } else {
      return Usage();
    }
  }
  const auto bug = FindBug(arguments.bug);
  if (!bug) return Usage();
  if (arguments.seed) return Replay(*arguments.seed, *bug, arguments.trace);
  if (arguments.seeds) return Many(*arguments.seeds, *bug);
  return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace sluice::sim

int main(int argc, char** argv) {
  return sluice::sim::Main(argc, argv);
}
