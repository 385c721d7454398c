// SPDX-License-Identifier: Apache-2.0
// Which table of the target takes the rows of which table of the source: its name, its key, its
// creation by the save modes, and whether it can take them.
#pragma once

#include <string>
#include <vector>

#include "jdbc/dialect.h"
#include "jdbc/sink_options.h"

namespace sluice::jdbc {

// Pure. kInvalidConfig naming the table when the options give it no name.
Result<TablePath> TargetPath(const SinkOptions& options, const Schema& source);
// Indexes into the source's columns; empty: rows are appended. kInvalidConfig naming the table when
// primary_keys names a column that is not there.
Result<std::vector<uint32_t>> TargetKey(const SinkOptions& options, const Schema& source);

// Of the source's columns, as the target's are named.
std::vector<std::string> ColumnNames(const SinkOptions& options, const Schema& source);
// Exactly, else in any case: MySQL knows none, and users of PostgreSQL rarely mean one. Null: there
// is none.
const TargetColumn* FindColumn(const TargetFacts& facts, const std::string& name);

// Calls block on `session`.
Status ApplySaveModes(SqlSession& session, const SinkOptions& options, const TablePath& path,
                      const Schema& source);
// What that would refuse, without changing anything. True: the table would stay as it is.
Result<bool> WouldStay(SqlSession& session, const SinkOptions& options, const TablePath& path,
                       const Schema& source);
// Looks the table up and checks it: kInvalidConfig when it is not there, kSchemaMismatch naming
// everything that does not fit.
Result<TargetTable> BindTarget(SqlSession& session, const SinkOptions& options,
                               const TablePath& path, const Schema& source);

// The same without a session. `facts`: the table as it is.
Result<TargetTable> FitTarget(const TargetFacts& facts, const SinkOptions& options,
                              const TablePath& path, const Schema& source);

}  // namespace sluice::jdbc
