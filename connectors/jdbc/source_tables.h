// SPDX-License-Identifier: Apache-2.0
// What is read: tables and queries with their columns, and by which columns they can be split and
// gone on with.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jdbc/dialect.h"
#include "jdbc/source_options.h"
#include "jdbc/text_values.h"

namespace sluice::jdbc {

struct ReadTable {
  SchemaRef schema;
  std::vector<ColumnReader> columns;  // of the schema
  std::string list;                   // of the SELECT
  std::string from;                   // a table, or a query in brackets with a name
  std::string where;                  // of the user, without the word; may be empty
  // A key without nulls whose order the server and literals agree on: rows are read in it, so that
  // a reader goes on behind any row. Empty: there is none, and a split is read again as a whole.
  std::vector<uint32_t> order;
  std::optional<uint32_t> split;  // the column whose values cut the table
  bool fixed = false;             // into partition_num parts, else into splits of split.size rows
  SourceItem item;
  uint64_t rows = 0;  // estimate; 0: not known
};
using ReadTableRef = std::shared_ptr<const ReadTable>;
using ReadTables = std::map<TablePath, ReadTableRef>;

// Calls block. kNotFound, kUnsupported (naming all columns without a type) or kInvalidConfig.
Result<ReadTables> DiscoverTables(SqlSession& session, const SourceOptions& options);

bool IsNumber(const ReadTable& table, uint32_t column);  // an exact one

}  // namespace sluice::jdbc
