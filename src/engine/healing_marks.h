// SPDX-License-Identifier: Apache-2.0
// HealingMarks: which rows of the digests one writer has marked as seen since the last committed
// checkpoint, so that a restart can take back the marks of rows that were lost.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "data/event.h"
#include "engine/healing_digest.h"

namespace sluice {

class HealingMarks {
 public:
  // Of the writer, on its thread. Whether the row was seen before.
  bool Add(const std::shared_ptr<TableDigest>& digest, uint64_t place);
  void Seal(CheckpointId id);  // what was marked so far belongs to `id`
  void Clear();                // nothing is compared any more

  // Any thread. What belongs to `id` and earlier is committed.
  void Forget(CheckpointId id);
  // The marks behind checkpoint `id` are taken back. REQUIRES: no writer is open.
  void Undo(CheckpointId id);
  size_t size() const { return size_; }

 private:
  struct Mark {
    TableDigest* digest = nullptr;
    uint64_t place = 0;
  };
  using Marks = std::vector<Mark>;

  std::vector<std::shared_ptr<TableDigest>> digests_;  // that marks point to
  Marks open_;
  std::atomic<size_t> size_ = 0;
  std::mutex mutex_;  // guards what follows
  std::map<CheckpointId, Marks> sealed_;
};

}  // namespace sluice
