// SPDX-License-Identifier: Apache-2.0
#include "kit/host.h"

namespace sluice::kit {

Host::Host()
    : http_(RealHttp(), faults_),
      sql_(RealSql(), faults_),
      disk_(faults_),
      ctx_{.env = disk_, .http = http_, .sql = sql_, .phases = phases_} {
  ctx_.job_name = "kit";
  ctx_.job_id = "kit";
  ctx_.run = 1;
  ctx_.wake = [this] {
    const std::lock_guard lock(mutex_);
    ++wakes_;
    woken_.notify_all();
  };
}

void Host::WaitForWake() {
  std::unique_lock lock(mutex_);
  woken_.wait_for(lock, kTurnWait, [&] { return wakes_ != seen_; });
  seen_ = wakes_;
}

int Host::wakes() const {
  const std::lock_guard lock(mutex_);
  return wakes_;
}

void Host::Crash() {
  faults_.Crash();
  ctx_.cancel.Cancel();
}

}  // namespace sluice::kit
