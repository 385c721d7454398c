// SPDX-License-Identifier: Apache-2.0
#include "sim/world.h"

#include <utility>

#include "base/check.h"

namespace sluice::sim {

uint64_t Dice::Next() {
  uint64_t z = state_ += 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

bool Dice::Chance(double probability) {
  return static_cast<double>(Next() >> 11U) * 0x1.0p-53 < probability;
}

void World::In(Duration in, std::function<void()> what) {
  CHECK(in >= Duration(0));
  happenings_.push({now + in, ++order_, std::move(what)});
}

bool World::Step() {
  if (happenings_.empty()) return false;
  const TimePoint at = happenings_.top().at;
  // The queue gives its top away only as const; it is removed at once.
  const auto what = std::move(const_cast<Happening&>(happenings_.top()).what);
  happenings_.pop();
  now = at;
  what();
  return true;
}

void World::AddTrace(const std::string& line) {
  trace_ += fmt::format("{:>12.6f} {}\n", static_cast<double>(now.micros) / 1e6, line);
}

void World::Violate(std::string law) {
  Trace("VIOLATION {}", law);
  if (violation_.empty()) violation_ = std::move(law);
}

}  // namespace sluice::sim
