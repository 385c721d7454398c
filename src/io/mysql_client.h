// SPDX-License-Identifier: Apache-2.0
// SqlClient over libmariadb, for MySQL and what speaks its protocol.
//
// What the contract of api/sql_session.h means here:
// - TlsMode::kPreferred asks for TLS and goes on without when the server has none.
// - caching_sha2_password works over TLS, and without by the server's public key.
// - "localhost" is the loopback address: there is no Unix socket between machines.
// - Every call ends within the endpoint's read timeout; Interrupt ends it at once.
// - The log is read with COM_BINLOG_DUMP or, with a GTID set, COM_BINLOG_DUMP_GTID.
//   https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_replication.html
#pragma once

#include <memory>

#include "api/sql_session.h"

namespace sluice {

std::unique_ptr<SqlClient> MakeMysqlClient();

}  // namespace sluice
