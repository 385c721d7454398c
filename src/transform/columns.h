// SPDX-License-Identifier: Apache-2.0
// What transforms of columns have in common: finding them, choosing them, putting new ones in.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "transform/per_table.h"

namespace sluice {

// The indexes of `names` in `in`. kInvalidConfig naming `option`, the table, every name that is not
// there and the nearest one that is.
Result<std::vector<uint32_t>> FindColumns(const Schema& in, std::span<const std::string> names,
                                          std::string_view option);

// The same for columns that must be of type STRING; kInvalidConfig naming those that are not.
Result<std::vector<uint32_t>> FindTexts(const Schema& in, std::span<const std::string> names,
                                        std::string_view option);

// `in` with column picks[i] at place i. The primary key and each unique key stay if all of their
// columns do.
Schema Pick(const Schema& in, std::span<const uint32_t> picks);

// Appends `column`, or puts it in the place of the column of its name; keys that this column was
// part of are gone then, for its values are others. Returns its place.
uint32_t Put(Schema& schema, ColumnInfo column);

// Rows leave with column picks[i] of the table at place i, under `out`. Copies no values.
class PickStep final : public TableStep {
 public:
  PickStep(SchemaRef out, std::vector<uint32_t> picks)
      : TableStep(std::move(out)), picks_(std::move(picks)) {}
  Status Apply(ChunkPtr chunk, Emitter& out) override;

 private:
  std::vector<uint32_t> picks_;
};

// The chunk with `made[i]` at places[i], which `schema` has behind its other columns or instead of
// them.
ChunkPtr WithMade(const ChunkPtr& chunk, const SchemaRef& schema, std::span<const uint32_t> places,
                  std::vector<ColumnPtr> made);

}  // namespace sluice
