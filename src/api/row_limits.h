// SPDX-License-Identifier: Apache-2.0
// RowLimits: which rows of a table its target would refuse, by what its columns take.
#pragma once

#include <vector>

#include "api/sink.h"
#include "data/limits.h"

namespace sluice {

class RowLimits {
 public:
  // `upserts`: deletes and rows before an update are found by their key alone.
  explicit RowLimits(bool upserts) : upserts_(upserts) {}
  // `column`: of the rows; each once. One without limits costs nothing.
  void Add(size_t column, bool key, const ColumnLimits& limits) {
    if (limits.any()) columns_.push_back({column, key, limits});
  }

  // Each row once, with the first of its columns that does not fit.
  std::vector<RefusedRow> Refused(const Chunk& chunk) const;

 private:
  struct Limited {
    size_t column = 0;
    bool key = false;
    ColumnLimits limits;
  };
  std::vector<Limited> columns_;  // those with limits
  bool upserts_;
};

}  // namespace sluice
