// SPDX-License-Identifier: Apache-2.0
// What a statement of the log means for the captured tables, one step for each. Pure.
//
// Tools that change a table without blocking it (gh-ost, pt-online-schema-change) make a copy under
// a name of their own, alter that, fill it, and put it in the table's place with one RENAME. The
// rows are the same, so the table goes on with the copy's definition, which is followed from the
// copy's creation on.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "mysql/ddl/apply.h"
#include "mysql/splits.h"
#include "mysql/table_change.h"

namespace sluice::mysql {

struct DdlStep {
  enum class Kind : uint8_t {
    kDefine,  // the table has `definition` from here on
    kAsk,     // its definition cannot be told from the statement: `why`
    kStop,    // the job ends here: `why`
    kNote,    // nothing changes for its rows: `why` says what was done
    kJoin,    // a new table that would be captured by a job that starts now; the last steps
  };
  Kind kind = Kind::kNote;
  TablePath table;   // captured, unless kJoin, kStop or kNote of a table that would be
  std::string what;  // "ALTER TABLE"
  Definition definition;
  std::string why;
};

struct DdlPlan {
  std::vector<DdlStep> steps;
  std::map<TablePath, TableCopy> copies;  // afterwards
  std::set<TablePath> gone;               // afterwards
};

// What is known before a statement.
struct DdlState {
  std::map<TablePath, const TableFacts*> tables;  // captured
  const std::map<TablePath, TableCopy>& copies;
  const std::set<TablePath>& gone;  // LogSplit::gone
  // Would be captured by a job that starts now.
  std::function<bool(const TablePath&)> matches = [](const TablePath&) { return false; };
};

DdlPlan PlanStatement(const Statement& statement, const DdlState& state,
                      const StatementSession& session, const DdlRules& rules);

// In any case of letters: captured, or a job that starts now would.
bool Captures(const DdlState& state, const TablePath& name);
// The captured table of `tables` that `name` could be a tool's copy of, by its name; null: none.
const TablePath* CopiedTable(const TablePath& name, const DdlState& state);
// By its name it could be a table that such a tool needs while it works on a captured one, or the
// one before that it leaves behind.
bool IsToolsTable(const TablePath& name, const DdlState& state);

// `facts` with its columns matched to those of `before` by their names.
Definition MatchByName(TableFacts facts, const TableFacts& before);

}  // namespace sluice::mysql
