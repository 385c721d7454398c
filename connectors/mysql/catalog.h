// SPDX-License-Identifier: Apache-2.0
// What the server says about itself and its tables, and whether MySQL-CDC can work with it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/sql_session.h"
#include "mysql/options.h"
#include "mysql/splits.h"
#include "mysql/types.h"

namespace sluice::mysql {

struct ServerFacts {
  std::string uuid;
  std::string version;
  bool gtid = false;  // gtid_mode is ON
};

// All calls block on `session`.

// kInvalidConfig naming everything that is missing and the statements that mend it.
Result<ServerFacts> CheckServer(SqlSession& session, const SqlEndpoint& endpoint);

// The tables that the options name, with their columns and keys. kInvalidConfig for a table that is
// not there or cannot be read, with the nearest name or the grant.
Result<std::map<TablePath, TableFacts>> LoadTables(SqlSession& session,
                                                   const MysqlCdcOptions& options);
// One table; kNotFound when it is gone.
Result<TableFacts> LoadTable(SqlSession& session, const TablePath& path);

// Where the log ends now. Its GTID set holds only transactions that every later snapshot sees.
Result<LogPosition> CurrentPosition(SqlSession& session, const ServerFacts& server);

// Whether the log can be read from `position` on: kPositionLost when it was purged or belongs to
// another server, with the remedy.
Status CheckPosition(SqlSession& session, const ServerFacts& server, const LogPosition& position);

}  // namespace sluice::mysql
