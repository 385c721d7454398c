// SPDX-License-Identifier: Apache-2.0
// What a constant DEFAULT of an added column gives the rows that are there.
#pragma once

#include <optional>
#include <string>

#include "mysql/ddl/session.h"
#include "mysql/ddl/statement.h"
#include "mysql/types.h"

namespace sluice::mysql {

// spec.initial as a SELECT would show it (AppendText); `facts`: the column that `spec` makes. None:
// in a form whose value is not known here.
std::optional<std::string> InitialText(const ColumnSpec& spec, const ColumnFacts& facts,
                                       const StatementSession& session);

}  // namespace sluice::mysql
