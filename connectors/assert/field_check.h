// SPDX-License-Identifier: Apache-2.0
// What the values of a table must be: field_rules made ready for one schema.
#pragma once

#include <vector>

#include "assert/options.h"
#include "data/chunk.h"

namespace sluice::asserts {

// Immutable; any thread.
class FieldChecks {
 public:
  FieldChecks() = default;
  // kSchemaMismatch naming every column that is not there, has another type, or does not fit its
  // rule. CURRENT_DATE and its like in equals_to are `now_micros`.
  static Result<FieldChecks> Make(const std::vector<FieldRule>& rules, const Schema& table,
                                  int64_t now_micros);
  // kSchemaMismatch naming the first row that breaks a rule, its number (`first` is that of row 0),
  // its column, the value and the rule.
  Status Check(const Chunk& chunk, uint64_t first) const;

 private:
  struct Rule {
    uint32_t column = 0;
    ValueRule::Type type = ValueRule::Type::kNone;
    double value = 0;
    long double limit = 0;        // the value for numbers of the column's type
    std::optional<Column> equal;  // one row
  };
  static bool Holds(const Rule& rule, const Column& column, uint32_t row);

  std::vector<Rule> rules_;
};

}  // namespace sluice::asserts
