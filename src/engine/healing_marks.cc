// SPDX-License-Identifier: Apache-2.0
#include "engine/healing_marks.h"

#include <algorithm>

namespace sluice {

bool HealingMarks::Add(const std::shared_ptr<TableDigest>& digest, uint64_t place) {
  if (digest->MarkSeen(place)) return true;
  if (std::ranges::find(digests_, digest) == digests_.end()) digests_.push_back(digest);
  open_.push_back({digest.get(), place});
  ++size_;
  return false;
}

void HealingMarks::Seal(CheckpointId id) {
  if (open_.empty()) return;
  const std::lock_guard lock(mutex_);
  sealed_[id] = std::exchange(open_, {});
}

void HealingMarks::Clear() {
  open_.clear();
  const std::lock_guard lock(mutex_);
  sealed_.clear();
  digests_.clear();
  size_ = 0;
}

void HealingMarks::Forget(CheckpointId id) {
  const std::lock_guard lock(mutex_);
  const auto end = sealed_.upper_bound(id);
  for (auto at = sealed_.begin(); at != end; ++at) size_ -= at->second.size();
  sealed_.erase(sealed_.begin(), end);
}

void HealingMarks::Undo(CheckpointId id) {
  Forget(id);
  const std::lock_guard lock(mutex_);
  for (const auto& [checkpoint, marks] : sealed_) {
    for (const Mark& mark : marks) mark.digest->Unmark(mark.place);
  }
  for (const Mark& mark : open_) mark.digest->Unmark(mark.place);
  sealed_.clear();
  open_.clear();
  size_ = 0;
}

}  // namespace sluice
