// SPDX-License-Identifier: Apache-2.0
// The definition of a table after a statement, from the one before it. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mysql/ddl/session.h"
#include "mysql/ddl/statement.h"
#include "mysql/types.h"

namespace sluice::mysql {

// A definition and what became of the columns before it.
struct Definition {
  TableFacts facts;
  // For each column the name it had before; empty: it is new.
  std::vector<std::string> before;
  // For each new column what the rows that were there hold in it, as MySQL's text; none: null.
  std::vector<std::optional<std::string>> initial;
  // New columns whose value in those rows cannot be told from the statement.
  std::vector<std::string> computed;

  static Definition Of(TableFacts facts);  // nothing changed
};

// What information_schema.COLUMNS says of a column of `table` that is written so; the same texts
// that MySQL 8.0 gives. kUnsupported when that cannot be told, with the reason.
Result<ColumnFacts> FactsOf(const ColumnSpec& spec, const TableFacts& table,
                            const StatementSession& session);
// The column after CONVERT TO CHARACTER SET, which may need a longer type. kUnsupported for binary.
Result<ColumnFacts> Converted(ColumnFacts column, const std::string& charset);

// kUnsupported when the statement or a part of it is not understood or does not fit `before`: then
// the definition must come from elsewhere.
Result<Definition> ApplyAlter(const TableFacts& before, const AlterTable& alter,
                              const StatementSession& session);
// `like`: the table that create.like names; null when it is not known.
Result<Definition> ApplyCreate(const CreateTable& create, const TableFacts* like,
                               const StatementSession& session);

}  // namespace sluice::mysql
