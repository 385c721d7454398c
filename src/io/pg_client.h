// SPDX-License-Identifier: Apache-2.0
// SqlClient over libpq, for PostgreSQL and what speaks its protocol.
//
// What the contract of api/sql_session.h means here:
// - The socket is non-blocking and waited for with poll: every wait ends within the endpoint's
//   timeouts, and at once when the session is interrupted. The read timeout is that of silence: a
//   stream that keeps coming has no end.
// - Values are text: ISO dates, hexadecimal bytea, floats with all their digits, UTF-8.
// - Stream fetches row by row (single-row mode), so an answer of any size takes little memory.
// - Neither ~/.pgpass nor a service file nor PG* variables decide where it connects: host, port,
//   user, database and TLS are the endpoint's.
// - A statement that was given up may still run on the server until it notices: from PostgreSQL 14
//   on within five seconds (client_connection_check_interval).
// https://www.postgresql.org/docs/current/libpq.html
#pragma once

#include <memory>

#include "api/sql_session.h"

namespace sluice {

std::unique_ptr<SqlClient> MakePgClient();

}  // namespace sluice
