// SPDX-License-Identifier: Apache-2.0
// ALTER TABLE statements that let a target take the rows of a changed table. Pure, but for the
// session's quoting.
#pragma once

#include <string>
#include <vector>

#include "data/event.h"
#include "jdbc/dialect.h"
#include "jdbc/sink_options.h"

namespace sluice::jdbc {

struct Alteration {
  std::vector<std::string> statements;  // in order
  std::vector<std::string> notes;       // what the statements cannot do
};

// What `facts`, the table at `path`, still lacks for `change`, whose `before` and `after` are
// there. Columns that are there already, or gone already, need nothing; a column that holds more
// than it must stays. So a change that was carried out in part, or whole, is only completed.
Alteration PlanAlteration(const SqlSession& session, const SinkOptions& options,
                          const TargetFacts& facts, const TablePath& path,
                          const SchemaChange& change);

// Whether a column of the target takes every value of `wanted`.
bool Holds(SqlServer server, const TargetColumn& column, const ColumnInfo& wanted);

}  // namespace sluice::jdbc
