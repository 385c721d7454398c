// SPDX-License-Identifier: Apache-2.0
// What a Query event tells of the session that ran its statement.
// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/classbinary__log_1_1Query__event.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mysql/binlog/charset.h"
#include "mysql/binlog/temporal.h"
#include "mysql/ddl/lexer.h"

namespace sluice::mysql {

struct StatementSession {
  SqlDialect dialect;
  // Values that do not fit their new type make a statement fail instead of being cut.
  bool strict = false;
  // In whose local time constants of TIMESTAMP columns are; empty or SYSTEM: server_zone.
  std::string time_zone;
  std::optional<ZoneOffset> server_zone;  // no status variable tells it; none: not known
  // A TIMESTAMP may be null unless it says NOT NULL; none: the server does not write it.
  std::optional<bool> explicit_timestamps;
  // False: an ALTER TABLE that only begins here, or failed (MariaDB's binlog_alter_two_phase).
  // Where it takes effect it stands once more.
  bool takes_effect = true;
  const Charset* client = nullptr;  // of the statement's text; null: UTF-8 or unknown
};

// `status`: the status variables of the event; what is unknown in them is left out.
StatementSession SessionOf(std::string_view status, const SqlDialect& server);
// The statement in UTF-8. kUnsupported when the converter is not installed.
Result<std::string> Utf8Of(std::string_view sql, const StatementSession& session);

}  // namespace sluice::mysql
