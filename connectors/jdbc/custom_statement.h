// SPDX-License-Identifier: Apache-2.0
// CustomStatement: the sink's `query`, a statement with a ? for each column. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jdbc/dialect.h"

namespace sluice::jdbc {

class CustomStatement {
 public:
  // Finds the ? outside of quotes and comments. kInvalidConfig when a quote is not closed.
  static Result<CustomStatement> Parse(std::string_view text);

  size_t parameters() const { return pieces_.size() - 1; }
  // The statement for one row: the first column for the first ?, and so on.
  Result<std::string> Fill(const Dialect& dialect, const Chunk& chunk, uint32_t row) const;

 private:
  std::vector<std::string> pieces_;  // around the parameters
};

}  // namespace sluice::jdbc
