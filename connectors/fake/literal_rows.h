// SPDX-License-Identifier: Apache-2.0
// The `rows` option: rows given word by word.
#pragma once

#include <string>
#include <vector>

#include "data/chunk.h"
#include "fake/options.h"

namespace sluice::fake {

// Checked once, then made into chunks. Immutable; any thread.
class LiteralRows {
 public:
  // Every value that does not fit its column goes to `diagnostics`; the rows are good only if there
  // were none.
  LiteralRows(SchemaRef schema, std::vector<LiteralOptions> rows, const std::string& where,
              Diagnostics& diagnostics);

  uint64_t size() const { return rows_.size(); }
  // A chunk of rows from `first` on, never ending inside an update; `last` is set to the row after
  // it. CURRENT_DATE and its like are `now_micros`.
  ChunkPtr Make(uint64_t first, int64_t now_micros, uint64_t& last) const;

 private:
  // The value of a column in `row`, null when it has none.
  const Value* Find(const LiteralOptions& row, size_t column) const;
  void Check(const LiteralOptions& row, const std::string& where, Diagnostics& diagnostics) const;

  SchemaRef schema_;
  std::vector<LiteralOptions> rows_;
};

}  // namespace sluice::fake
