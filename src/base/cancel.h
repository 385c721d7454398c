// SPDX-License-Identifier: Apache-2.0
// CancelToken: one flag that ends every wait of a job. Copies share the flag. Any thread may use
// it.
#pragma once

#include <memory>

#include "base/env.h"
#include "base/status.h"
#include "base/sync.h"

namespace sluice {

class CancelToken {
 public:
  CancelToken() : state_(std::make_shared<State>()) {}
  void Cancel() const;
  bool cancelled() const;
  // Waits for `d` or until cancelled; true when cancelled.
  bool WaitFor(Duration d) const;
  // kCancelled when cancelled, else OK.
  Status Check() const;

 private:
  struct State {
    mutable Mutex mutex;
    CondVar changed;
    bool cancelled = false;
  };
  std::shared_ptr<State> state_;
};

}  // namespace sluice
