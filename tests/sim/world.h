// SPDX-License-Identifier: Apache-2.0
// World: virtual time, the queue of what happens next, the dice, the trace and the counters of one
// simulated run. Everything random comes from one seed, so that a seed repeats a run exactly.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"

namespace sluice::sim {

class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) { state_ = Next(); }  // neighbours differ wholly
  uint64_t Next();                                                  // splitmix64
  uint64_t Below(uint64_t end) { return Next() % end; }
  uint64_t Between(uint64_t first, uint64_t last) { return first + Below(last - first + 1); }
  bool Chance(double probability);

 private:
  uint64_t state_;
};

class World {
 public:
  World(uint64_t seed, bool trace) : dice(seed), tracing_(trace) {}

  Dice dice;
  TimePoint now;

  // `what` happens after `in`; things of the same time happen in the order in which they were said.
  void In(Duration in, std::function<void()> what);
  // False when nothing is left to happen.
  bool Step();
  Duration Millis(uint64_t first, uint64_t last) {
    return std::chrono::milliseconds(dice.Between(first, last));
  }
  Duration Micros(uint64_t first, uint64_t last) { return Duration(dice.Between(first, last)); }

  template <typename... Args>
  void Trace(fmt::format_string<Args...> format, Args&&... args) {
    if (tracing_) AddTrace(fmt::format(format, std::forward<Args>(args)...));
  }
  const std::string& trace() const { return trace_; }

  // A rare branch was reached. A suite that never reaches one of its probes fails.
  void Probe(std::string_view name) { ++counts_[std::string(name)]; }
  const std::map<std::string, uint64_t>& counts() const { return counts_; }

  // The first broken law ends the run.
  void Violate(std::string law);
  const std::string& violation() const { return violation_; }

 private:
  struct Happening {
    TimePoint at;
    uint64_t order;
    std::function<void()> what;
  };
  struct Later {
    bool operator()(const Happening& a, const Happening& b) const {
      return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
  };
  void AddTrace(const std::string& line);

  const bool tracing_;
  uint64_t order_ = 0;
  std::priority_queue<Happening, std::vector<Happening>, Later> happenings_;
  std::string trace_;
  std::map<std::string, uint64_t> counts_;
  std::string violation_;
};

}  // namespace sluice::sim
