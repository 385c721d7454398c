// SPDX-License-Identifier: Apache-2.0
#include "sim/fiber.h"

#include <utility>
#include <vector>

#include "base/check.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace sluice::sim {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr size_t kStackBytes = size_t{1024} << 10U;
#else
constexpr size_t kStackBytes = size_t{256} << 10U;
#endif

thread_local Fiber* current_fiber = nullptr;

// Stacks of finished fibers, for the next ones.
thread_local std::vector<std::unique_ptr<char[]>> spare_stacks;

std::unique_ptr<char[]> TakeStack() {
  if (spare_stacks.empty()) return std::make_unique_for_overwrite<char[]>(kStackBytes);
  auto stack = std::move(spare_stacks.back());
  spare_stacks.pop_back();
  return stack;
}

}  // namespace

struct Fiber::Sanitizer {
#if defined(__SANITIZE_ADDRESS__)
  void* caller_fake_stack = nullptr;
  void* own_fake_stack = nullptr;
  const void* caller_bottom = nullptr;
  size_t caller_size = 0;
#endif
#if defined(__SANITIZE_THREAD__)
  void* own = nullptr;
  void* caller = nullptr;
#endif
};

Fiber::Fiber(std::function<void()> body, void* owner)
    : body_(std::move(body)),
      owner_(owner),
      stack_(TakeStack()),
      sanitizer_(std::make_unique<Sanitizer>()) {
  CHECK(getcontext(&self_) == 0);
  self_.uc_stack.ss_sp = stack_.get();
  self_.uc_stack.ss_size = kStackBytes;
  self_.uc_link = nullptr;
  const auto address = reinterpret_cast<uintptr_t>(this);
  makecontext(&self_, reinterpret_cast<void (*)()>(&Fiber::Main), 2,
              static_cast<unsigned>(uint64_t{address} >> 32U), static_cast<unsigned>(address));
#if defined(__SANITIZE_THREAD__)
  sanitizer_->own = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber() {
  CHECK(finished_ || !started_);
#if defined(__SANITIZE_THREAD__)
  __tsan_destroy_fiber(sanitizer_->own);
#endif
  spare_stacks.push_back(std::move(stack_));
}

void Fiber::Main(unsigned high, unsigned low) {
  const auto address = static_cast<uintptr_t>(uint64_t{high} << 32U | low);
  reinterpret_cast<Fiber*>(address)->Run();
}

void Fiber::Run() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, &sanitizer_->caller_bottom, &sanitizer_->caller_size);
#endif
  try {
    body_();
  } catch (const Abandoned&) {  // NOLINT(bugprone-empty-catch): unwound, as asked
  }
  finished_ = true;
  SwitchOut(true);
}

void Fiber::Resume() {
  CHECK(current_fiber == nullptr && !finished_);
  started_ = true;
  ++ticket_;
  const std::shared_ptr<Fiber> keep = shared_from_this();
  current_fiber = this;
  SwitchIn();
  current_fiber = nullptr;
  if (finished_) body_ = nullptr;
}

void Fiber::SwitchIn() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&sanitizer_->caller_fake_stack, stack_.get(), kStackBytes);
#endif
#if defined(__SANITIZE_THREAD__)
  sanitizer_->caller = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(sanitizer_->own, 0);
#endif
  CHECK(swapcontext(&caller_, &self_) == 0);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(sanitizer_->caller_fake_stack, nullptr, nullptr);
#endif
}

void Fiber::SwitchOut(bool last) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(last ? nullptr : &sanitizer_->own_fake_stack,
                                 sanitizer_->caller_bottom, sanitizer_->caller_size);
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(sanitizer_->caller, 0);
#endif
  CHECK(swapcontext(&self_, &caller_) == 0);
  CHECK(!last);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(sanitizer_->own_fake_stack, &sanitizer_->caller_bottom,
                                  &sanitizer_->caller_size);
#endif
}

bool Fiber::Suspend() {
  Fiber* self = current_fiber;
  CHECK(self != nullptr);
  self->SwitchOut(false);
  return !self->abandoned_;
}

void Fiber::Abandon() {
  if (finished_) return;
  abandoned_ = true;
  if (!started_) {
    finished_ = true;
    body_ = nullptr;
    return;
  }
  Resume();
  CHECK(finished_);
}

Fiber* Fiber::Current() {
  return current_fiber;
}

}  // namespace sluice::sim
