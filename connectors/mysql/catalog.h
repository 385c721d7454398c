// SPDX-License-Identifier: Apache-2.0
// What the server says about its tables.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/sql_session.h"
#include "mysql/options.h"
#include "mysql/server.h"
#include "mysql/types.h"

namespace sluice::mysql {

// All calls block on `session`.

// The tables that the options name, with their columns and keys. kInvalidConfig for a table that is
// not there or cannot be read, with the nearest name or the grant.
Result<std::map<TablePath, TableFacts>> LoadTables(SqlSession& session,
                                                   const MysqlCdcOptions& options);
// One table; kNotFound when it is gone.
Result<TableFacts> LoadTable(SqlSession& session, const TablePath& path);
// Its name as the server's log has it: statements may write it in other letters. kNotFound.
Result<TablePath> StoredName(SqlSession& session, const TablePath& path);
// The key that the job file names for it, if any, instead of its own.
void NameKey(TableFacts& facts, const MysqlCdcOptions& options);

// kInvalidConfig when the server keeps the changes of one of these tables out of its log. Warns of
// changes that no server logs: those that foreign keys make in other tables.
Status CheckLogged(SqlSession& session, const ServerFacts& server,
                   const std::map<TablePath, TableFacts>& tables);

}  // namespace sluice::mysql
