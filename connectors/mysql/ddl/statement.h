// SPDX-License-Identifier: Apache-2.0
// What a statement of the log says it does to tables: the parsed form of DDL.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "data/schema.h"
#include "mysql/ddl/lexer.h"

namespace sluice::mysql {

// A column as a statement writes it.
struct ColumnSpec {
  std::string name;
  std::string type;  // one of the names of information_schema's DATA_TYPE: "varchar"
  std::optional<uint64_t> length;
  std::optional<uint64_t> scale;
  bool is_unsigned = false;
  bool zerofill = false;
  std::vector<std::string> labels;
  std::string charset;       // as named by itself or by a collation; empty: the table's
  std::optional<bool> null;  // NULL, NOT NULL; none: not said
  bool auto_increment = false;
  bool primary = false;
  bool unique = false;
  bool generated = false;
  std::optional<std::string> initial;  // a constant DEFAULT as text; none: NULL, or not said
  bool computed = false;               // its DEFAULT is no constant, or one that cannot be told
  std::string comment;
  bool first = false;  // FIRST
  std::string after;   // AFTER; empty: not said
};

struct KeySpec {
  enum class Kind : uint8_t { kPrimary, kUnique, kOther, kForeign };
  Kind kind = Kind::kOther;
  std::string name;                  // empty: the server chooses one
  std::vector<std::string> columns;  // an empty name stands for an expression
  bool if_not_exists = false;
};

struct AddColumn {
  ColumnSpec column;
  bool if_not_exists = false;
};
struct DropColumn {
  std::string name;
  bool if_exists = false;
};
struct ChangeColumn {  // MODIFY and CHANGE
  std::string name;
  ColumnSpec column;
  bool if_exists = false;
};
struct RenameColumn {
  std::string from;
  std::string to;
  bool if_exists = false;
};
struct DropKey {
  std::string name;  // "PRIMARY" is the primary key
  bool if_exists = false;
  bool constraint = false;  // it may be something else than a key
};
struct RenameKey {
  std::string from;
  std::string to;
};
struct ConvertCharset {
  std::string charset;  // empty: the database's
};
struct SetTableOptions {
  std::optional<std::string> charset;  // empty: the database's
  std::optional<std::string> comment;
};
// Rows come or go without an event of their own.
struct ChangeRows {
  enum class Other : uint8_t {
    kNone,
    kExchanged,  // it has the partition's rows afterwards
    kAbsorbed,   // it becomes a partition
    kMade,       // a partition becomes it
  };
  std::string what;  // "TRUNCATE PARTITION"
  Other role = Other::kNone;
  TablePath other;  // another table that the clause changes, unless kNone
};
// Not understood: the definition after it cannot be told from here.
struct UnclearClause {
  std::string what;
};
using AlterClause =
    std::variant<AddColumn, DropColumn, ChangeColumn, RenameColumn, KeySpec, DropKey, RenameKey,
                 ConvertCharset, SetTableOptions, ChangeRows, UnclearClause>;

// Also CREATE INDEX and DROP INDEX. Clauses that change no column, key or row are left out.
struct AlterTable {
  TablePath table;
  std::vector<AlterClause> clauses;
  std::optional<TablePath> renamed;
};
struct CreateTable {
  TablePath table;
  bool if_not_exists = false;
  bool or_replace = false;
  std::optional<TablePath> like;
  std::vector<ColumnSpec> columns;
  std::vector<KeySpec> keys;
  SetTableOptions options;
  bool rows_follow = false;  // its rows come in the same transaction
  std::string unclear;       // not understood; empty: all of it was
};
struct RenameTables {
  std::vector<std::pair<TablePath, TablePath>> names;  // one after another
};
struct DropTables {
  std::vector<TablePath> tables;
};
struct DropDatabase {
  std::string name;
};
struct TruncateTable {
  TablePath table;
};
// It changes no table's definition.
struct OtherStatement {};

using Statement = std::variant<OtherStatement, AlterTable, CreateTable, RenameTables, DropTables,
                               DropDatabase, TruncateTable>;

// `schema`: the default database of the statement.
Statement ParseStatement(std::string_view sql, std::string_view schema, const SqlDialect& dialect);

// A statement that may change rows by itself. Comments in front and SET STATEMENT ... FOR do not
// hide it.
struct RowStatement {
  std::string verb;  // "INSERT", "UPDATE" ..., "SELECT" and "DO" of a function that writes; empty:
                     // it is none
  std::optional<TablePath> table;  // the only one that it writes to; none: that cannot be told
};
RowStatement RowStatementOf(std::string_view sql, std::string_view schema,
                            const SqlDialect& dialect);

}  // namespace sluice::mysql
