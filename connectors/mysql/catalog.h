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
  // A transaction this long in the log is visible to every later snapshot. Commit follows the log's
  // flush within milliseconds unless the disk hangs or a semi-synchronous replica is waited for.
  Duration settle = std::chrono::seconds(2);
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

// kInvalidConfig when the server keeps the changes of one of these tables out of its log. Warns of
// changes that no server logs: those that foreign keys make in other tables.
Status CheckLogged(SqlSession& session, const ServerFacts& server,
                   const std::map<TablePath, TableFacts>& tables);

enum class FindBy : uint8_t { kFile, kGtids };
// How to find `position` in the log: kPositionLost when it was purged, the log was reset or the
// server replaced by one that cannot continue there, with the remedy. `anchored`: places of other
// rows are known by file too, so that it must be the same server.
Result<FindBy> CheckPosition(SqlSession& session, const ServerFacts& server,
                             const LogPosition& position, bool anchored);

}  // namespace sluice::mysql
