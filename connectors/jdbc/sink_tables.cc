// SPDX-License-Identifier: Apache-2.0
#include "jdbc/sink_tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/ascii.h"
#include "base/logging.h"
#include "config/placeholders.h"

namespace sluice::jdbc {
namespace {

std::string InCase(std::string text, FieldCase field_case) {
  if (field_case == FieldCase::kOriginal) return text;
  return field_case == FieldCase::kUpper ? Upper(text) : Lower(text);
}

// The list that one of the placeholders of keys stands for; else the names themselves.
std::vector<std::string> ExpandedKeys(const StringList& keys, const Schema& source) {
  const auto names = [&](const std::vector<uint32_t>& columns) {
    std::vector<std::string> out;
    for (const uint32_t i : columns) out.push_back(source.columns[i].name);
    return out;
  };
  if (keys.size() != 1) return keys;
  if (keys[0] == "${primary_key}") return names(source.primary_key);
  if (keys[0] == "${unique_key}") {
    return source.unique_keys.empty() ? std::vector<std::string>{}
                                      : names(source.unique_keys.front());
  }
  if (keys[0] != "${field_names}") return keys;
  std::vector<std::string> all;
  for (const ColumnInfo& column : source.columns) all.push_back(column.name);
  return all;
}

class ManagedTable final : public SaveModeTable {
 public:
  ManagedTable(SqlSession& session, const SinkOptions& options, const TablePath& path,
               const Schema& source)
      : session_(session),
        options_(options),
        dialect_(Dialect::Of(options.endpoints.front().server)),
        path_(path),
        source_(source) {}

  std::string name() const override { return path_.ToString(); }
  Result<bool> Exists() override {
    ASSIGN_OR_RETURN(const auto facts, dialect_.LookUp(session_, path_));
    return facts.has_value();
  }
  Status Create() override {
    RETURN_IF_ERROR(dialect_.EnsureSchema(session_, path_));
    ASSIGN_OR_RETURN(const std::vector<uint32_t> key, TargetKey(options_, source_));
    for (const std::string& statement :
         dialect_.CreateTable(session_, path_, source_, ColumnNames(options_, source_), key,
                              options_.create_index)) {
      RETURN_IF_ERROR(session_.Execute(statement));
    }
    return {};
  }
  Status Drop() override {
    RETURN_IF_ERROR(dialect_.EnsureSchema(session_, path_));
    return session_.Execute("DROP TABLE IF EXISTS " + dialect_.FullName(path_));
  }
  Status Truncate() override {
    ASSIGN_OR_RETURN(const bool exists, Exists());
    if (!exists) return {};
    return session_.Execute("TRUNCATE TABLE " + dialect_.FullName(path_));
  }
  Result<bool> HasRows() override {
    ASSIGN_OR_RETURN(const bool exists, Exists());
    if (!exists) return false;
    ASSIGN_OR_RETURN(const SqlTable rows,
                     session_.Query("SELECT 1 FROM " + dialect_.FullName(path_) + " LIMIT 1"));
    return !rows.empty();
  }
  Status Custom() override {
    return session_.Execute(ResolveForTable(options_.custom_sql, source_));
  }

 private:
  SqlSession& session_;
  const SinkOptions& options_;
  const Dialect& dialect_;
  const TablePath& path_;
  const Schema& source_;
};

// What would be refused only when a checkpoint is committed.
std::vector<std::string> Unfit(const TargetFacts& facts, const TargetTable& target,
                               const std::vector<std::string>& missing) {
  std::vector<std::string> out;
  if (!missing.empty()) {
    out.push_back(fmt::format("it lacks the columns {}: add them with ALTER TABLE ... ADD COLUMN",
                              fmt::join(missing, ", ")));
  }
  for (const TargetColumn& column : target.columns) {
    if (!column.generated) continue;
    out.push_back(fmt::format("its column {} is generated and cannot be written", column.name));
  }
  for (const TargetColumn& column : facts.columns) {
    const bool written =
        std::ranges::find(target.columns, column.name, &TargetColumn::name) != target.columns.end();
    if (written || column.nullable || column.has_default || column.generated) continue;
    out.push_back(
        fmt::format("its column {} is not in the source, and takes no null and has no "
                    "default",
                    column.name));
  }
  return out;
}

bool HasUnique(const TargetFacts& facts, const TargetTable& target) {
  std::set<std::string> key;
  for (const uint32_t i : target.key) key.insert(target.columns[i].name);
  return std::ranges::any_of(facts.unique, [&](const std::vector<std::string>& index) {
    return std::set<std::string>(index.begin(), index.end()) == key;
  });
}

// The unique indexes in which rows of different keys can meet.
std::vector<std::vector<std::string>> FurtherKeys(const TargetFacts& facts,
                                                  const TargetTable& target) {
  std::vector<std::vector<std::string>> out = facts.unique;
  std::erase_if(out, [&](const std::vector<std::string>& index) {
    return std::ranges::all_of(target.key, [&](uint32_t i) {
      return std::ranges::find(index, target.columns[i].name) != index.end();
    });
  });
  return out;
}

// The columns in which a row must change to move in one of `indexes`; empty: not known.
std::vector<uint32_t> ColumnsOf(const std::vector<std::vector<std::string>>& indexes,
                                const TargetTable& target) {
  std::set<uint32_t> out;
  for (const std::vector<std::string>& index : indexes) {
    for (const std::string& name : index) {
      const auto column = std::ranges::find(target.columns, name, &TargetColumn::name);
      if (column == target.columns.end()) return {};  // an expression, or computed
      out.insert(static_cast<uint32_t>(column - target.columns.begin()));
    }
  }
  return {out.begin(), out.end()};
}

// Why a row cannot be deleted and inserted again; empty: it can.
std::string_view KeepsRows(const TargetFacts& facts, const TargetTable& target) {
  if (facts.deletes_spread) return "foreign keys refer to it, or it has triggers";
  const bool more = std::ranges::any_of(facts.columns, [&](const TargetColumn& column) {
    return !column.generated && std::ranges::find(target.columns, column.name,
                                                  &TargetColumn::name) == target.columns.end();
  });
  return more ? "it has columns that are not in the source" : "";
}

void WarnOfFurtherKeys(const TargetFacts& facts, const TargetTable& target) {
  if (!target.further_keys || target.merge == Merge::kAnew) return;
  LogWarn(
      fmt::format("the table {} has further unique keys: a checkpoint in which rows exchange "
                  "their values there is refused by the server, for {}, so no row of it is deleted "
                  "to be inserted again",
                  target.path.ToString(), KeepsRows(facts, target)));
}

}  // namespace

std::vector<std::string> ColumnNames(const SinkOptions& options, const Schema& source) {
  std::vector<std::string> names;
  for (const ColumnInfo& column : source.columns) {
    names.push_back(InCase(column.name, options.field_case));
  }
  return names;
}

const TargetColumn* FindColumn(const TargetFacts& facts, const std::string& name) {
  const auto exact = std::ranges::find(facts.columns, name, &TargetColumn::name);
  if (exact != facts.columns.end()) return &*exact;
  const auto similar = std::ranges::find_if(
      facts.columns, [&](const TargetColumn& column) { return SameWord(column.name, name); });
  return similar == facts.columns.end() ? nullptr : &*similar;
}

Result<TablePath> TargetPath(const SinkOptions& options, const Schema& source) {
  const std::string own = options.table_prefix + source.path.table + options.table_suffix;
  TablePath path;
  path.database = ResolveForTable(options.target_database, source);
  path.table = options.table.empty() ? own : ResolveForTable(options.table, source);
  if (options.postgres()) {
    const size_t dot = path.table.find('.');
    path.schema = options.schema.empty() ? "public" : options.schema;
    if (dot != std::string::npos) {
      path.schema = path.table.substr(0, dot);
      path.table = path.table.substr(dot + 1);
    }
    if (path.database.empty()) path.database = options.database();
    if (path.database != options.database()) {
      return Fail(Code::kInvalidConfig,
                  fmt::format("sink 'Jdbc': table {} would go to the database {}, but the url "
                              "leads to {}: PostgreSQL has one database a connection; give schemas "
                              "with table = \"schema.${{table_name}}\"",
                              source.path.ToString(), path.database, options.database()));
    }
    path.schema = InCase(path.schema, options.field_case);
  }
  path.table = InCase(path.table, options.field_case);
  if (!path.database.empty() && !path.table.empty()) return path;
  return Fail(Code::kInvalidConfig,
              fmt::format("sink 'Jdbc': database = {} and table = {} give table {} no name in the "
                          "target",
                          options.target_database, options.table, source.path.ToString()));
}

Result<std::vector<uint32_t>> TargetKey(const SinkOptions& options, const Schema& source) {
  if (options.use_copy) return std::vector<uint32_t>{};
  std::vector<uint32_t> key;
  for (const std::string& name : ExpandedKeys(options.primary_keys, source)) {
    const auto column = source.Find(name);
    if (!column) {
      return Fail(Code::kInvalidConfig,
                  fmt::format("sink 'Jdbc': primary_keys names {}, which table {} does not have",
                              name, source.path.ToString()));
    }
    key.push_back(*column);
  }
  if (!key.empty()) return key;
  if (!source.primary_key.empty()) return source.primary_key;
  return source.unique_keys.empty() ? std::vector<uint32_t>{} : source.unique_keys.front();
}

Status ApplySaveModes(SqlSession& session, const SinkOptions& options, const TablePath& path,
                      const Schema& source) {
  ManagedTable table(session, options, path, source);
  return sluice::ApplySaveModes(options.schema_save_mode, options.data_save_mode, table);
}

Result<bool> WouldStay(SqlSession& session, const SinkOptions& options, const TablePath& path,
                       const Schema& source) {
  ManagedTable table(session, options, path, source);
  return CheckSaveModes(options.schema_save_mode, options.data_save_mode, table);
}

Result<TargetTable> BindTarget(SqlSession& session, const SinkOptions& options,
                               const TablePath& path, const Schema& source) {
  const Dialect& dialect = Dialect::Of(options.endpoints.front().server);
  ASSIGN_OR_RETURN(const auto facts, dialect.LookUp(session, path));
  if (!facts) {
    return Fail(Code::kInvalidConfig,
                fmt::format("the table {} does not exist at {}, or {} may not see it",
                            path.ToString(), options.Place(), options.user));
  }
  ASSIGN_OR_RETURN(TargetTable target, FitTarget(*facts, options, path, source));
  WarnOfFurtherKeys(*facts, target);
  if (target.merge != Merge::kAppend && options.enable_upsert && !HasUnique(*facts, target)) {
    LogWarn(
        fmt::format("the table {} has no unique key over the columns that its rows are updated "
                    "by; finding them may take a scan for each batch",
                    path.ToString()));
  }
  return target;
}

Result<TargetTable> FitTarget(const TargetFacts& facts, const SinkOptions& options,
                              const TablePath& path, const Schema& source) {
  TargetTable target;
  target.path = path;
  target.update_keys = options.update_keys;
  std::vector<std::string> missing;
  const std::vector<std::string> names = ColumnNames(options, source);
  for (size_t i = 0; i < names.size(); ++i) {
    const TargetColumn* column = FindColumn(facts, names[i]);
    if (column == nullptr) {
      const Dialect& dialect = Dialect::Of(options.endpoints.front().server);
      missing.push_back(names[i] + " " + dialect.ColumnType(source.columns[i]));
    } else {
      target.columns.push_back(*column);
    }
  }
  std::vector<std::string> unfit = Unfit(facts, target, missing);
  if (options.two_phase && !facts.transactional) {
    unfit.emplace_back("its engine has no transactions; use InnoDB, or is_exactly_once = false");
  }
  if (!unfit.empty()) {
    return Fail(Code::kSchemaMismatch,
                fmt::format("the table {} cannot take the rows of {}: {}", path.ToString(),
                            source.path.ToString(), fmt::join(unfit, "; ")));
  }
  ASSIGN_OR_RETURN(target.key, TargetKey(options, source));
  if (target.key.empty()) return target;
  const std::set<uint32_t> own(source.primary_key.begin(), source.primary_key.end());
  target.same_key = std::set<uint32_t>(target.key.begin(), target.key.end()) == own;
  const bool upsert = options.enable_upsert && HasUnique(facts, target);
  target.merge = upsert ? Merge::kUpsert : Merge::kByKey;
  const auto further = FurtherKeys(facts, target);
  target.further_keys = !further.empty();
  if (further.empty()) return target;
  target.merge = KeepsRows(facts, target).empty() ? Merge::kAnew : Merge::kByKey;
  target.further = ColumnsOf(further, target);
  return target;
}

}  // namespace sluice::jdbc
