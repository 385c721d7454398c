// SPDX-License-Identifier: Apache-2.0
#include "mysql/catalog.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <regex>
#include <set>

#include "base/logging.h"
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

constexpr Duration kSemiSyncWaitMax = std::chrono::minutes(5);

// Global variables by name; those the server does not know are empty.
class Variables {
 public:
  explicit Variables(const SqlTable& rows) {
    for (const Row& row : rows) values_[Text(row, 0)] = Text(row, 1);
  }
  std::string operator()(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? "" : found->second;
  }

 private:
  std::map<std::string, std::string> values_;
};

Result<Variables> LoadVariables(SqlSession& session) {
  ASSIGN_OR_RETURN(
      const SqlTable rows,
      session.Query("SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_uuid', 'version', "
                    "'log_bin', 'binlog_format', 'binlog_row_image', 'binlog_row_value_options', "
                    "'gtid_mode') OR Variable_name LIKE 'rpl\\_semi\\_sync\\_%'"));
  return Variables(rows);
}

// How long a transaction may be in the log and not yet visible because a replica has to confirm it.
std::optional<Duration> SemiSyncWait(const Variables& variables) {
  for (const std::string role : {"master", "source"}) {
    const std::string prefix = "rpl_semi_sync_" + role;
    if (Upper(variables(prefix + "_enabled")) != "ON") continue;
    if (Upper(variables(prefix + "_wait_point")) == "AFTER_COMMIT") continue;
    const std::string text = variables(prefix + "_timeout");
    uint64_t millis = 0;
    std::from_chars(text.data(), text.data() + text.size(), millis);
    return std::chrono::milliseconds(std::min<uint64_t>(millis, 86'400'000));
  }
  return std::nullopt;
}

// MySQL 8.2 gave the statement its new name, 8.4 took the old one away.
std::string StatusStatement(const ServerFacts& server) {
  unsigned major = 0;
  unsigned minor = 0;
  const char* end = server.version.data() + server.version.size();
  const auto parsed = std::from_chars(server.version.data(), end, major);
  if (parsed.ptr != end) std::from_chars(parsed.ptr + 1, end, minor);
  const bool renamed = major > 8 || (major == 8 && minor >= 2);
  return renamed ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS";
}

Result<GtidSet> GtidVariable(SqlSession& session, const std::string& name) {
  ASSIGN_OR_RETURN(const SqlTable rows, session.Query("SELECT @@global." + name));
  return GtidSet::Parse(rows.empty() ? "" : Text(rows[0], 0));
}

Status WarnOfCascades(SqlSession& session, const std::map<TablePath, TableFacts>& tables) {
  ASSIGN_OR_RETURN(
      const SqlTable rows,
      session.Query("SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME FROM "
                    "information_schema.REFERENTIAL_CONSTRAINTS WHERE DELETE_RULE IN ('CASCADE', "
                    "'SET NULL') OR UPDATE_RULE IN ('CASCADE', 'SET NULL')"));
  for (const Row& row : rows) {
    const TablePath path{Text(row, 0), "", Text(row, 1)};
    if (!tables.contains(path)) continue;
    LogWarn(fmt::format(
        "table {}: what its foreign key {} deletes or changes by cascade is not in the server's "
        "log and will not reach the target; let the application make these changes itself",
        path.ToString(), Text(row, 2)));
  }
  return {};
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
  ASSIGN_OR_RETURN(const Variables variables, LoadVariables(session));
  ServerFacts facts{variables("server_uuid"), variables("version"),
                    Upper(variables("gtid_mode")) == "ON"};
  std::vector<std::string> problems;
  if (Upper(facts.version).find("MARIADB") != std::string::npos) {
    problems.push_back(fmt::format("it is {}: only the log of MySQL is read", facts.version));
  } else if (Upper(variables("log_bin")) != "ON") {
    problems.emplace_back(
        "the binary log is off: set log_bin = binlog and server_id in my.cnf and restart mysqld");
  }
  if (const auto format = variables("binlog_format"); Upper(format) != "ROW") {
    problems.push_back(fmt::format(
        "binlog_format is {}: SET PERSIST binlog_format = 'ROW'; then let clients reconnect",
        format));
  }
  // Servers without this variable always write whole rows.
  const std::string image = variables("binlog_row_image");
  if (!image.empty() && Upper(image) != "FULL") {
    problems.push_back(fmt::format(
        "binlog_row_image is {}: SET PERSIST binlog_row_image = 'FULL'; then let clients reconnect",
        image));
  }
  if (const auto value = variables("binlog_row_value_options"); !value.empty()) {
    problems.push_back(fmt::format(
        "binlog_row_value_options is {}: SET PERSIST binlog_row_value_options = '';", value));
  }
  if (const auto wait = SemiSyncWait(variables)) {
    if (*wait > kSemiSyncWaitMax && !facts.gtid) {
      problems.emplace_back(
          "commits may wait for a semi-synchronous replica without end, and without GTIDs nothing "
          "tells when they are over: SET PERSIST rpl_semi_sync_master_timeout = 10000;");
    }
    facts.settle += *wait;
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
    ASSIGN_OR_RETURN(position.gtid_set, GtidVariable(session, "gtid_executed"));
  }
  ASSIGN_OR_RETURN(const SqlTable status, session.Query(StatusStatement(server)));
  if (status.empty()) return Fail(Code::kInvalidConfig, "the binary log of the server is off");
  position.file = Text(status[0], 0);
  position.tx_offset = Number(status[0], 1).value_or(4);
  return position;
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

Result<FindBy> CheckPosition(SqlSession& session, const ServerFacts& server,
                             const LogPosition& position, bool anchored) {
  const auto lost = [](const std::string& why) {
    return Fail(Code::kPositionLost,
                why +
                    "; start again with --fresh (and startup.mode = initial) to read the tables "
                    "anew, or restore the server's log files and start again");
  };
  const bool same = server.uuid == position.server_uuid;
  const bool by_gtid = server.gtid && !position.gtid_set.empty();
  const std::string replaced =
      fmt::format("the server was replaced: its server_uuid is {}, the job stands at {} of {}",
                  server.uuid, position.ToString(), position.server_uuid);
  if (!same && !by_gtid) return lost(replaced);
  if (!same && anchored) return lost(replaced + ", and its snapshot is known by places there");
  // Another server may have cut the transaction into other events.
  if (!same && (position.events != 0 || position.rows != 0)) {
    return lost(replaced + ", inside a transaction");
  }
  if (by_gtid) {
    ASSIGN_OR_RETURN(const GtidSet executed, GtidVariable(session, "gtid_executed"));
    if (!executed.Contains(position.gtid_set)) {
      return lost(same ? fmt::format("the log of the server was reset: transactions that the job "
                                     "has read up to {} are unknown to it",
                                     position.ToString())
                       : replaced + ", and lacks transactions that the job has read");
    }
  }
  ASSIGN_OR_RETURN(const SqlTable logs, session.Query("SHOW BINARY LOGS"));
  const auto file =
      std::ranges::find_if(logs, [&](const Row& row) { return Text(row, 0) == position.file; });
  if (same && file != logs.end()) {
    if (Number(*file, 1).value_or(0) >= position.tx_offset) return FindBy::kFile;
    return lost(fmt::format("the log of the server was reset: {} ends before {}", position.file,
                            position.ToString()));
  }
  if (by_gtid) {
    ASSIGN_OR_RETURN(const GtidSet purged, GtidVariable(session, "gtid_purged"));
    if (position.gtid_set.Contains(purged)) return FindBy::kGtids;
  }
  return lost(
      fmt::format("the server has purged its log at {} (it begins at {}). To keep logs "
                  "longer: SET PERSIST binlog_expire_logs_seconds = 604800;",
                  position.ToString(), logs.empty() ? "nothing" : Text(logs[0], 0)));
}

}  // namespace sluice::mysql
