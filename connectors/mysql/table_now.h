// SPDX-License-Identifier: Apache-2.0
// TableNow: how rows of one definition of a table are read from the table as the server has it by
// now, which may be another one: statements that changed it lie in the log further on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/sql_session.h"
#include "data/chunk.h"
#include "mysql/table_key.h"

namespace sluice::mysql {

class TableNow {
 public:
  // kSchemaMismatch naming a column whose values cannot be had any more. What a column was renamed
  // to is guessed by place and type. Where it was really dropped and another one added that guess
  // is as good as any, for its values go with it.
  static Result<TableNow> Make(TableDefRef def, const TableDef& now);

  const TableDefRef& def() const { return def_; }
  // "SELECT ... FROM ..."
  const std::string& select() const { return select_; }
  // The names by now of the key's columns. kSchemaMismatch when one is gone.
  Result<std::vector<std::string>> KeyNames(const TableKey& key) const;

  // One row of the answer as a row of the definition; a column that is gone, or a value that only
  // fits since the column was changed, is neutral: what put it there is in the log further on.
  // REQUIRES: EndRow is called next.
  Status Append(SqlRow row, ChunkBuilder& out) const;
  // The key of the row, as RowKey makes it of a chunk of ExactTable's.
  Result<KeyBound> KeyOf(SqlRow row, const TableKey& key, const TableDef& exact) const;

 private:
  struct Source {
    size_t field = 0;  // of the answer
    std::string name;
    bool changed = false;
  };

  TableDefRef def_;
  std::string select_;
  std::vector<std::optional<Source>> sources_;  // of each column of def_
};

}  // namespace sluice::mysql
