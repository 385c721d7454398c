// SPDX-License-Identifier: Apache-2.0
#include "assert/row_counts.h"

namespace sluice::asserts {

void RowCounts::Add(CheckpointId id, uint32_t writer, ByTable rows) {
  if (rows.empty()) return;
  const std::lock_guard lock(mutex_);
  rows_[{writer, id}] = std::move(rows);
}

void RowCounts::Forget(CheckpointId first, uint32_t writer) {
  const std::lock_guard lock(mutex_);
  rows_.erase(rows_.lower_bound({writer, first}), rows_.lower_bound({writer + 1, 0}));
}

uint64_t RowCounts::Of(const TablePath& table) const {
  const std::lock_guard lock(mutex_);
  uint64_t sum = 0;
  for (const auto& [key, rows] : rows_) {
    if (const auto found = rows.find(table); found != rows.end()) sum += found->second;
  }
  return sum;
}

}  // namespace sluice::asserts
