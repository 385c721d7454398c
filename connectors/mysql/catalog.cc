// SPDX-License-Identifier: Apache-2.0
#include "mysql/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <set>

#include "base/logging.h"
#include "config/suggest.h"
#include "mysql/ddl/column_parser.h"
#include "mysql/server_log.h"
#include "mysql/sql_rows.h"

namespace sluice::mysql {
namespace {

Status WarnOfCascades(SqlSession& session, const std::map<TablePath, TableFacts>& tables) {
  ASSIGN_OR_RETURN(
      const SqlTable rows,
      session.Query("SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME FROM "
                    "information_schema.REFERENTIAL_CONSTRAINTS WHERE DELETE_RULE IN ('CASCADE', "
                    "'SET NULL') OR UPDATE_RULE IN ('CASCADE', 'SET NULL')"));
  for (const AnswerRow& row : rows) {
    const TablePath path{Text(row, 0), "", Text(row, 1)};
    if (!tables.contains(path)) continue;
    LogWarn(fmt::format(
        "table {}: what its foreign key {} deletes or changes by cascade is not in the server's "
        "log and will not reach the target; let the application make these changes itself",
        path.ToString(), Text(row, 2)));
  }
  return {};
}

std::string InList(SqlSession& session, const std::vector<std::string>& values) {
  std::string list;
  for (const std::string& value : values) list += (list.empty() ? "" : ", ") + session.Quote(value);
  return list;
}

Result<std::vector<TablePath>> TablesOf(SqlSession& session, const std::vector<std::string>& dbs) {
  std::string where =
      "TABLE_SCHEMA NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema')";
  if (!dbs.empty()) where = fmt::format("TABLE_SCHEMA IN ({})", InList(session, dbs));
  ASSIGN_OR_RETURN(
      const SqlTable rows,
      session.Query("SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE "
                    "TABLE_TYPE = 'BASE TABLE' AND " +
                    where + " ORDER BY 1, 2"));
  std::vector<TablePath> tables;
  for (const AnswerRow& row : rows) tables.push_back({Text(row, 0), "", Text(row, 1)});
  return tables;
}

Result<std::vector<TablePath>> NamedTables(SqlSession& session, const MysqlCdcOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<TablePath> existing,
                   TablesOf(session, options.database_names));
  std::vector<TablePath> chosen;
  if (!options.table_pattern.empty()) {
    const std::regex pattern(options.table_pattern);
    std::ranges::copy_if(existing, std::back_inserter(chosen), [&](const TablePath& path) {
      return std::regex_match(path.ToString(), pattern);
    });
    if (!chosen.empty()) return chosen;
    return Fail(Code::kInvalidConfig,
                fmt::format("table-pattern {} matches no table that {} can see",
                            options.table_pattern, options.username));
  }
  ASSIGN_OR_RETURN(const std::vector<TablePath> all, TablesOf(session, {}));
  std::vector<std::string> names;
  for (const TablePath& path : all) names.push_back(path.ToString());
  std::string problems;
  for (const std::string& name : options.table_names) {
    const auto found = std::ranges::find(names, name);
    if (found != names.end()) {
      chosen.push_back(all[static_cast<size_t>(found - names.begin())]);
      continue;
    }
    const auto nearest = Nearest(name, names);
    problems += fmt::format("{}table {} does not exist, or {} may not SELECT from it{}",
                            problems.empty() ? "" : "; ", name, options.username,
                            nearest ? fmt::format(" (did you mean {}?)", *nearest) : "");
  }
  if (!problems.empty()) return Fail(Code::kInvalidConfig, problems);
  return chosen;
}

Status LoadKeys(SqlSession& session, TableFacts& facts) {
  ASSIGN_OR_RETURN(
      const SqlTable rows,
      session.Query(fmt::format(
          "SELECT INDEX_NAME, COLUMN_NAME, NON_UNIQUE FROM information_schema.STATISTICS WHERE "
          "TABLE_SCHEMA = {} AND TABLE_NAME = {} ORDER BY INDEX_NAME, SEQ_IN_INDEX",
          session.Quote(facts.path.database), session.Quote(facts.path.table))));
  std::map<std::string, IndexFacts> indexes;
  for (const AnswerRow& row : rows) {
    IndexFacts& index = indexes[Text(row, 0)];
    index.name = Text(row, 0);
    index.unique = Text(row, 2) == "0";
    index.columns.push_back(Text(row, 1));
  }
  for (auto& [name, index] : indexes) {
    if (name == "PRIMARY") {
      facts.primary_key = std::move(index.columns);
    } else {
      facts.indexes.push_back(std::move(index));
    }
  }
  return {};
}

}  // namespace

Result<TableFacts> LoadTable(SqlSession& session, const TablePath& path) {
  TableFacts facts;
  facts.path = path;
  ASSIGN_OR_RETURN(
      const SqlTable rows,
      session.Query(fmt::format(
          "SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, CHARACTER_SET_NAME, "
          "CHARACTER_OCTET_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION, "
          "IS_NULLABLE, COLUMN_COMMENT FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = {} "
          "AND TABLE_NAME = {} ORDER BY ORDINAL_POSITION",
          session.Quote(path.database), session.Quote(path.table))));
  for (const AnswerRow& row : rows) {
    ColumnFacts column;
    column.name = Text(row, 0);
    column.data_type = Text(row, 1);
    column.column_type = Text(row, 2);
    column.charset = row[3];
    column.octet_length = Number(row, 4);
    column.precision = Number(row, 5);
    column.scale = Number(row, 6);
    column.datetime_precision = Number(row, 7);
    column.nullable = Text(row, 8) == "YES";
    column.comment = Text(row, 9);
    facts.columns.push_back(std::move(column));
  }
  if (facts.columns.empty()) {
    return Fail(Code::kNotFound, fmt::format("table {} does not exist", path.ToString()));
  }
  RETURN_IF_ERROR(LoadKeys(session, facts));
  ASSIGN_OR_RETURN(
      const SqlTable table,
      session.Query(fmt::format("SELECT TABLE_COMMENT, TABLE_COLLATION FROM "
                                "information_schema.TABLES WHERE TABLE_SCHEMA = {} AND "
                                "TABLE_NAME = {}",
                                session.Quote(path.database), session.Quote(path.table))));
  if (!table.empty()) {
    facts.comment = Text(table[0], 0);
    facts.charset = CharsetOfCollationNamed(Text(table[0], 1));
  }
  return facts;
}

Result<std::map<TablePath, TableFacts>> LoadTables(SqlSession& session,
                                                   const MysqlCdcOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<TablePath> paths, NamedTables(session, options));
  std::map<TablePath, TableFacts> tables;
  for (const TablePath& path : paths) {
    ASSIGN_OR_RETURN(tables[path], LoadTable(session, path));
  }
  for (auto& [path, facts] : tables) NameKey(facts, options);
  return tables;
}

void NameKey(TableFacts& facts, const MysqlCdcOptions& options) {
  for (const TableNamesConfig& config : options.table_names_config) {
    if (facts.path.ToString() != config.table || config.primary_keys.empty()) continue;
    facts.primary_key = config.primary_keys;
  }
}

Result<TablePath> StoredName(SqlSession& session, const TablePath& path) {
  ASSIGN_OR_RETURN(
      const SqlTable rows,
      session.Query(fmt::format("SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES "
                                "WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA = {} AND "
                                "TABLE_NAME = {}",
                                session.Quote(path.database), session.Quote(path.table))));
  if (!rows.empty()) return TablePath{Text(rows[0], 0), "", Text(rows[0], 1)};
  return Fail(Code::kNotFound, fmt::format("table {} does not exist", path.ToString()));
}

Status CheckLogged(SqlSession& session, const ServerFacts& server,
                   const std::map<TablePath, TableFacts>& tables) {
  ASSIGN_OR_RETURN(const SqlTable status, session.Query(StatusStatement(server)));
  if (status.empty() || status[0].size() < 4) return {};
  const auto names = [](std::string text) {
    std::set<std::string> out;
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find(',', at), text.size());
      out.insert(text.substr(at, end - at));
      at = end + 1;
    }
    return out;
  };
  const std::set<std::string> only = names(Text(status[0], 2));
  const std::set<std::string> never = names(Text(status[0], 3));
  for (const auto& [path, facts] : tables) {
    if ((only.empty() || only.contains(path.database)) && !never.contains(path.database)) continue;
    return {Code::kInvalidConfig,
            fmt::format("the server does not log database {}: take {} out of my.cnf and restart "
                        "mysqld",
                        path.database, only.empty() ? "binlog_ignore_db" : "binlog_do_db")};
  }
  return WarnOfCascades(session, tables);
}

}  // namespace sluice::mysql
