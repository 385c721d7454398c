// SPDX-License-Identifier: Apache-2.0
#include "sim/threads.h"

#include <exception>

#include "base/check.h"

namespace sluice::sim {

Waker Waker::ForCurrent() {
  Fiber* fiber = Fiber::Current();
  CHECK(fiber != nullptr);
  Waker waker;
  waker.fiber_ = fiber->weak_from_this();
  waker.threads_ = static_cast<Threads*>(fiber->owner());
  waker.ticket_ = fiber->ticket();
  return waker;
}

bool Waker::waiting() const {
  const auto fiber = fiber_.lock();
  return fiber && !fiber->finished() && fiber->ticket() == ticket_;
}

void Waker::Wake() const {
  if (waiting()) threads_->Resume(fiber_.lock(), ticket_);
}

void Waker::WakeIn(Duration in) const {
  if (!waiting()) return;
  threads_->world_.In(in, [waker = *this] { waker.Wake(); });
}

void Waker::WakeSoon() const {
  if (waiting()) WakeIn(threads_->Latency());
}

void Threads::Resume(const std::shared_ptr<Fiber>& fiber, uint64_t ticket) {
  if (fiber->ticket() != ticket) return;
  if (world_.now < paused_until_) return ResumeIn(paused_until_ - world_.now, fiber, ticket);
  fiber->Resume();
}

void Threads::ResumeIn(Duration in, const std::shared_ptr<Fiber>& fiber, uint64_t ticket) {
  world_.In(in, [this, weak = std::weak_ptr<Fiber>(fiber), ticket] {
    const auto then = weak.lock();  // finished: the process may be gone
    if (then && !then->finished()) Resume(then, ticket);
  });
}

std::shared_ptr<Fiber> Threads::Start(std::function<void()> body) {
  const auto run = [this, body = std::move(body)] {
    body();
    const Fiber* self = Fiber::Current();
    if (on_wait) on_wait(self);
    for (const auto& [whose, waker] : joining_) {
      if (whose == self) waker.WakeSoon();
    }
    std::erase_if(joining_, [&](const auto& one) { return one.first == self; });
  };
  const auto fiber = std::make_shared<Fiber>(run, this);
  std::erase_if(fibers_, [](const auto& one) { return one->finished(); });
  fibers_.push_back(fiber);
  ResumeIn(Latency(), fiber, fiber->ticket());
  return fiber;
}

void Threads::Kill() {
  CHECK(Fiber::Current() == nullptr);
  dead_ = true;
  if (on_wait) {
    for (const auto& fiber : fibers_) on_wait(fiber.get());
  }
  while (!fibers_.empty()) {
    const std::shared_ptr<Fiber> youngest = std::move(fibers_.back());
    fibers_.pop_back();
    youngest->Abandon();
  }
}

Threads* Threads::Current() {
  const Fiber* fiber = Fiber::Current();
  return fiber == nullptr ? nullptr : static_cast<Threads*>(fiber->owner());
}

void Threads::CheckAlive() const {
  if (dead_ && std::uncaught_exceptions() == 0) throw Abandoned();
}

bool Threads::WaitQuietly() {
  if (dead_) return false;
  if (on_wait) on_wait(Fiber::Current());
  Fiber::Suspend();
  return !dead_;
}

void Threads::Wait() {
  WaitQuietly();
  CheckAlive();
}

void Threads::Sleep(Duration d) {
  CheckAlive();
  if (dead_) return;
  Waker::ForCurrent().WakeIn(d);
  Fiber::Suspend();
  CheckAlive();
}

void Threads::WaitFor(Duration d) {
  if (on_wait) on_wait(Fiber::Current());
  Sleep(d);
}

void Threads::MaybeYield() {
  if (dead_ || pace_.yields == 0 || !world_.dice.Chance(pace_.yields)) return;
  Waker::ForCurrent().WakeIn(Latency());
  Fiber::Suspend();
}

void Threads::Join(const Fiber& fiber) {
  if (dead_ || fiber.finished()) return;
  joining_.emplace_back(&fiber, Waker::ForCurrent());
  WaitQuietly();
}

Duration Threads::Latency() {
  if (pace_.stalls > 0 && world_.dice.Chance(pace_.stalls)) return world_.Millis(1, 800);
  return Duration(world_.dice.Between(1, 50) * pace_.slowness);
}

}  // namespace sluice::sim
