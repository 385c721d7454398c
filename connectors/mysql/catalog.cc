// SPDX-License-Identifier: Apache-2.0
#include "mysql/catalog.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <regex>
#include <set>

#include "config/suggest.h"

namespace sluice::mysql {
namespace {

using Row = std::vector<std::optional<std::string>>;

std::string Text(const Row& row, size_t i) {
  return row[i].value_or("");
}

std::optional<uint64_t> Number(const Row& row, size_t i) {
  if (!row[i]) return std::nullopt;
  uint64_t value = 0;
  std::from_chars(row[i]->data(), row[i]->data() + row[i]->size(), value);
  return value;
}

std::string Upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// What the account lacks to read the log, as GRANT statements.
Result<std::vector<std::string>> MissingGrants(SqlSession& session) {
  ASSIGN_OR_RETURN(const SqlTable who, session.Query("SELECT CURRENT_USER()"));
  ASSIGN_OR_RETURN(const SqlTable grants, session.Query("SHOW GRANTS"));
  std::string all;
  for (const Row& row : grants) all += Upper(Text(row, 0)) + "\n";
  std::string account = Text(who[0], 0);
  const size_t at = account.rfind('@');
  account = fmt::format("'{}'@'{}'", account.substr(0, at), account.substr(at + 1));
  std::vector<std::string> missing;
  const bool everything = all.find("GRANT ALL PRIVILEGES ON *.*") != std::string::npos;
  for (const char* privilege : {"REPLICATION SLAVE", "REPLICATION CLIENT"}) {
    if (everything || all.find(privilege) != std::string::npos) continue;
    missing.push_back(fmt::format("GRANT {} ON *.* TO {};", privilege, account));
  }
  return missing;
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
  for (const Row& row : rows) tables.push_back({Text(row, 0), "", Text(row, 1)});
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
          "SELECT INDEX_NAME, COLUMN_NAME FROM information_schema.STATISTICS WHERE "
          "TABLE_SCHEMA = {} AND TABLE_NAME = {} AND NON_UNIQUE = 0 AND COLUMN_NAME IS NOT "
          "NULL ORDER BY INDEX_NAME, SEQ_IN_INDEX",
          session.Quote(facts.path.database), session.Quote(facts.path.table))));
  std::map<std::string, std::vector<std::string>> keys;
  for (const Row& row : rows) keys[Text(row, 0)].push_back(Text(row, 1));
  for (auto& [name, columns] : keys) {
    if (name == "PRIMARY") {
      facts.primary_key = std::move(columns);
    } else {
      facts.unique_keys.push_back(std::move(columns));
    }
  }
  return {};
}

}  // namespace

Result<ServerFacts> CheckServer(SqlSession& session, const SqlEndpoint& endpoint) {
  ASSIGN_OR_RETURN(
      const SqlTable rows,
      session.Query("SELECT @@server_uuid, @@version, @@log_bin, @@global.binlog_format, "
                    "@@global.binlog_row_image, @@global.gtid_mode, "
                    "@@global.binlog_row_value_options"));
  const Row& row = rows[0];
  ServerFacts facts{Text(row, 0), Text(row, 1), Upper(Text(row, 5)) == "ON"};
  std::vector<std::string> problems;
  if (Text(row, 2) != "1") {
    problems.emplace_back(
        "the binary log is off: set log_bin = binlog and server_id in my.cnf and restart mysqld");
  }
  if (Upper(Text(row, 3)) != "ROW") {
    problems.push_back(fmt::format(
        "binlog_format is {}: SET PERSIST binlog_format = 'ROW'; then let clients reconnect",
        Text(row, 3)));
  }
  if (Upper(Text(row, 4)) != "FULL") {
    problems.push_back(fmt::format(
        "binlog_row_image is {}: SET PERSIST binlog_row_image = 'FULL'; then let clients reconnect",
        Text(row, 4)));
  }
  if (!Text(row, 6).empty()) {
    problems.push_back(
        fmt::format("binlog_row_value_options is {}: SET PERSIST binlog_row_value_options = '';",
                    Text(row, 6)));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> grants, MissingGrants(session));
  for (const std::string& grant : grants) problems.push_back("a privilege is missing: " + grant);
  if (problems.empty()) return facts;
  return Fail(Code::kInvalidConfig,
              fmt::format("MySQL at {}:{} cannot be captured:\n  - {}", endpoint.host,
                          endpoint.port, fmt::join(problems, "\n  - ")));
}

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
  for (const Row& row : rows) {
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
      const SqlTable comment,
      session.Query(fmt::format("SELECT TABLE_COMMENT FROM information_schema.TABLES WHERE "
                                "TABLE_SCHEMA = {} AND TABLE_NAME = {}",
                                session.Quote(path.database), session.Quote(path.table))));
  if (!comment.empty()) facts.comment = Text(comment[0], 0);
  return facts;
}

Result<std::map<TablePath, TableFacts>> LoadTables(SqlSession& session,
                                                   const MysqlCdcOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<TablePath> paths, NamedTables(session, options));
  std::map<TablePath, TableFacts> tables;
  for (const TablePath& path : paths) {
    ASSIGN_OR_RETURN(tables[path], LoadTable(session, path));
  }
  for (const TableNamesConfig& config : options.table_names_config) {
    for (auto& [path, facts] : tables) {
      if (path.ToString() == config.table && !config.primary_keys.empty()) {
        facts.primary_key = config.primary_keys;
      }
    }
  }
  return tables;
}

Result<LogPosition> CurrentPosition(SqlSession& session, const ServerFacts& server) {
  // The set is read first: a transaction counts as executed only after its rows are visible, while
  // the file position moves before that.
  LogPosition position;
  position.server_uuid = server.uuid;
  if (server.gtid) {
    ASSIGN_OR_RETURN(const SqlTable executed, session.Query("SELECT @@global.gtid_executed"));
    ASSIGN_OR_RETURN(position.gtid_set, GtidSet::Parse(Text(executed[0], 0)));
  }
  ASSIGN_OR_RETURN(const SqlTable status, session.Query("SHOW MASTER STATUS"));
  if (status.empty()) return Fail(Code::kInvalidConfig, "the binary log of the server is off");
  position.file = Text(status[0], 0);
  position.tx_offset = Number(status[0], 1).value_or(4);
  return position;
}

Status CheckPosition(SqlSession& session, const ServerFacts& server, const LogPosition& position) {
  constexpr std::string_view kRemedy =
      "start again with --fresh (and startup.mode = initial) to read the tables anew, or restore "
      "the server's log "
      "files and start again";
  if (server.uuid != position.server_uuid) {
    ASSIGN_OR_RETURN(const SqlTable executed, session.Query("SELECT @@global.gtid_executed"));
    ASSIGN_OR_RETURN(const GtidSet here, GtidSet::Parse(Text(executed[0], 0)));
    const bool can_follow =
        server.gtid && !position.gtid_set.empty() && here.Contains(position.gtid_set);
    if (!can_follow) {
      return {Code::kPositionLost,
              fmt::format(
                  "the server was replaced: its server_uuid is {}, the job stands at {} of {}; {}",
                  server.uuid, position.ToString(), position.server_uuid, kRemedy)};
    }
  }
  if (server.gtid && !position.gtid_set.empty()) {
    ASSIGN_OR_RETURN(const SqlTable purged, session.Query("SELECT @@global.gtid_purged"));
    ASSIGN_OR_RETURN(const GtidSet gone, GtidSet::Parse(Text(purged[0], 0)));
    if (position.gtid_set.Contains(gone)) return {};
  }
  ASSIGN_OR_RETURN(const SqlTable logs, session.Query("SHOW BINARY LOGS"));
  const bool there =
      std::ranges::any_of(logs, [&](const Row& row) { return Text(row, 0) == position.file; });
  if (there && server.uuid == position.server_uuid) return {};
  return {Code::kPositionLost,
          fmt::format("the server has purged its log at {} (it begins at {}); {}. To keep logs "
                      "longer: SET PERSIST "
                      "binlog_expire_logs_seconds = 604800;",
                      position.ToString(), logs.empty() ? "nothing" : Text(logs[0], 0), kRemedy)};
}

}  // namespace sluice::mysql
