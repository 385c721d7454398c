// SPDX-License-Identifier: Apache-2.0
// Mutex, CondVar, Latch and NativeThread: how threads wait for each other. All code uses these and
// none of the standard's own (tests/tidy checks it), because the simulator compiles that code again
// with SLUICE_SIMULATION, and then they switch between fibers of one thread under a virtual clock
// (tests/sim/threads.h). Everywhere else they are the standard's, under another name.
//
// std::lock_guard and std::unique_lock take a Mutex. Every wait of a CondVar has a predicate.
#pragma once

#include <mutex>

#ifndef SLUICE_SIMULATION

#include <condition_variable>
#include <latch>
#include <thread>

namespace sluice {

using Mutex = std::mutex;
using CondVar = std::condition_variable;
using Latch = std::latch;
using NativeThread = std::thread;  // Thread of base/thread.h is what starts one

}  // namespace sluice

#else

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace sluice {

namespace sim {
class Fiber;
struct Waiter;
}  // namespace sim

class Mutex {
 public:
  void lock();  // a point at which another fiber may run first
  void unlock();

 private:
  bool held_ = false;
  std::deque<std::shared_ptr<sim::Waiter> > waiting_;
};

class CondVar {
 public:
  void notify_one();
  void notify_all();
  template <typename Predicate>
  void wait(std::unique_lock<Mutex>& lock, Predicate done) {
    while (!done()) Park(*lock.mutex(), std::nullopt);
  }
  template <typename Predicate>
  bool wait_for(std::unique_lock<Mutex>& lock, std::chrono::microseconds d, Predicate done) {
    const int64_t until = Now() + d.count();
    while (!done()) {
      if (Now() >= until) return false;
      Park(*lock.mutex(), until);
    }
    return true;
  }

 private:
  static int64_t Now();  // virtual microseconds
  // Gives the mutex back while it waits for a notification, or until `until`.
  void Park(Mutex& mutex, std::optional<int64_t> until);

  std::deque<std::shared_ptr<sim::Waiter> > waiting_;
};

class Latch {
 public:
  explicit Latch(std::ptrdiff_t count) : count_(count) {}
  void count_down();
  void wait();

 private:
  Mutex mutex_;
  CondVar changed_;
  std::ptrdiff_t count_;
};

// Started by Thread of base/thread.h, which the simulator implements too.
class NativeThread {
 public:
  NativeThread() = default;
  explicit NativeThread(std::shared_ptr<sim::Fiber> fiber) : fiber_(std::move(fiber)) {}
  bool joinable() const { return fiber_ != nullptr; }
  void join();

 private:
  std::shared_ptr<sim::Fiber> fiber_;
};

}  // namespace sluice

#endif
