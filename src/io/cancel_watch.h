// SPDX-License-Identifier: Apache-2.0
// CancelWatch: interrupts a session once a job or a run is cancelled, as long as the watch lives.
#pragma once

#include "api/sql_session.h"
#include "base/cancel.h"
#include "base/thread.h"

namespace sluice {

class CancelWatch {
 public:
  // Both outlive it. Looks ten times a second.
  CancelWatch(const CancelToken& cancel, SqlSession& session)
      : thread_("cancel", [this, &cancel, &session] {
          while (!done_.cancelled()) {
            if (cancel.cancelled()) return session.Interrupt();
            done_.WaitFor(std::chrono::milliseconds(100));
          }
        }) {}
  ~CancelWatch() {
    done_.Cancel();
    thread_.Join();
  }
  CancelWatch(const CancelWatch&) = delete;
  CancelWatch& operator=(const CancelWatch&) = delete;

 private:
  CancelToken done_;
  Thread thread_;
};

}  // namespace sluice
