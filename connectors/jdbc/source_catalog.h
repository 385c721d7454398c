// SPDX-License-Identifier: Apache-2.0
// Tables as the server's catalog describes them, for the source.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/sql_session.h"
#include "data/schema.h"

namespace sluice::jdbc {

struct CatalogColumn {
  std::string name;
  std::string type;
  bool nullable = true;
  std::string comment;
  std::optional<int64_t> octets;
};

struct CatalogTable {
  std::vector<CatalogColumn> columns;
  std::vector<std::string> primary_key;
  std::vector<std::vector<std::string>> unique_keys;  // without the primary key
  std::string comment;
  uint64_t rows = 0;  // estimate; 0: not known
};

// Nothing when the table does not exist or may not be seen. Blocks.
Result<std::optional<CatalogTable>> DescribeTable(SqlSession& session, SqlServer server,
                                                  const TablePath& path);

}  // namespace sluice::jdbc
