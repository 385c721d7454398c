// SPDX-License-Identifier: Apache-2.0
// Rows of chunks as the JSON that StarRocks loads: one object a row, joined by commas.
#pragma once

#include <string>
#include <vector>

#include "data/chunk.h"

namespace sluice::starrocks {

class JsonRows {
 public:
  // `names`: of the columns, as the target spells them: it passes over any other key in silence.
  // `ops`: write `__op`, 0 for upserts and 1 for deletes. `nested[i]`: column i holds JSON text
  // that the target stores as JSON, so it is written as it is, not as text. `of_deletes[i]`, with
  // `ops`: what a delete, which the key alone decides, holds in column i; empty: the row's value.
  JsonRows(const std::vector<std::string>& names, bool ops, std::vector<bool> nested,
           std::vector<std::string> of_deletes = {});

  // Appends one row as `{"a":1,...}`. Bytes are base64 text; a float that is no number is null.
  void Append(const Chunk& chunk, uint32_t row, std::string& out) const;

 private:
  std::vector<std::string> keys_;  // `{"a":`, `,"b":` ...
  std::vector<bool> nested_;
  std::vector<std::string> of_deletes_;
  bool ops_;
};

}  // namespace sluice::starrocks
