// SPDX-License-Identifier: Apache-2.0
// What a server says about itself, and whether MySQL-CDC can work with it.
#pragma once

#include <string>

#include "api/sql_session.h"

namespace sluice::mysql {

struct ServerVersion {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned patch = 0;

  friend auto operator<=>(const ServerVersion&, const ServerVersion&) = default;
};
ServerVersion ParseVersion(std::string_view text);  // "10.11.19-MariaDB-log"

struct ServerFacts {
  // What tells the server, and with it the files of its log, from another: @@server_uuid; of
  // MariaDB, which has none, its replication id and host name. Those may be another server's too,
  // so that for MariaDB CheckPosition also compares transactions at the place.
  std::string uuid;
  std::string version;
  bool gtid = false;  // MySQL's gtid_mode is ON
  bool mariadb = false;
  bool whole_rows = true;  // new sessions log rows with all their columns
  bool utc = false;        // SYSTEM, as a time zone, is UTC
  // A transaction this long in the log is visible to every later snapshot. Commit follows the log's
  // flush within milliseconds unless the disk hangs or a semi-synchronous replica is waited for.
  Duration settle = std::chrono::seconds(2);

  // How to learn which place of the log a snapshot stands at.
  enum class Snapshot : uint8_t {
    kGtids,    // gtid_executed holds only what later snapshots see (MySQL 5.7.5 and later)
    kSettled,  // what is long enough in the log is visible
    kTold,     // the server tells the place (MariaDB)
  };
  Snapshot snapshot() const;
  // The statement that sets a global variable for good, as far as the server knows one.
  std::string Setting(std::string_view variable, std::string_view value) const;
};

// All calls block on `session`.

// kInvalidConfig naming everything that is missing and the statements that mend it. `rereads`: rows
// may lack columns in the log.
Result<ServerFacts> CheckServer(SqlSession& session, const SqlEndpoint& endpoint, bool rereads);
// ServerFacts::uuid of the server that `session` is connected to; `known` tells its vendor.
Result<std::string> IdentityOf(SqlSession& session, const ServerFacts& known);
// Rows read in the session from now on are those of the law in types.h, and committed ones.
Status ReadAsLogged(SqlSession& session);

}  // namespace sluice::mysql
