// SPDX-License-Identifier: Apache-2.0
#include "mysql/server.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "mysql/sql_rows.h"

namespace sluice::mysql {
namespace {

constexpr Duration kSemiSyncWaitMax = std::chrono::minutes(5);

// Global variables by name; those the server does not know are empty.
class Variables {
 public:
  explicit Variables(const SqlTable& rows) {
    for (const AnswerRow& row : rows) values_[Text(row, 0)] = Text(row, 1);
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
      session.Query("SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_uuid', 'server_id', "
                    "'hostname', 'version', 'log_bin', 'binlog_format', 'binlog_row_image', "
                    "'gtid_mode', 'system_time_zone') OR Variable_name LIKE "
                    "'rpl\\_semi\\_sync\\_%'"));
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

// What the account lacks to read the log, as GRANT statements.
Result<std::vector<std::string>> MissingGrants(SqlSession& session) {
  ASSIGN_OR_RETURN(const SqlTable who, session.Query("SELECT CURRENT_USER()"));
  ASSIGN_OR_RETURN(const SqlTable grants, session.Query("SHOW GRANTS"));
  std::string all;
  for (const AnswerRow& row : grants) all += Upper(Text(row, 0)) + "\n";
  const auto has = [&all](std::string_view privilege) {
    return all.find(privilege) != std::string::npos;
  };
  std::string account = Text(who[0], 0);
  const size_t at = account.rfind('@');
  account = fmt::format("'{}'@'{}'", account.substr(0, at), account.substr(at + 1));
  std::vector<std::string> missing;
  const auto want = [&](std::string_view privilege) {
    missing.push_back(fmt::format("GRANT {} ON *.* TO {};", privilege, account));
  };
  if (has("GRANT ALL PRIVILEGES ON *.*")) return missing;
  if (!has("REPLICATION SLAVE")) want("REPLICATION SLAVE");
  // MariaDB shows it by another name.
  if (!has("REPLICATION CLIENT") && !has("BINLOG MONITOR")) want("REPLICATION CLIENT");
  return missing;
}

// The name alone does not tell: with TZ=UTC-8 it is UTC too, and GMT is London's in winter.
Result<bool> IsInUtc(SqlSession& session, const Variables& variables) {
  if (Upper(variables("system_time_zone")) != "UTC") return false;
  const std::string noon = "2000-01-01 12:00:00";
  ASSIGN_OR_RETURN(const SqlTable rows,
                   session.Query(fmt::format("SELECT CONVERT_TZ('{}', 'SYSTEM', '+00:00')", noon)));
  return !rows.empty() && Text(rows[0], 0) == noon;
}

std::string MariadbIdentity(const std::string& id, const std::string& host) {
  return fmt::format("server_id {} on {}", id, host);
}

std::vector<std::string> LogProblems(const Variables& variables, const ServerFacts& facts,
                                     bool rereads) {
  std::vector<std::string> problems;
  if (Upper(variables("log_bin")) != "ON") {
    problems.emplace_back(
        "the binary log is off: set log_bin = binlog and server_id in my.cnf and restart mysqld");
  }
  if (const auto format = variables("binlog_format"); Upper(format) != "ROW") {
    problems.push_back(fmt::format("binlog_format is {}: {} then let clients reconnect", format,
                                   facts.Setting("binlog_format", "'ROW'")));
  }
  if (!facts.whole_rows && !rereads) {
    problems.push_back(
        fmt::format("binlog_row_image is {}, which leaves columns out of the log that the target "
                    "needs: {} then let clients reconnect; or set incomplete-rows = reread, for a "
                    "target that upserts by key",
                    variables("binlog_row_image"), facts.Setting("binlog_row_image", "'FULL'")));
  }
  return problems;
}

}  // namespace

ServerVersion ParseVersion(std::string_view text) {
  ServerVersion out;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (unsigned* part : {&out.major, &out.minor, &out.patch}) {
    const auto parsed = std::from_chars(at, end, *part);
    if (parsed.ec != std::errc() || parsed.ptr == end || *parsed.ptr != '.') break;
    at = parsed.ptr + 1;
  }
  return out;
}

ServerFacts::Snapshot ServerFacts::snapshot() const {
  if (mariadb) return Snapshot::kTold;
  // Before, a transaction was counted as executed when it was flushed to the log.
  const bool visible = gtid && ParseVersion(version) >= ServerVersion{5, 7, 5};
  return visible ? Snapshot::kGtids : Snapshot::kSettled;
}

std::string ServerFacts::Setting(std::string_view variable, std::string_view value) const {
  const bool persists = !mariadb && ParseVersion(version) >= ServerVersion{8, 0, 0};
  return fmt::format("SET {} {} = {};{}", persists ? "PERSIST" : "GLOBAL", variable, value,
                     persists ? "" : " (and in my.cnf)");
}

Result<ServerFacts> CheckServer(SqlSession& session, const SqlEndpoint& endpoint, bool rereads) {
  ASSIGN_OR_RETURN(const Variables variables, LoadVariables(session));
  ServerFacts facts;
  facts.version = variables("version");
  facts.mariadb = Upper(facts.version).find("MARIADB") != std::string::npos;
  facts.uuid = facts.mariadb ? MariadbIdentity(variables("server_id"), variables("hostname"))
                             : variables("server_uuid");
  facts.gtid = Upper(variables("gtid_mode")) == "ON";
  // Servers without this variable always write whole rows.
  const std::string image = Upper(variables("binlog_row_image"));
  facts.whole_rows = image.empty() || image == "FULL";
  ASSIGN_OR_RETURN(facts.utc, IsInUtc(session, variables));
  std::vector<std::string> problems = LogProblems(variables, facts, rereads);
  if (const auto wait = SemiSyncWait(variables)) {
    if (*wait > kSemiSyncWaitMax && facts.snapshot() == ServerFacts::Snapshot::kSettled) {
      problems.push_back(
          fmt::format("commits may wait for a semi-synchronous replica without end, and nothing "
                      "tells when they are over: {}",
                      facts.Setting("rpl_semi_sync_master_timeout", "10000")));
    }
    facts.settle += *wait;
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> grants, MissingGrants(session));
  for (const std::string& grant : grants) problems.push_back("a privilege is missing: " + grant);
  if (problems.empty()) return facts;
  return Fail(Code::kInvalidConfig, fmt::format("{} at {}:{} cannot be captured:\n  - {}",
                                                facts.mariadb ? "MariaDB" : "MySQL", endpoint.host,
                                                endpoint.port, fmt::join(problems, "\n  - ")));
}

Result<std::string> IdentityOf(SqlSession& session, const ServerFacts& known) {
  ASSIGN_OR_RETURN(const SqlTable rows,
                   session.Query(known.mariadb ? "SELECT @@global.server_id, @@hostname"
                                               : "SELECT @@server_uuid"));
  if (rows.empty()) return Fail(Code::kUnavailable, "the server does not say who it is");
  return known.mariadb ? MariadbIdentity(Text(rows[0], 0), Text(rows[0], 1)) : Text(rows[0], 0);
}

Status ReadAsLogged(SqlSession& session) {
  // What a server may be set to and would change or cut what a SELECT gives.
  RETURN_IF_ERROR(session.Execute(
      "SET SESSION time_zone = '+00:00', SESSION sql_mode = '', SESSION net_write_timeout = 600, "
      "SESSION sql_select_limit = 18446744073709551615, SESSION autocommit = 1"));
  return session.Execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
}

}  // namespace sluice::mysql
