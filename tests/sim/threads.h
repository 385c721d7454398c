// SPDX-License-Identifier: Apache-2.0
// Threads: the threads of one simulated process, as fibers that take turns under virtual time. What
// base/sync.h and base/thread.h offer is implemented over it: locking, waiting, notifying and
// starting are the points at which the seed decides who goes on, and when.
//
// A process that is killed never acts again. Its fibers are unwound, the youngest first, so that
// what they hold is freed: whatever waits throws Abandoned, except in a destructor, where waiting
// is over at once and locks are free.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "sim/fiber.h"
#include "sim/world.h"

namespace sluice::sim {

class SimProcess;
class Threads;

// Ends one suspension of one fiber, once; does nothing when that has passed.
class Waker {
 public:
  // For the next suspension of the fiber that runs now.
  static Waker ForCurrent();
  bool waiting() const;
  // At once, or as soon as the process goes on. Not from within a fiber.
  void Wake() const;
  // After `in`; also from within a fiber.
  void WakeIn(Duration in) const;
  void WakeSoon() const;  // after the latency of its process

 private:
  std::weak_ptr<Fiber> fiber_;
  Threads* threads_ = nullptr;
  uint64_t ticket_ = 0;
};

// How the threads of a process get on.
struct Pace {
  double yields = 0;      // chance that another thread goes first where one locks
  double stalls = 0;      // chance that a thread then stands still for long
  uint64_t slowness = 1;  // of the machine: its threads take so many times as long to get going
  double spurious = 0;    // chance that a wait ends without a reason
};

class Threads {
 public:
  Threads(World& world, const Pace& pace, SimProcess* process)
      : world_(world), pace_(pace), process_(process) {}
  ~Threads() { Kill(); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  std::shared_ptr<Fiber> Start(std::function<void()> body);
  // Unwinds everything. Not from within a fiber.
  void Kill();
  // Nothing moves before `until`.
  void Pause(TimePoint until) { paused_until_ = until; }
  bool dead() const { return dead_; }
  // Called whenever a thread begins to wait for another one or for the network.
  std::function<void(const Fiber*)> on_wait;

  // Of the fiber that runs now; null outside of any.
  static Threads* Current();
  World& world() const { return world_; }
  SimProcess* process() const { return process_; }  // null in tests of this file
  // For code that acts on the outside: throws Abandoned when the process is dead.
  void CheckAlive() const;

  // Of the fiber that runs now:
  void Sleep(Duration d);         // on_wait is not called
  void WaitFor(Duration d);       // it is called
  void Wait();                    // until a Waker of it wakes it; may throw Abandoned
  bool WaitQuietly();             // never throws; false: the process is dead
  void MaybeYield();              // never throws
  void Join(const Fiber& fiber);  // never throws
  // How long a thread that was woken takes until it runs.
  Duration Latency();
  bool wakes_for_nothing() { return pace_.spurious > 0 && world_.dice.Chance(pace_.spurious); }

 private:
  friend class Waker;
  void Resume(const std::shared_ptr<Fiber>& fiber, uint64_t ticket);
  void ResumeIn(Duration in, const std::shared_ptr<Fiber>& fiber, uint64_t ticket);

  World& world_;
  const Pace pace_;
  SimProcess* const process_;
  TimePoint paused_until_;
  bool dead_ = false;
  std::vector<std::shared_ptr<Fiber>> fibers_;           // by age
  std::vector<std::pair<const Fiber*, Waker>> joining_;  // who waits for the end of which
};

}  // namespace sluice::sim
