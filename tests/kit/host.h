// SPDX-License-Identifier: Apache-2.0
// Host: one life of the process that a plugin runs in: the Context it is given, its way to the
// outside, and its death.
#pragma once

#include <condition_variable>
#include <mutex>

#include "api/context.h"
#include "kit/faulty_clients.h"
#include "kit/faulty_disk.h"

namespace sluice::kit {

// Laws wait for things to happen in turns, each at most this long.
inline constexpr Duration kTurnWait = std::chrono::milliseconds(20);

class Host {
 public:
  Host();
  Context& ctx() { return ctx_; }
  Faults& faults() { return faults_; }

  // Waits until the plugin calls Context::wake, or for kTurnWait.
  void WaitForWake();
  int wakes() const;
  // Nothing leaves the process any more; whoever waits is let go.
  void Crash();

 private:
  class NoPhases final : public PhaseHook {
   public:
    void Reach(const char* /*phase*/, CheckpointId /*id*/) override {}
  };

  Faults faults_;
  FaultyHttp http_;
  FaultySql sql_;
  FaultyDisk disk_;
  NoPhases phases_;
  mutable std::mutex mutex_;
  std::condition_variable woken_;
  int wakes_ = 0;
  int seen_ = 0;
  Context ctx_;
};

}  // namespace sluice::kit
