// SPDX-License-Identifier: Apache-2.0
#include "mysql/server_log.h"

#include <fmt/format.h>

#include "mysql/sql_rows.h"

namespace sluice::mysql {
namespace {

Result<std::string> One(SqlSession& session, const std::string& sql) {
  ASSIGN_OR_RETURN(const SqlTable rows, session.Query(sql));
  return rows.empty() ? "" : Text(rows[0], 0);
}

Result<GtidSet> GtidVariable(SqlSession& session, const std::string& name) {
  ASSIGN_OR_RETURN(const std::string text, One(session, "SELECT @@global." + name));
  return GtidSet::Parse(text);
}

// One call of CheckPosition.
class PositionCheck {
 public:
  PositionCheck(SqlSession& session, const ServerFacts& server, const LogPosition& position)
      : session_(session), server_(server), position_(position) {}

  Result<FindBy> Run(bool anchored) {
    if (!same()) RETURN_IF_ERROR(CheckReplaced(anchored));
    if (by_gtid()) RETURN_IF_ERROR(CheckExecuted());
    ASSIGN_OR_RETURN(const auto logs, LogFiles(session_));
    const auto file = std::ranges::find(logs, position_.file, &ServerLogFile::name);
    // The protocol cannot begin at a place beyond 4 GiB.
    const bool reachable = position_.tx_offset <= UINT32_MAX || !by_gtid();
    if (same() && file != logs.end() && reachable) {
      if (file->size < position_.tx_offset) {
        return Lost(fmt::format("the log of the server was reset: {} ends before {}",
                                position_.file, position_.ToString()));
      }
      RETURN_IF_ERROR(CheckPlace());
      return FindBy::kFile;
    }
    if (by_gtid()) {
      ASSIGN_OR_RETURN(const bool there,
                       KeepsOthers(session_, server_, position_, logs.front().name));
      if (there) return FindBy::kGtids;
    }
    return Lost(
        fmt::format("the server has purged its log at {} (it begins at {}). To keep logs "
                    "longer: {}",
                    position_.ToString(), logs.front().name, KeepLonger()));
  }

 private:
  bool same() const { return server_.uuid == position_.server_uuid; }
  bool by_gtid() const {
    return server_.mariadb ? !position_.mariadb.empty()
                           : server_.gtid && !position_.gtid_set.empty();
  }

  static std::unexpected<Status> Lost(const std::string& why) {
    return Fail(Code::kPositionLost,
                why +
                    "; start again with --heal (and startup.mode = initial) to read the tables "
                    "anew and write only what differs, or restore the server's log files and start "
                    "again");
  }

  std::string KeepLonger() const {
    const bool seconds = server_.mariadb || ParseVersion(server_.version) >= ServerVersion{8, 0, 0};
    return seconds ? server_.Setting("binlog_expire_logs_seconds", "604800")
                   : server_.Setting("expire_logs_days", "7");
  }

  std::string Replaced() const {
    return fmt::format("the server was replaced: its {} is {}, the job stands at {} of {}",
                       server_.mariadb ? "identity" : "server_uuid", server_.uuid,
                       position_.ToString(), position_.server_uuid);
  }

  Status CheckReplaced(bool anchored) const {
    if (!by_gtid()) return Lost(Replaced()).error();
    if (anchored) return Lost(Replaced() + ", and its snapshot is known by places there").error();
    // Another server may have cut the transaction into other events.
    if (position_.events != 0 || position_.rows != 0) {
      return Lost(Replaced() + ", inside a transaction").error();
    }
    return {};
  }

  Status CheckExecuted() const {
    ASSIGN_OR_RETURN(const bool known, HasAll(session_, server_, position_));
    if (known) return {};
    return Lost(same() ? fmt::format("the log of the server was reset: transactions that the job "
                                     "has read up to {} are unknown to it",
                                     position_.ToString())
                       : Replaced() + ", and lacks transactions that the job has read")
        .error();
  }

  // A MariaDB server may have become another one under the same name: then other transactions lie
  // before the place.
  Status CheckPlace() const {
    if (!server_.mariadb || position_.mariadb.empty()) return {};
    ASSIGN_OR_RETURN(const auto gtids, GtidsAt(session_, position_.file, position_.tx_offset));
    if (gtids == position_.mariadb) return {};
    return Lost(fmt::format("the log of the server was reset or the server replaced: before {} lie "
                            "the transactions {}, the job has read {}",
                            position_.ToString(), gtids ? gtids->ToString() : "of another place",
                            position_.mariadb.ToString()))
        .error();
  }

  SqlSession& session_;
  const ServerFacts& server_;
  const LogPosition& position_;
};

}  // namespace

// MySQL 8.2 gave the statement its new name, 8.4 took the old one away.
std::string StatusStatement(const ServerFacts& server) {
  const bool renamed = !server.mariadb && ParseVersion(server.version) >= ServerVersion{8, 2, 0};
  return renamed ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS";
}

Result<std::vector<ServerLogFile>> LogFiles(SqlSession& session) {
  ASSIGN_OR_RETURN(const SqlTable rows, session.Query("SHOW BINARY LOGS"));
  std::vector<ServerLogFile> out;
  for (const AnswerRow& row : rows) out.push_back({Text(row, 0), Number(row, 1).value_or(0)});
  if (out.empty()) return Fail(Code::kInvalidConfig, "the binary log of the server is off");
  return out;
}

Result<LogPosition> CurrentPosition(SqlSession& session, const ServerFacts& server) {
  LogPosition position;
  position.server_uuid = server.uuid;
  // The set is read first, so that it is not ahead of the place; it may lack transactions that were
  // being committed (LogScan::Before has them). Where ServerFacts::snapshot() says
  // kGtids it also holds only what every later snapshot sees, while the place moves before that.
  if (server.gtid) {
    ASSIGN_OR_RETURN(position.gtid_set, GtidVariable(session, "gtid_executed"));
  }
  ASSIGN_OR_RETURN(const SqlTable status, session.Query(StatusStatement(server)));
  if (status.empty()) return Fail(Code::kInvalidConfig, "the binary log of the server is off");
  position.file = Text(status[0], 0);
  position.tx_offset = Number(status[0], 1).value_or(4);
  if (server.mariadb) {
    ASSIGN_OR_RETURN(const auto gtids, GtidsAt(session, position.file, position.tx_offset));
    if (!gtids) {
      return Fail(Code::kUnavailable,
                  fmt::format("the server does not find {} in its log", position.ToString()));
    }
    position.mariadb = *gtids;
  }
  return position;
}

Result<std::optional<MariadbGtids>> GtidsAt(SqlSession& session, const std::string& file,
                                            uint64_t offset) {
  ASSIGN_OR_RETURN(const SqlTable rows, session.Query(fmt::format("SELECT BINLOG_GTID_POS({}, {})",
                                                                  session.Quote(file), offset)));
  if (rows.empty() || !rows[0][0]) return std::nullopt;
  ASSIGN_OR_RETURN(MariadbGtids gtids, MariadbGtids::Parse(*rows[0][0]));
  return gtids;
}

Result<LogPoint> ToldPoint(SqlSession& session) {
  ASSIGN_OR_RETURN(const SqlTable rows,
                   session.Query("SHOW SESSION STATUS WHERE Variable_name IN "
                                 "('Binlog_snapshot_file', 'Binlog_snapshot_position')"));
  LogPoint point;
  bool both[2] = {false, false};
  for (const AnswerRow& row : rows) {
    const bool file = Upper(Text(row, 0)) == "BINLOG_SNAPSHOT_FILE";
    both[file ? 0 : 1] = !Text(row, 1).empty();
    if (file) point.file = Text(row, 1);
    if (!file) point.offset = Number(row, 1).value_or(0);
  }
  if (both[0] && both[1] && point.offset >= 4) return point;
  return Fail(Code::kUnsupported,
              "the server does not tell where in its log a snapshot stands "
              "(Binlog_snapshot_position)");
}

Result<bool> HasAll(SqlSession& session, const ServerFacts& server, const LogPosition& position) {
  if (server.mariadb) {
    ASSIGN_OR_RETURN(const std::string text, One(session, "SELECT @@global.gtid_binlog_pos"));
    ASSIGN_OR_RETURN(const MariadbGtids executed, MariadbGtids::Parse(text));
    return executed.Contains(position.mariadb);
  }
  ASSIGN_OR_RETURN(const GtidSet executed, GtidVariable(session, "gtid_executed"));
  return executed.Contains(position.gtid_set);
}

Result<bool> KeepsOthers(SqlSession& session, const ServerFacts& server,
                         const LogPosition& position, const std::string& first) {
  if (server.mariadb) {
    ASSIGN_OR_RETURN(const auto purged, GtidsAt(session, first, 4));
    return position.mariadb.Contains(purged.value_or(MariadbGtids()));
  }
  ASSIGN_OR_RETURN(const GtidSet purged, GtidVariable(session, "gtid_purged"));
  return position.gtid_set.Contains(purged);
}

Result<int64_t> ServerMicros(SqlSession& session) {
  ASSIGN_OR_RETURN(const std::string text,
                   One(session, "SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)"));
  int64_t micros = 0;
  std::from_chars(text.data(), text.data() + text.size(), micros);
  return micros;
}

Result<FindBy> CheckPosition(SqlSession& session, const ServerFacts& server,
                             const LogPosition& position, bool anchored) {
  return PositionCheck(session, server, position).Run(anchored);
}

}  // namespace sluice::mysql
