// SPDX-License-Identifier: Apache-2.0
// Rows of chunks as the JSON that StarRocks loads: one object a row, joined by commas.
#pragma once

#include <string>
#include <vector>

#include "data/chunk.h"
#include "data/limits.h"

namespace sluice::starrocks {

class JsonRows {
 public:
  // `names`: of the columns, as the target spells them: it passes over any other key in silence.
  // `ops`: write `__op`, 0 for upserts and 1 for deletes. `nested[i]`: column i holds JSON text
  // that the target stores as JSON, so it is written as it is, not as text. `limits[i]`, with
  // `ops`: of a delete, which the key alone decides, a value beyond them is left out.
  JsonRows(const std::vector<std::string>& names, bool ops, std::vector<bool> nested,
           std::vector<ColumnLimits> limits = {});

  // Appends one row as `{"a":1,...}`. Bytes are base64 text; a float that is no number is null.
  void Append(const Chunk& chunk, uint32_t row, std::string& out) const;

 private:
  std::vector<std::string> keys_;  // `{"a":`, `,"b":` ...
  std::vector<bool> nested_;
  std::vector<ColumnLimits> limits_;
  bool ops_;
};

}  // namespace sluice::starrocks
