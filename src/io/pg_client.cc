// SPDX-License-Identifier: Apache-2.0
#include "io/pg_client.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "io/broken_pipe.h"
#include "io/sql_state.h"

namespace sluice {
namespace {

using ResultPtr = std::unique_ptr<PGresult, decltype(&PQclear)>;
constexpr size_t kCopyPiece = size_t{256} << 10U;

std::string Trimmed(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
  return std::string(text);
}

const char* SslMode(TlsMode mode) {
  switch (mode) {
    case TlsMode::kDisabled:
      return "disable";
    case TlsMode::kPreferred:
      return "prefer";
    case TlsMode::kRequired:
      return "require";
    case TlsMode::kVerifyCa:
      return "verify-ca";
    case TlsMode::kVerifyIdentity:
      break;
  }
  return "verify-full";
}

void DropNotice(void* /*unused*/, const PGresult* /*notice*/) {}

class PgSession final : public SqlSession {
 public:
  explicit PgSession(const SqlEndpoint& endpoint)
      : place_(fmt::format("PostgreSQL at {}:{}", endpoint.host, endpoint.port)),
        read_timeout_(endpoint.read_timeout) {}
  ~PgSession() override {
    if (pg_ != nullptr) PQfinish(pg_);
    if (socket_ >= 0) ::close(socket_);
  }
  PgSession(const PgSession&) = delete;
  PgSession& operator=(const PgSession&) = delete;

  Status Connect(const SqlEndpoint& endpoint);

  Status Execute(const std::string& sql) override {
    return Run(sql, [](PGresult*) { return true; });
  }

  Result<SqlTable> Query(const std::string& sql) override {
    SqlTable table;
    RETURN_IF_ERROR(Run(sql, [&](PGresult* result) {
      for (int row = 0; row < PQntuples(result); ++row) {
        auto& out = table.emplace_back();
        for (int i = 0; i < PQnfields(result); ++i) {
          const auto value = Value(result, row, i);
          out.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
        }
      }
      return true;
    }));
    return table;
  }

  Status Stream(const std::string& sql, const std::function<bool(SqlRow)>& each) override {
    single_row_ = true;
    std::vector<std::optional<std::string_view>> values;
    return Run(sql, [&](PGresult* result) {
      values.resize(static_cast<size_t>(PQnfields(result)));
      for (int row = 0; row < PQntuples(result); ++row) {
        for (size_t i = 0; i < values.size(); ++i) {
          values[i] = Value(result, row, static_cast<int>(i));
        }
        if (!each(values)) return false;
      }
      return true;
    });
  }

  Result<std::vector<SqlColumn>> Describe(const std::string& sql) override;
  Status CopyIn(const std::string& sql, std::string_view data) override;

  std::string Quote(std::string_view text) const override {
    std::string out(text.size() * 2 + 1, '\0');
    out.resize(PQescapeStringConn(pg_, out.data(), text.data(), text.size(), nullptr));
    return "'" + out + "'";
  }

  void Interrupt() override {
    interrupted_ = true;
    const int socket = socket_;
    if (socket >= 0) ::shutdown(socket, SHUT_RDWR);
  }

 private:
  static std::optional<std::string_view> Value(const PGresult* result, int row, int column) {
    if (PQgetisnull(result, row, column) != 0) return std::nullopt;
    return std::string_view(PQgetvalue(result, row, column),
                            static_cast<size_t>(PQgetlength(result, row, column)));
  }

  Status CheckUsable() const {
    if (interrupted_) return {Code::kCancelled, "the connection was interrupted"};
    if (broken_) return {Code::kUnavailable, "the connection was given up"};
    return {};
  }
  // The connection must not be used again.
  Status Break(Status status) {
    broken_ = true;
    if (interrupted_) return {Code::kCancelled, "the connection was interrupted"};
    return status;
  }
  Status Lost(std::string_view doing) {
    return Break({Code::kUnavailable,
                  fmt::format("{}: {}: {}", place_, doing, Trimmed(PQerrorMessage(pg_)))});
  }
  Status Refused(const PGresult* result, std::string_view doing);
  Status Wait(short events, Duration limit, std::string_view doing);
  Status Flush(std::string_view doing);
  // The next answer of the running command; null: there is none.
  Result<ResultPtr> Next(std::string_view doing);
  // Sends `sql` and hands every answer with rows to `each`, which returns false to stop early.
  Status Run(const std::string& sql, const std::function<bool(PGresult*)>& each);
  Status Drain(std::string_view doing);

  const std::string place_;
  const Duration read_timeout_;
  PGconn* pg_ = nullptr;
  std::atomic<int> socket_ = -1;  // a second descriptor, which may be shut down at any time
  std::atomic<bool> interrupted_{false};
  bool broken_ = false;
  bool single_row_ = false;  // for the next Run
};

Status PgSession::Connect(const SqlEndpoint& endpoint) {
  const std::string port = std::to_string(endpoint.port);
  const std::string& database = endpoint.database.empty() ? endpoint.user : endpoint.database;
  // What libpq would take from the environment is named, so that it does not.
  const std::array<std::pair<const char*, const char*>, 13> parameters{{
      {"host", endpoint.host.c_str()},
      {"port", port.c_str()},
      {"user", endpoint.user.c_str()},
      {"password", endpoint.password.Reveal().c_str()},
      {"dbname", database.c_str()},
      {"sslmode", SslMode(endpoint.tls)},
      {"sslrootcert", endpoint.tls_ca_file.c_str()},
      {"passfile", "/dev/null"},
      {"gssencmode", "disable"},
      {"client_encoding", "UTF8"},
      {"application_name", "sluice"},
      {"options", endpoint.options.c_str()},
      {"keepalives_idle", "30"},
  }};
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : parameters) {
    const bool own_default = *value == '\0' && std::string_view(name) == "sslrootcert";
    if (own_default) continue;  // ~/.postgresql/root.crt
    names.push_back(name);
    values.push_back(value);
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  const std::string doing = fmt::format("connecting as {}", endpoint.user);
  pg_ = PQconnectStartParams(names.data(), values.data(), 0);
  if (pg_ == nullptr) return {Code::kInternal, "no memory for a connection"};
  PQsetNoticeReceiver(pg_, DropNotice, nullptr);
  if (PQstatus(pg_) == CONNECTION_BAD) return Lost(doing);
  const TimePoint end = Env::Default().Now() + endpoint.connect_timeout;
  for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;) {
    if (state == PGRES_POLLING_FAILED) {
      const std::string text = Trimmed(PQerrorMessage(pg_));
      return {SqlConnectCode(text), fmt::format("{}: {}: {}", place_, doing, text)};
    }
    RETURN_IF_ERROR(
        Wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, end - Env::Default().Now(), doing));
    state = PQconnectPoll(pg_);
  }
  socket_ = ::dup(PQsocket(pg_));
  PQsetnonblocking(pg_, 1);
  std::string setup =
      "SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'; "
      "SET extra_float_digits = 1; SET standard_conforming_strings = on;";
  if (PQserverVersion(pg_) >= 140000) setup += " SET client_connection_check_interval = '5s'";
  return Execute(setup);
}

Status PgSession::Refused(const PGresult* result, std::string_view doing) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (state == nullptr) return Lost(doing);
  const auto field = [&](int code) {
    const char* text = PQresultErrorField(result, code);
    return std::string(text == nullptr ? "" : text);
  };
  std::string text =
      fmt::format("{}: {}: error {}: {}", place_, doing, state, field(PG_DIAG_MESSAGE_PRIMARY));
  if (const auto detail = field(PG_DIAG_MESSAGE_DETAIL); !detail.empty()) text += "; " + detail;
  if (const auto where = field(PG_DIAG_CONTEXT); !where.empty()) text += "; " + where;
  if (interrupted_) return {Code::kCancelled, "the connection was interrupted"};
  return {SqlStateCode(state), text};
}

Status PgSession::Wait(short events, Duration limit, std::string_view doing) {
  pollfd poll_fd{PQsocket(pg_), events, 0};
  const TimePoint end = Env::Default().Now() + limit;
  while (true) {
    RETURN_IF_ERROR(CheckUsable());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Env::Default().Now());
    if (left.count() <= 0) {
      return Break({Code::kTimeout, fmt::format("{}: {}: no answer in time", place_, doing)});
    }
    const int ready = ::poll(&poll_fd, 1, static_cast<int>(std::min<int64_t>(left.count(), 500)));
    if (ready > 0) return CheckUsable();
  }
}

Status PgSession::Flush(std::string_view doing) {
  while (true) {
    const int rest = PQflush(pg_);
    if (rest == 0) return {};
    if (rest < 0) return Lost(doing);
    RETURN_IF_ERROR(Wait(POLLIN | POLLOUT, read_timeout_, doing));
    // The server may have to get rid of an answer before it reads on.
    if (PQconsumeInput(pg_) == 0) return Lost(doing);
  }
}

Result<ResultPtr> PgSession::Next(std::string_view doing) {
  while (PQisBusy(pg_) != 0) {
    RETURN_IF_ERROR(Wait(POLLIN, read_timeout_, doing));
    if (PQconsumeInput(pg_) == 0) return Fail(Lost(doing));
  }
  return ResultPtr(PQgetResult(pg_), PQclear);
}

Status PgSession::Drain(std::string_view doing) {
  while (true) {
    ASSIGN_OR_RETURN(const ResultPtr result, Next(doing));
    if (!result) return {};
  }
}

Status PgSession::Run(const std::string& sql, const std::function<bool(PGresult*)>& each) {
  RETURN_IF_ERROR(CheckUsable());
  const std::string doing = sql.substr(0, 200);
  const bool single = std::exchange(single_row_, false);
  if (PQsendQuery(pg_, sql.c_str()) == 0) return Lost(doing);
  if (single) PQsetSingleRowMode(pg_);
  RETURN_IF_ERROR(Flush(doing));
  Status status;
  while (true) {
    ASSIGN_OR_RETURN(const ResultPtr result, Next(doing));
    if (!result) return status;
    switch (PQresultStatus(result.get())) {
      case PGRES_SINGLE_TUPLE:
      case PGRES_TUPLES_OK:
        if (each(result.get())) break;
        static_cast<void>(Break({}));  // else all the rest would have to be read
        return {};
      case PGRES_COMMAND_OK:
      case PGRES_EMPTY_QUERY:
        break;
      case PGRES_COPY_IN:
      case PGRES_COPY_OUT:
      case PGRES_COPY_BOTH:
        return Break({Code::kUnsupported, "COPY is no statement to be run: " + doing});
      default:
        if (status.ok()) status = Refused(result.get(), doing);
    }
    if (broken_) return status;
  }
}

Result<std::vector<SqlColumn>> PgSession::Describe(const std::string& sql) {
  RETURN_IF_ERROR(CheckUsable());
  const std::string doing = sql.substr(0, 200);
  if (PQsendPrepare(pg_, "", sql.c_str(), 0, nullptr) == 0) return Fail(Lost(doing));
  RETURN_IF_ERROR(Flush(doing));
  while (true) {
    ASSIGN_OR_RETURN(const ResultPtr prepared, Next(doing));
    if (!prepared) break;
    if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) {
      Status status = Refused(prepared.get(), doing);
      RETURN_IF_ERROR(Drain(doing));
      return Fail(std::move(status));
    }
  }
  if (PQsendDescribePrepared(pg_, "") == 0) return Fail(Lost(doing));
  RETURN_IF_ERROR(Flush(doing));
  ASSIGN_OR_RETURN(const ResultPtr described, Next(doing));
  if (!described || PQresultStatus(described.get()) != PGRES_COMMAND_OK) return Fail(Lost(doing));
  RETURN_IF_ERROR(Drain(doing));
  std::vector<SqlColumn> columns;
  std::string types;
  for (int i = 0; i < PQnfields(described.get()); ++i) {
    columns.push_back({.name = PQfname(described.get(), i), .type = ""});
    types += fmt::format("{}format_type({}, {})", types.empty() ? "SELECT " : ", ",
                         PQftype(described.get(), i), PQfmod(described.get(), i));
  }
  if (columns.empty()) return columns;
  ASSIGN_OR_RETURN(const SqlTable names, Query(types));
  for (size_t i = 0; i < columns.size(); ++i) columns[i].type = names[0][i].value_or("");
  return columns;
}

Status PgSession::CopyIn(const std::string& sql, std::string_view data) {
  RETURN_IF_ERROR(CheckUsable());
  const std::string doing = sql.substr(0, 200);
  if (PQsendQuery(pg_, sql.c_str()) == 0) return Lost(doing);
  RETURN_IF_ERROR(Flush(doing));
  {
    ASSIGN_OR_RETURN(const ResultPtr begun, Next(doing));
    if (!begun) return Lost(doing);
    if (PQresultStatus(begun.get()) != PGRES_COPY_IN) {
      Status status = Refused(begun.get(), doing);
      RETURN_IF_ERROR(Drain(doing));
      return status;
    }
  }
  // A server that refuses a row says so at the end; the rest is then sent in vain.
  while (!data.empty()) {
    const std::string_view piece = data.substr(0, kCopyPiece);
    const int put = PQputCopyData(pg_, piece.data(), static_cast<int>(piece.size()));
    if (put < 0) return Lost(doing);
    RETURN_IF_ERROR(Flush(doing));
    if (put > 0) data.remove_prefix(piece.size());
  }
  int ended = 0;
  while ((ended = PQputCopyEnd(pg_, nullptr)) == 0) RETURN_IF_ERROR(Flush(doing));
  if (ended < 0) return Lost(doing);
  RETURN_IF_ERROR(Flush(doing));
  Status status;
  while (true) {
    ASSIGN_OR_RETURN(const ResultPtr result, Next(doing));
    if (!result) return status;
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK && status.ok()) {
      status = Refused(result.get(), doing);
    }
  }
}

class PgClient final : public SqlClient {
 public:
  Result<std::unique_ptr<SqlSession>> Open(const SqlEndpoint& endpoint) override {
    IgnoreBrokenPipes();
    auto session = std::make_unique<PgSession>(endpoint);
    RETURN_IF_ERROR(session->Connect(endpoint));
    return session;
  }
  Result<std::unique_ptr<LogStream>> OpenLog(const SqlEndpoint& /*endpoint*/,
                                             const LogStart& /*start*/) override {
    return Fail(Code::kUnsupported, "the log of PostgreSQL is not read");
  }
};

}  // namespace

std::unique_ptr<SqlClient> MakePgClient() {
  return std::make_unique<PgClient>();
}

}  // namespace sluice
