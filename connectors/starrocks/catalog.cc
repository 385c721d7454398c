// SPDX-License-Identifier: Apache-2.0
#include "starrocks/catalog.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "base/ascii.h"
#include "base/logging.h"
#include "config/placeholders.h"
#include "starrocks/create_table.h"

namespace sluice::starrocks {
namespace {

std::string FullName(const TableName& name) {
  return QuotedName(name.database) + "." + QuotedName(name.table);
}

// An account that may not create databases can still use one that is there.
Status EnsureDatabase(SqlSession& session, const std::string& database) {
  ASSIGN_OR_RETURN(const SqlTable databases, session.Query("SHOW DATABASES"));
  for (const auto& row : databases) {
    if (row[0] == database) return {};
  }
  return session.Execute("CREATE DATABASE IF NOT EXISTS " + QuotedName(database));
}

// The table to the save modes.
class ManagedTable final : public SaveModeTable {
 public:
  ManagedTable(SqlSession& session, const StarrocksOptions& options, const TableName& name,
               const Schema& schema)
      : session_(session), options_(options), name_(name), schema_(schema) {}

  std::string name() const override { return name_.database + "." + name_.table; }
  Result<bool> Exists() override {
    ASSIGN_OR_RETURN(const std::optional<TargetFacts> facts, LookUp(session_, name_));
    return facts.has_value();
  }
  Status Create() override {
    RETURN_IF_ERROR(EnsureDatabase(session_, name_.database));
    ASSIGN_OR_RETURN(const std::string sql,
                     CreateStatement(options_.create_template, name_, schema_));
    return session_.Execute(sql);
  }
  Status Drop() override {
    RETURN_IF_ERROR(EnsureDatabase(session_, name_.database));
    return session_.Execute("DROP TABLE IF EXISTS " + FullName(name_));
  }
  Status Truncate() override { return session_.Execute("TRUNCATE TABLE " + FullName(name_)); }
  Result<bool> HasRows() override {
    ASSIGN_OR_RETURN(const SqlTable rows,
                     session_.Query(fmt::format("SELECT * FROM {} LIMIT 1", FullName(name_))));
    return !rows.empty();
  }
  Status Custom() override {
    return session_.Execute(ResolveForTable(options_.custom_sql, schema_));
  }

 private:
  SqlSession& session_;
  const StarrocksOptions& options_;
  const TableName& name_;
  const Schema& schema_;
};

}  // namespace

Status CheckVersion(SqlSession& session) {
  ASSIGN_OR_RETURN(const SqlTable rows, session.Query("SELECT current_version()"));
  const std::string text = rows.empty() ? "" : rows[0][0].value_or("");
  std::array<int, 3> version{};  // "3.3.5 6d81f75", "3.2.0-rc01 ..."
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int& part : version) {
    const auto parsed = std::from_chars(at, end, part);
    if (parsed.ec != std::errc()) break;
    at = parsed.ptr != end ? parsed.ptr + 1 : end;
  }
  if (version[0] == 0) return {};  // a build of its own: nothing is known about it
  if (version < std::array{2, 4, 0}) {
    return {
        Code::kUnsupported,
        fmt::format("StarRocks {} has no transactions for loads; 2.4 or later is needed", text)};
  }
  if (version < std::array{3, 5, 4}) {
    LogWarn(
        fmt::format("StarRocks {} ends prepared transactions after its own "
                    "prepared_transaction_default_timeout_second (one day unless changed): a "
                    "job must not be stopped for longer",
                    text));
  }
  return {};
}

namespace {

// What information_schema of older releases lacks: it shows no default there, and of no column that
// it takes null.
Status LookCloser(SqlSession& session, const TableName& name, TargetFacts& facts) {
  constexpr size_t kField = 0;
  constexpr size_t kNull = 3;
  constexpr size_t kDefault = 5;
  ASSIGN_OR_RETURN(const SqlTable rows, session.Query("SHOW FULL COLUMNS FROM " + FullName(name)));
  for (const auto& row : rows) {
    if (row.size() <= kDefault) continue;
    for (TargetColumn& column : facts.columns) {
      if (!SameWord(column.name, row[kField].value_or(""))) continue;
      column.nullable = row[kNull] != "NO";
      column.initial = row[kDefault];
    }
  }
  return {};
}

}  // namespace

Result<std::optional<TargetFacts>> LookUp(SqlSession& session, const TableName& name) {
  ASSIGN_OR_RETURN(
      const SqlTable rows,
      session.Query(fmt::format("SELECT COLUMN_NAME, DATA_TYPE, COLUMN_KEY, COLUMN_TYPE "
                                "FROM information_schema.columns WHERE TABLE_SCHEMA = {} "
                                "AND TABLE_NAME = {} ORDER BY ORDINAL_POSITION",
                                session.Quote(name.database), session.Quote(name.table))));
  if (rows.empty()) return std::nullopt;
  TargetFacts facts;
  for (const auto& row : rows) {
    TargetColumn column{row[0].value_or(""), Lower(row[1].value_or("")), row[2] == "PRI",
                        Lower(row[3].value_or(""))};
    facts.primary_key = facts.primary_key || column.key;
    facts.columns.push_back(std::move(column));
  }
  RETURN_IF_ERROR(LookCloser(session, name, facts));
  return facts;
}

Status ApplySaveModes(SqlSession& session, const StarrocksOptions& options, const TableName& name,
                      const Schema& schema) {
  ManagedTable table(session, options, name, schema);
  return sluice::ApplySaveModes(options.schema_save_mode, options.data_save_mode, table);
}

Result<bool> WouldStay(SqlSession& session, const StarrocksOptions& options, const TableName& name,
                       const Schema& schema) {
  ManagedTable table(session, options, name, schema);
  return CheckSaveModes(options.schema_save_mode, options.data_save_mode, table);
}

namespace {

std::set<std::string> KeyNames(const TargetFacts& facts) {
  std::set<std::string> names;
  for (const TargetColumn& column : facts.columns) {
    if (column.key) names.insert(Lower(column.name));
  }
  return names;
}

std::set<std::string> KeyNames(const Schema& schema) {
  std::set<std::string> names;
  for (const uint32_t i : schema.primary_key) names.insert(Lower(schema.columns[i].name));
  return names;
}

// Different rows of the source must be different rows of the target.
Status CheckKey(const TargetFacts& facts, const TableName& name, const Schema& schema) {
  const std::set<std::string> target = KeyNames(facts);
  const std::set<std::string> source = KeyNames(schema);
  if (std::ranges::includes(target, source)) return {};
  return {Code::kSchemaMismatch,
          fmt::format("rows of {} would replace one another: its key ({}) is not part of the key "
                      "({}) of {}.{}; recreate the target with that key",
                      schema.path.ToString(), fmt::join(source, ", "), fmt::join(target, ", "),
                      name.database, name.table)};
}

}  // namespace

const TargetColumn* FindColumn(const TargetFacts& facts, std::string_view name) {
  const auto found = std::ranges::find_if(
      facts.columns, [&](const TargetColumn& column) { return SameWord(column.name, name); });
  return found == facts.columns.end() ? nullptr : &*found;
}

Status CheckColumns(const TargetFacts& facts, const TableName& name, const Schema& schema) {
  std::string missing;
  std::set<const TargetColumn*> taken;
  for (const ColumnInfo& column : schema.columns) {
    const TargetColumn* target = FindColumn(facts, column.name);
    if (target == nullptr) {
      missing +=
          fmt::format("{}{} {}", missing.empty() ? "" : ", ", column.name, ColumnType(column));
    } else if (!taken.insert(target).second) {
      return {Code::kSchemaMismatch,
              fmt::format("{} has several columns {}, which differ in case only: {}.{} has one for "
                          "them; rename them by a FieldRename transform",
                          schema.path.ToString(), target->name, name.database, name.table)};
    }
  }
  if (!missing.empty()) {
    return {Code::kSchemaMismatch,
            fmt::format("the table {}.{} lacks columns that {} has: {}; add them with ALTER TABLE "
                        "... ADD COLUMN",
                        name.database, name.table, schema.path.ToString(), missing)};
  }
  return {};
}

Status CheckModel(const TargetFacts& facts, const StarrocksOptions& options, const TableName& name,
                  const Schema& schema) {
  if (!options.enable_upsert_delete) return {};
  if (!facts.primary_key) {
    return {Code::kInvalidConfig,
            fmt::format("enable_upsert_delete needs a PRIMARY KEY table, which {}.{} is not: "
                        "recreate it, or set enable_upsert_delete = false to append every change",
                        name.database, name.table)};
  }
  return CheckKey(facts, name, schema);
}

std::vector<std::string> TargetNames(const TargetFacts& facts, const Schema& schema) {
  std::vector<std::string> out;
  for (const ColumnInfo& column : schema.columns) {
    const TargetColumn* target = FindColumn(facts, column.name);
    out.push_back(target == nullptr ? column.name : target->name);
  }
  return out;
}

std::vector<bool> NestedColumns(const TargetFacts& facts, const Schema& schema) {
  std::vector<bool> out;
  for (const ColumnInfo& column : schema.columns) {
    const TargetColumn* target = FindColumn(facts, column.name);
    out.push_back(column.source_type == "json" && target != nullptr && target->type == "json");
  }
  return out;
}

namespace {

bool AnyOf(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Empty: of such a type nothing is known.
std::string LeastOf(const std::string& type) {
  static constexpr auto kNumbers =
      std::to_array<std::string_view>({"boolean", "tinyint", "smallint", "int", "bigint",
                                       "largeint", "bigint unsigned", "float", "double"});
  static constexpr auto kTexts =
      std::to_array<std::string_view>({"char", "varchar", "string", "binary", "varbinary"});
  if (type.starts_with("decimal") || AnyOf(kNumbers, type)) return "0";
  if (AnyOf(kTexts, type)) return R"("")";
  if (type == "date") return R"("1970-01-01")";
  if (type == "datetime") return R"("1970-01-01 00:00:00")";
  if (type.starts_with("array")) return "[]";
  const bool object = type == "json" || type.starts_with("map") || type.starts_with("struct");
  return object ? "{}" : "";
}

}  // namespace

std::vector<std::string> ValuesOfDeletes(const TargetFacts& facts, const Schema& schema,
                                         const StringMap& headers) {
  std::string condition;
  std::vector<std::string> out;
  for (const auto& [name, value] : headers) {
    if (SameWord(name, "merge_condition")) condition = value;
    // It may ask for any of them.
    if (SameWord(name, "where")) return std::vector<std::string>(schema.columns.size());
  }
  for (const ColumnInfo& column : schema.columns) {
    const TargetColumn* target = FindColumn(facts, column.name);
    const bool free = target != nullptr && !target->key && !SameWord(column.name, condition);
    if (!free) {
      out.emplace_back();
    } else {
      out.push_back(target->nullable ? "null" : LeastOf(target->type));
    }
  }
  return out;
}

bool SameKey(const TargetFacts& facts, const Schema& schema) {
  return KeyNames(facts) == KeyNames(schema);
}

}  // namespace sluice::starrocks
