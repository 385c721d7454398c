// SPDX-License-Identifier: Apache-2.0
// Which rows of a table MySQL and PostgreSQL would refuse: told before they are sent, by name.
#pragma once

#include "api/row_limits.h"
#include "api/sql_session.h"
#include "jdbc/target.h"

namespace sluice::jdbc {

// Without what a key must not be, for no column of one is null.
ColumnLimits LimitsOf(SqlServer server, const TargetColumn& column);

RowLimits RowLimitsOf(SqlServer server, const TargetTable& target);

}  // namespace sluice::jdbc
