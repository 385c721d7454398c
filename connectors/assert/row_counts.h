// SPDX-License-Identifier: Apache-2.0
// RowCounts: how many rows of each table came, over all writers. Rows count with their checkpoint,
// so that those which come again after a restart of the tasks count once.
#pragma once

#include <cstdint>
#include <map>

#include "base/sync.h"
#include "data/event.h"

namespace sluice::asserts {

// Any thread.
class RowCounts {
 public:
  using ByTable = std::map<TablePath, uint64_t>;

  // What a writer took for a checkpoint.
  void Add(CheckpointId id, uint32_t writer, ByTable rows);
  // A writer begins anew: what it took for `first` and later checkpoints comes again.
  void Forget(CheckpointId first, uint32_t writer);
  uint64_t Of(const TablePath& table) const;

 private:
  mutable Mutex mutex_;
  std::map<std::pair<uint32_t, CheckpointId>, ByTable> rows_;
};

}  // namespace sluice::asserts
