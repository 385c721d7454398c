// SPDX-License-Identifier: Apache-2.0
// RowLimits: which rows of a table the target would refuse. The server tells only that there are
// some, when the whole transaction is lost.
#pragma once

#include <vector>

#include "api/sink.h"
#include "data/limits.h"
#include "starrocks/catalog.h"

namespace sluice::starrocks {

// What a column of the target takes, for values of `source`. Source of the sizes: StarRocks docs,
// "Data types".
ColumnLimits LimitsOf(const TargetColumn& column, const Type& source);

class RowLimits {
 public:
  // `upserts`: deletes and rows before an update are found by their key alone.
  RowLimits(const TargetFacts& facts, const Schema& schema, bool upserts);
  std::vector<RefusedRow> Refused(const Chunk& chunk) const;
  // By column of the rows.
  std::vector<ColumnLimits> ByColumn(const Schema& schema) const;

 private:
  struct Limited {
    size_t column = 0;  // of the rows
    bool key = false;
    ColumnLimits limits;
  };
  std::vector<Limited> columns_;  // those with limits
  bool upserts_;
};

}  // namespace sluice::starrocks
