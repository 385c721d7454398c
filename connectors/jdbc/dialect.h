// SPDX-License-Identifier: Apache-2.0
// Dialect: how MySQL and PostgreSQL spell what the sink and the source say, in three layers. Pure,
// but for what takes a session. One object a server kind, for ever.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/sql_session.h"
#include "data/chunk.h"
#include "jdbc/target.h"

namespace sluice::jdbc {

// The columns of a stage before those of its target.
inline constexpr std::string_view kStageSeq = "__seq";
inline constexpr std::string_view kStageOp = "__op";

// What stands around the values of a batch.
struct RowForm {
  std::string_view before_row;
  std::string_view between_values;
  std::string_view after_row;
  std::string_view null;
  std::string_view upsert;  // kStageOp's values
  std::string_view remove;
};

// Names, types and values.
class Spelling {
 public:
  virtual ~Spelling() = default;
  virtual std::string Name(std::string_view name) const = 0;  // quoted
  // "db"."t" or "schema"."t".
  virtual std::string FullName(const TablePath& path) const = 0;
  virtual std::string ColumnType(const ColumnInfo& column) const = 0;  // of a table to be created
  // Statements for a session that writes.
  virtual std::vector<std::string> WriterSetup() const = 0;
  virtual const RowForm& form() const = 0;
  // Appends a value as rows of a batch spell it. False: the server has no such value.
  virtual bool AppendValue(const TargetColumn& target, const Column& column, uint32_t row,
                           std::string& out) const = 0;
  // A literal for a statement of the user; nothing when the server has no such value.
  virtual std::optional<std::string> Literal(const Column& column, uint32_t row) const = 0;
  // Writes a batch into a table. `columns`: spelled names.
  virtual Status Send(SqlSession& session, const std::string& table, const std::string& columns,
                      std::string_view rows) const = 0;
};

// Rows that lie in a table beside their target, with their order and what is to be done.
class StageMerge : public Spelling {
 public:
  // `temporary`: of this session only.
  virtual std::string CreateStage(const TargetTable& target, const std::string& stage,
                                  bool temporary) const = 0;
  // The name of a stage inside statements; a temporary one may have no schema.
  virtual std::string StageName(const TargetTable& target, const std::string& stage,
                                bool temporary) const = 0;
  // What merges `stage` (as StageName gives it) into its target. `repeated`: keys may come several
  // times, and the last row of each counts.
  std::vector<std::string> MergeStatements(const TargetTable& target, const std::string& stage,
                                           bool repeated, bool upserts, bool deletes) const;

 protected:
  // The stage's rows that count, as "s" in a FROM clause.
  virtual std::string StageRows(const TargetTable& target, const std::string& stage,
                                bool repeated) const = 0;
  // Of the target's rows that have a key of `rows`, those for which Removed holds.
  virtual std::string DeleteByStage(const TargetTable& target, const std::string& rows) const = 0;
  virtual std::string UpdateByStage(const TargetTable& target, const std::string& rows) const = 0;
  virtual std::string Upsert(const TargetTable& target, const std::string& rows) const = 0;
  virtual std::string Insert(const TargetTable& target) const = 0;  // "INSERT INTO t (a, b)"

  // Whether two values differ, null being a value like any other.
  virtual std::string Differ(const std::string& one, const std::string& other) const = 0;

  std::string Names(const TargetTable& target, std::string_view prefix) const;
  // "t.a = s.a AND t.b = s.b" over the key. `table`: what the target is called there.
  std::string SameKey(const TargetTable& target, std::string_view table) const;
  // Whether the row of `table` that s replaces or deletes must go before any is written.
  std::string Removed(const TargetTable& target, std::string_view table) const;
};

// Tables that are there, and that are to be.
class Dialect : public StageMerge {
 public:
  static const Dialect& Of(SqlServer server);

  // Nothing when there is no such table.
  virtual Result<std::optional<TargetFacts>> LookUp(SqlSession& session,
                                                    const TablePath& path) const = 0;
  virtual Status EnsureSchema(SqlSession& session, const TablePath& path) const = 0;
  // What ends CREATE TABLE for a table that must take part in transactions.
  virtual std::string_view Transactional() const = 0;
  // `names`: of the columns at the target. The session quotes comments.
  virtual std::vector<std::string> CreateTable(const SqlSession& session, const TablePath& path,
                                               const Schema& schema,
                                               const std::vector<std::string>& names,
                                               const std::vector<uint32_t>& key,
                                               bool with_keys) const = 0;
};

// Implemented in mysql_dialect.cc and postgres_dialect.cc.
const Dialect& MysqlDialect();
const Dialect& PostgresDialect();

}  // namespace sluice::jdbc
