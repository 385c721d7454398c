// SPDX-License-Identifier: Apache-2.0
// Target tables over the SQL port: looked up, created, emptied, and checked against what will be
// written.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/context.h"
#include "starrocks/commit_logic.h"
#include "starrocks/options.h"

namespace sluice::starrocks {

struct TargetColumn {
  std::string name;
  std::string type;  // DATA_TYPE in lower case, "varchar"
  bool key = false;
  std::string full_type;  // COLUMN_TYPE in lower case, "varchar(20)"
  bool nullable = true;
  std::optional<std::string> initial = std::nullopt;  // its default, as it is shown
};

struct TargetFacts {
  bool primary_key = false;  // the table's model
  std::vector<TargetColumn> columns;
};

// By its name, in which case does not matter; null: there is none.
const TargetColumn* FindColumn(const TargetFacts& facts, std::string_view name);

// Calls block on `session`.

// kUnsupported when the server has no transactions. Warns when it decides by itself how long
// prepared rows live.
Status CheckVersion(SqlSession& session);
// Carries out the save modes for one table. `schema` is what will be written to `name`.
Status ApplySaveModes(SqlSession& session, const StarrocksOptions& options, const TableName& name,
                      const Schema& schema);
// What that would refuse, without changing anything. True: the table would stay as it is.
Result<bool> WouldStay(SqlSession& session, const StarrocksOptions& options, const TableName& name,
                       const Schema& schema);
// What is there now; nothing when the table does not exist.
Result<std::optional<TargetFacts>> LookUp(SqlSession& session, const TableName& name);
// kSchemaMismatch naming the columns that are missing, or that several of the source would be: the
// server would drop their values silently.
Status CheckColumns(const TargetFacts& facts, const TableName& name, const Schema& schema);
// kSchemaMismatch naming what does not fit: deletes into a table that takes none, a key that
// different rows of the source share.
Status CheckModel(const TargetFacts& facts, const StarrocksOptions& options, const TableName& name,
                  const Schema& schema);
// How the target spells each column; columns that it lacks keep their names.
std::vector<std::string> TargetNames(const TargetFacts& facts, const Schema& schema);
// Which of the columns hold JSON and not its text.
std::vector<bool> NestedColumns(const TargetFacts& facts, const Schema& schema);
// What deletes hold in each column, as JSON: a value that the target takes in any case, for it
// looks at those of no key too, and one that it cannot hold would lose the load. Empty: the row's
// own value, as in a key and in columns that the headers merge_condition and where look at.
std::vector<std::string> ValuesOfDeletes(const TargetFacts& facts, const Schema& schema,
                                         const StringMap& headers = {});

// Whether an update can never move a row of the target. False: the row before must be deleted.
bool SameKey(const TargetFacts& facts, const Schema& schema);

}  // namespace sluice::starrocks
