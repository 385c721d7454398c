// SPDX-License-Identifier: Apache-2.0
#include "sim/world.h"

#include <utility>

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

void World::Sleep(Duration d) {
  In(d, [waker = Waker::ForCurrent()] { waker.Wake(); });
  Fiber::Suspend();
}

void World::AddTrace(const std::string& line) {
  trace_ += fmt::format("{:>12.6f} {}\n", static_cast<double>(now.micros) / 1e6, line);
}

void World::Violate(std::string law) {
  Trace("VIOLATION {}", law);
  if (violation_.empty()) violation_ = std::move(law);
}

void FiberGroup::Start(World& world, std::function<void()> body) {
  const auto fiber = std::make_shared<Fiber>(std::move(body));
  std::erase_if(fibers_, [](const auto& one) { return one->finished(); });
  fibers_.push_back(fiber);
  world.In(Duration(0), [fiber] {
    if (!fiber->finished()) fiber->Resume();
  });
}

void FiberGroup::AbandonAll() {
  for (const auto& fiber : std::exchange(fibers_, {})) fiber->Abandon();
}

void SerialFiber::Run(std::function<void()> job) {
  jobs_.push_back(std::move(job));
  if (std::exchange(busy_, true)) return;
  group_.Start(world_, [this] {
    while (!jobs_.empty()) {
      const auto next = std::move(jobs_.front());
      jobs_.pop_front();
      next();
    }
    busy_ = false;
  });
}

FiberMutex::Holder::Holder(FiberMutex& mutex) : mutex_(mutex) {
  while (mutex_.held_) {
    mutex_.waiting_.push_back(Waker::ForCurrent());
    Fiber::Suspend();
  }
  mutex_.held_ = true;
}

FiberMutex::Holder::~Holder() {
  mutex_.held_ = false;
  for (const Waker& waker : std::exchange(mutex_.waiting_, {})) {
    mutex_.world_.In(Duration(0), [waker] { waker.Wake(); });
  }
}

}  // namespace sluice::sim
