// SPDX-License-Identifier: Apache-2.0
// Sessions of the source.
#pragma once

#include <memory>

#include "jdbc/source_options.h"

namespace sluice::jdbc {

// As Connect; every session of the source comes from here. Bounds and positions are texts in
// statements, so what a backslash in a text means is the same in each of them whatever the server's
// sql_mode: it escapes the next character in MySQL, and is itself in PostgreSQL.
Result<std::unique_ptr<SqlSession>> ConnectSource(SqlClient& client, const SourceOptions& options);

}  // namespace sluice::jdbc
