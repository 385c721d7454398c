// SPDX-License-Identifier: Apache-2.0
// SqlSession and LogStream: the narrow views of a database server. Calls block, so they are made
// from I/O threads. Production implements them over libmariadb (io/mysql_client.h) and libpq
// (io/pg_client.h); the simulator and tests bring their own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/env.h"
#include "base/status.h"
#include "config/secret.h"

namespace sluice {

enum class TlsMode : uint8_t { kDisabled, kPreferred, kRequired, kVerifyCa, kVerifyIdentity };
enum class SqlServer : uint8_t { kMysql, kPostgres };  // whose protocol is spoken

struct SqlEndpoint {
  std::string host;
  uint16_t port = 3306;
  std::string user;
  Secret password;
  std::string database;  // may be empty
  TlsMode tls = TlsMode::kPreferred;
  std::string tls_ca_file;
  Duration connect_timeout = std::chrono::seconds(30);
  Duration read_timeout = std::chrono::seconds(60);
  SqlServer server = SqlServer::kMysql;
  std::string options;  // PostgreSQL only: "-c name=value ..." of the session
};

// A column of an answer. The type as the server's DDL spells it: "int unsigned", "varchar(30)",
// "numeric(10,2)".
struct SqlColumn {
  std::string name;
  std::string type;
  bool nullable = true;  // false only when the server knows
};

// One row of a text-protocol answer; an empty optional is NULL. Views live until the next row.
using SqlRow = std::span<const std::optional<std::string_view>>;
using SqlTable = std::vector<std::vector<std::optional<std::string>>>;

// One connection. Used by one thread at a time, except Interrupt.
class SqlSession {
 public:
  virtual ~SqlSession() = default;
  // A statement without rows, or whose rows do not matter.
  virtual Status Execute(const std::string& sql) = 0;
  // A small answer, whole.
  virtual Result<SqlTable> Query(const std::string& sql) = 0;
  // An answer of any size, row by row from the socket. `each` returns false to stop early; the
  // connection is then closed, because the rest of the answer would have to be read.
  virtual Status Stream(const std::string& sql, const std::function<bool(SqlRow)>& each) = 0;
  // The columns that a SELECT would give, without running it.
  virtual Result<std::vector<SqlColumn>> Describe(const std::string& /*sql*/) {
    return Fail(Code::kUnsupported, "this connection does not describe statements");
  }
  // "COPY ... FROM STDIN" with `data` as its input, whole; PostgreSQL only.
  virtual Status CopyIn(const std::string& /*sql*/, std::string_view /*data*/) {
    return {Code::kUnsupported, "this connection has no COPY"};
  }
  virtual std::string Quote(
      std::string_view text) const = 0;  // 'text', escaped for this connection
  // From any thread: makes the running and every later call fail soon with kCancelled.
  virtual void Interrupt() = 0;
};

// Where to begin reading a binary log.
struct LogStart {
  uint32_t server_id = 0;
  std::string file;  // with `position`; ignored when one of the next two is given
  uint64_t position = 4;
  std::optional<std::string> gtid_set;  // MySQL: everything not in this set, "uuid:1-5,uuid2:1-3"
  std::optional<std::string> mariadb_gtids;  // MariaDB: everything behind these, "0-1-270,1-1-9"
  Duration heartbeat = std::chrono::seconds(5);  // the server's keep-alive when nothing happens
};

// A replication connection after the dump command.
class LogStream {
 public:
  virtual ~LogStream() = default;
  // The next event: common header, payload and checksum, without the network layer's status byte.
  // Valid until the next call. Waits for at most the heartbeat interval times three; then
  // kUnavailable. kPositionLost: the server no longer has the position (its error 1236 and
  // relatives).
  virtual Result<std::string_view> Next() = 0;
  // Whether Next is known not to wait. False is always right.
  virtual bool has_next() const { return false; }
  virtual void Interrupt() = 0;  // any thread, as above
};

// Opens connections. Thread-safe.
class SqlClient {
 public:
  virtual ~SqlClient() = default;
  // kInvalidConfig when the server refuses user or password; kUnavailable when it cannot be
  // reached.
  virtual Result<std::unique_ptr<SqlSession>> Open(const SqlEndpoint& endpoint) = 0;
  virtual Result<std::unique_ptr<LogStream>> OpenLog(const SqlEndpoint& endpoint,
                                                     const LogStart& start) = 0;
};

}  // namespace sluice
