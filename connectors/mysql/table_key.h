// SPDX-License-Identifier: Apache-2.0
// The key of a table as the snapshot sees it: what its ranges are made of, and the identity of a
// row.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/sql_session.h"
#include "data/chunk.h"
#include "mysql/key_range.h"
#include "mysql/types.h"

namespace sluice::mysql {

struct TableKey {
  std::vector<uint32_t> columns;  // where in the columns the key is; empty: the table has none
  // Ranges of it can be told the server as conditions. Else the table is read as a whole.
  bool cut = false;
  // Bounds compare here as they do on the server, so that a row of the log tells its range: the
  // columns are integers or bytes.
  bool ordered = false;
};
// The primary key, else the first unique key without nullable columns.
TableKey KeyOf(const TableFacts& facts, const TableDef& def);

void AppendRowKey(const Column& column, uint32_t row, KeyBound& out);

// The values of the key columns in a chunk. Equal for rows of equal key; where the key is ordered,
// a bound. `column(i)` gives the column of index i.
template <typename ColumnAt>
KeyBound RowKey(const TableKey& key, const ColumnAt& column, uint32_t row) {
  KeyBound out;
  for (const uint32_t index : key.columns) AppendRowKey(column(index), row, out);
  return out;
}
// The same of one value of the column, of an answer. REQUIRES: key.cut; IsKeyText.
void AppendKeyText(const ColumnDef& column, std::string_view text, KeyBound& out);

// False: no value of the column is written so; by now it may be another one.
bool IsKeyText(const ColumnDef& column, std::string_view text);

// The table with all values of its keys as the server compares them: whole integers, times without
// a zone. A date that is none is null.
Result<TableDefRef> ExactTable(TableFacts facts);
// " WHERE ..." of the rows that have the key of one of `rows` of `values`, a chunk of ExactTable's;
// and of others that the server's collations take for the same. `names`: of the key's columns.
// REQUIRES: key.cut; no value is null.
std::string EqualCondition(const TableKey& key, const TableDef& exact,
                           const std::vector<std::string>& names, const Chunk& values,
                           std::span<const uint32_t> rows, const SqlSession& session);

// "`a`, `b`"
std::string KeyColumns(const TableKey& key, const TableDef& def);
// " WHERE ..." of the rows in `range`, empty for all of them. REQUIRES: key.cut.
std::string RangeCondition(const TableKey& key, const TableDef& def, const KeyRange& range,
                           const SqlSession& session);
// " WHERE ..." of the rows behind `bound`.
std::string BehindCondition(const TableKey& key, const TableDef& def, const KeyBound& bound,
                            const SqlSession& session);

}  // namespace sluice::mysql
