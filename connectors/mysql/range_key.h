// SPDX-License-Identifier: Apache-2.0
// The key of a table as the snapshot sees it: the column its ranges are made of, and the identity
// of a row.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mysql/types.h"

namespace sluice::mysql {

// Where in the columns the key is.
struct TableKey {
  std::vector<uint32_t> columns;  // of the whole key; empty: the table has none
  std::optional<uint32_t> range;  // its first column when that is an integer
};
// The primary key, else the first unique key without nullable columns.
TableKey KeyOf(const TableFacts& facts, const TableDef& def);

// REQUIRES: the column is the one named by TableKey::range.
Int128 RangeValue(const Column& column, uint32_t row);

// Equal for rows of equal key. `column(i)` gives the column of index i.
template <typename ColumnAt>
std::string RowIdentity(const TableKey& key, const ColumnAt& column, uint32_t row);

void AppendIdentity(const Column& column, uint32_t row, std::string& out);

template <typename ColumnAt>
std::string RowIdentity(const TableKey& key, const ColumnAt& column, uint32_t row) {
  std::string out;
  for (const uint32_t index : key.columns) AppendIdentity(column(index), row, out);
  return out;
}

}  // namespace sluice::mysql
