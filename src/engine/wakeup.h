// SPDX-License-Identifier: Apache-2.0
// Wakeup: lets one thread sleep until something happens. A Notify before the Wait is not lost.
// Never spins.
#pragma once

#include "base/env.h"
#include "base/sync.h"

namespace sluice {

class Wakeup {
 public:
  void Notify() {  // any thread
    const std::lock_guard lock(mutex_);
    notified_ = true;
    changed_.notify_one();
  }
  // Returns at the next Notify since the last Wait, or after `at_most`.
  void Wait(Duration at_most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, at_most, [&] { return notified_; });
    notified_ = false;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool notified_ = false;
};

}  // namespace sluice
