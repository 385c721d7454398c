// SPDX-License-Identifier: Apache-2.0
// Generator: values of made-up rows. A value is a function of seed, column and row number alone, so
// any row can be made again, at any time and in any chunk.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/chunk.h"
#include "fake/options.h"

namespace sluice::fake {

// What one column is made from.
struct ColumnPlan {
  Type type;
  uint64_t seed = 0;
  bool counts = false;  // start + row number
  int64_t start = 0;
  int64_t min = 0;  // of whole numbers, both inclusive
  int64_t max = 0;
  double real_min = 0;
  double real_max = 0;
  size_t length = 0;  // of text and bytes
  StringList texts;   // templates; empty: none
  std::vector<int64_t> wholes;
  std::vector<double> reals;
};

// Parts of dates and times; never empty.
struct DateParts {
  std::vector<int64_t> years;
  std::vector<int64_t> months;
  std::vector<int64_t> days;
  std::vector<int64_t> hours;
  std::vector<int64_t> minutes;
  std::vector<int64_t> seconds;
};

// Immutable; any thread.
class Generator {
 public:
  // `path` of the option in messages: "source 'FakeSource'". Mistakes of templates and ranges go to
  // `diagnostics`; the generator is good only if there were none.
  Generator(SchemaRef schema, const Options& options, const std::string& where, const Value& block,
            Diagnostics& diagnostics);

  const SchemaRef& schema() const { return schema_; }
  // Rows first .. first + count - 1. `now_micros` gives the year of dates without a template.
  ChunkPtr Make(uint64_t first, uint32_t count, int64_t now_micros) const;
  // Rows that fit a chunk.
  uint32_t chunk_rows() const { return chunk_rows_; }

 private:
  void Fill(const ColumnPlan& plan, uint64_t first, uint32_t count, int64_t year,
            Column& out) const;
  void FillTimes(const ColumnPlan& plan, uint64_t first, uint32_t count, int64_t year,
                 Column& out) const;

  SchemaRef schema_;
  std::vector<ColumnPlan> plans_;
  DateParts parts_;
  uint32_t chunk_rows_ = kChunkRowsMax;
};

}  // namespace sluice::fake
