// SPDX-License-Identifier: Apache-2.0
// JdbcSplit: a part of a table, and where in it a reader goes on. Its statement. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/reader.h"
#include "jdbc/source_tables.h"

namespace sluice::jdbc {

struct JdbcSplit {
  TablePath table;
  uint64_t number = 0;               // within the table, from 0
  std::optional<std::string> lower;  // values of the split column, as the server writes them
  std::optional<std::string> upper;
  bool with_upper = false;  // rows of the upper value are in it
  bool with_nulls = false;  // and rows that have none
  uint64_t part = 0;        // of `parts` by a hash of the column; 0 parts: not so
  uint64_t parts = 0;
  std::vector<std::string> after;  // literals of the table's order: go on behind this row

  friend bool operator==(const JdbcSplit&, const JdbcSplit&) = default;
};

Split ToSplit(const JdbcSplit& split);
Result<JdbcSplit> FromSplit(std::string_view position);

// The SELECT that gives the rows of `split` that are still to be read. REQUIRES: it is of `table`.
std::string SelectOf(const JdbcSplit& split, const ReadTable& table, const Dialect& dialect,
                     SqlServer server);
// A bound as a literal.
std::string BoundLiteral(const ReadTable& table, const std::string& value, SqlServer server);

}  // namespace sluice::jdbc
