// SPDX-License-Identifier: Apache-2.0
#include "base/cancel.h"

namespace sluice {

void CancelToken::Cancel() const {
  const std::lock_guard lock(state_->mutex);
  state_->cancelled = true;
  state_->changed.notify_all();
}

bool CancelToken::cancelled() const {
  const std::lock_guard lock(state_->mutex);
  return state_->cancelled;
}

bool CancelToken::WaitFor(Duration d) const {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, d, [&] { return state_->cancelled; });
}

Status CancelToken::Check() const {
  return cancelled() ? Status(Code::kCancelled, "the job was asked to stop") : Status();
}

}  // namespace sluice
