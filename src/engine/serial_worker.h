// SPDX-License-Identifier: Apache-2.0
// SerialWorker: one thread that runs blocking jobs in order: the store's disk work, the committer's
// network calls.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "base/sync.h"
#include "base/thread.h"
#include "engine/wakeup.h"

namespace sluice {

class SerialWorker {
 public:
  explicit SerialWorker(const std::string& name);
  // Runs what is queued, then ends the thread.
  ~SerialWorker();
  void Run(std::function<void()> job);  // any thread

 private:
  void Loop();

  Mutex mutex_;
  std::deque<std::function<void()>> jobs_;
  bool ending_ = false;
  Wakeup wakeup_;
  Thread thread_;
};

}  // namespace sluice
