// SPDX-License-Identifier: Apache-2.0
// base/sync.h and base/thread.h over fibers.
#include "base/sync.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/thread.h"
#include "sim/threads.h"

namespace sluice {

namespace sim {

struct Waiter {
  Waker waker;
  bool gone = false;  // woken, or waiting no more
};

}  // namespace sim

using sim::Fiber;
using sim::Threads;
using sim::Waiter;
using sim::Waker;

void Mutex::lock() {
  Threads* threads = Threads::Current();
  if (threads == nullptr) {  // what happens outside of all threads cannot wait
    CHECK(!held_);
    held_ = true;
    return;
  }
  threads->MaybeYield();
  while (held_ && !threads->dead()) {
    const auto waiter = std::make_shared<Waiter>(Waker::ForCurrent());
    waiting_.push_back(waiter);
    threads->WaitQuietly();
    waiter->gone = true;
  }
  if (!threads->dead()) held_ = true;
}

void Mutex::unlock() {
  held_ = false;
  while (!waiting_.empty()) {
    const auto waiter = std::move(waiting_.front());
    waiting_.pop_front();
    if (std::exchange(waiter->gone, true)) continue;
    return waiter->waker.WakeSoon();
  }
}

int64_t CondVar::Now() {
  return Threads::Current()->world().now.micros;
}

void CondVar::Park(Mutex& mutex, std::optional<int64_t> until) {
  Threads* threads = Threads::Current();
  CHECK(threads != nullptr);
  threads->CheckAlive();
  CHECK(!threads->dead());  // or a destructor waits, which could not be unwound
  const Waker waker = Waker::ForCurrent();
  const auto waiter = std::make_shared<Waiter>(waker);
  waiting_.push_back(waiter);
  const TimePoint now = threads->world().now;
  if (until) waker.WakeIn(std::max(TimePoint{*until} - now, Duration(0)));
  if (threads->wakes_for_nothing()) waker.WakeSoon();
  mutex.unlock();
  threads->WaitQuietly();
  waiter->gone = true;
  mutex.lock();
  threads->CheckAlive();
}

void CondVar::notify_one() {
  std::erase_if(waiting_, [](const auto& waiter) { return waiter->gone; });
  if (waiting_.empty()) return;
  const Threads* threads = Threads::Current();
  const size_t chosen = threads == nullptr ? 0 : threads->world().dice.Below(waiting_.size());
  waiting_[chosen]->gone = true;
  waiting_[chosen]->waker.WakeSoon();
}

void CondVar::notify_all() {
  for (const auto& waiter : std::exchange(waiting_, {})) {
    if (std::exchange(waiter->gone, true)) continue;
    waiter->waker.WakeSoon();
  }
}

void Latch::count_down() {
  const std::lock_guard lock(mutex_);
  if (--count_ == 0) changed_.notify_all();
}

void Latch::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return count_ == 0; });
}

void NativeThread::join() {
  if (Threads* threads = Threads::Current()) threads->Join(*fiber_);
  fiber_.reset();
}

Thread::Thread(std::string /*name*/, std::function<void()> body) {
  Threads* threads = Threads::Current();
  CHECK(threads != nullptr);
  threads->CheckAlive();
  if (!threads->dead()) thread_ = NativeThread(threads->Start(std::move(body)));
}

void Thread::Join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace sluice
