// SPDX-License-Identifier: Apache-2.0
// Places in a server's log: where it ends, and whether and how one can be found again.
#pragma once

#include <string>
#include <vector>

#include "api/sql_session.h"
#include "mysql/server.h"
#include "mysql/splits.h"

namespace sluice::mysql {

// All calls block on `session`.

// SHOW BINARY LOG STATUS in the server's words.
std::string StatusStatement(const ServerFacts& server);

struct ServerLogFile {
  std::string name;
  uint64_t size = 0;
};
// Oldest first. kInvalidConfig when there are none.
Result<std::vector<ServerLogFile>> LogFiles(SqlSession& session);

// Where the log ends now. Its transactions are of the file up to there at most.
Result<LogPosition> CurrentPosition(SqlSession& session, const ServerFacts& server);

// The last transaction of each domain before a place of MariaDB's log; nothing when it is no place.
Result<std::optional<MariadbGtids>> GtidsAt(SqlSession& session, const std::string& file,
                                            uint64_t offset);
// Where in the log the snapshot stands that is open in the session. MariaDB takes a consistent one
// between two commits and tells which.
Result<LogPoint> ToldPoint(SqlSession& session);
// The server's clock, in microseconds since 1970 UTC.
Result<int64_t> ServerMicros(SqlSession& session);

// Whether the server has executed all transactions of the position's set.
Result<bool> HasAll(SqlSession& session, const ServerFacts& server, const LogPosition& position);
// Whether its log, of which `first` is the oldest file, holds all others.
Result<bool> KeepsOthers(SqlSession& session, const ServerFacts& server,
                         const LogPosition& position, const std::string& first);

enum class FindBy : uint8_t { kFile, kGtids };
// How to find `position` in the log: kPositionLost when it was purged, the log was reset or the
// server replaced by one that cannot continue there, with the remedy. `anchored`: places of other
// rows are known by file too, so that it must be the same server.
Result<FindBy> CheckPosition(SqlSession& session, const ServerFacts& server,
                             const LogPosition& position, bool anchored);

}  // namespace sluice::mysql
