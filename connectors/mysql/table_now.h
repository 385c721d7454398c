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
  // What becomes of a value that the column could not hold before it was changed.
  enum class Misfit : uint8_t {
    kNeutral,   // it is neutral: what put it there is in the log further on
    kRepeated,  // so it is where only later rows can have such a value, as the log brings the rows
                // behind a statement that passes such a change on once more; else as the next
    kRefused,   // an error, unless the type outside is the same: then it is as the log brings it
  };
  // The name by now of each column of a definition; empty: it is gone.
  using Names = std::vector<std::string>;
  // kSchemaMismatch naming a column whose values cannot be had any more. Without `names` what a
  // column was renamed to is guessed by place and type. Where it was really dropped and another one
  // added that guess is as good as any, for its values go with it.
  static Result<TableNow> Make(TableDefRef def, TableDefRef now, Misfit misfit,
                               const std::optional<Names>& names = std::nullopt);

  const TableDefRef& def() const { return def_; }
  const TableDefRef& now() const { return now_; }
  bool same() const { return same_; }  // nothing was changed
  // "SELECT ... FROM ..."
  const std::string& select() const { return select_; }
  // The definition with the columns' names by now, for conditions of its key.
  const TableDefRef& named() const { return named_; }
  // The names by now of the key's columns. kSchemaMismatch when one is gone.
  Result<std::vector<std::string>> KeyNames(const TableKey& key) const;
  // kSchemaMismatch when ranges of the key are not those of the key by now.
  Status CheckKey(const TableKey& key) const;
  // Columns of the definition that are gone.
  std::vector<uint32_t> Gone() const;
  // What became of the columns, for the log; empty: nothing.
  std::string Changes() const;

  // One row of the answer as a row of the definition; a column that is gone is neutral.
  // kSchemaMismatch naming a value that does not fit. REQUIRES: EndRow is called next.
  Status Append(SqlRow row, ChunkBuilder& out) const;
  // The key of the row, as RowKey makes it of a chunk of ExactTable's.
  Result<KeyBound> KeyOf(SqlRow row, const TableKey& key, const TableDef& exact) const;
  // The same as a bound of ranges. REQUIRES: key.cut; CheckKey was OK.
  KeyBound BoundOf(SqlRow row, const TableKey& key) const;

  // What rows of the log that are of the table by now are decoded with.
  const TableDefRef& image() const { return image_; }
  // Rows of the definition cannot be told from such rows by their shape.
  bool moved() const { return moved_; }
  // One row of a chunk of image()'s, as Append.
  Status AppendImage(const Chunk& from, uint32_t row, ChunkBuilder& out) const;

 private:
  struct Source {
    size_t field = 0;    // of the answer
    uint32_t index = 0;  // of now_
    bool changed = false;
    bool neutral = false;  // what does not fit
  };

  void Read(const std::vector<std::optional<uint32_t>>& found, Misfit misfit);
  void Describe();
  Status AppendChanged(size_t i, std::optional<std::string_view> text, Column& out) const;

  TableDefRef def_;
  TableDefRef now_;
  TableDefRef named_;
  TableDefRef image_;
  bool same_ = false;
  bool moved_ = false;
  std::string select_;
  std::vector<std::optional<Source>> sources_;  // of each column of def_
};

}  // namespace sluice::mysql
