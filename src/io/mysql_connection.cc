// SPDX-License-Identifier: Apache-2.0
#include "io/mysql_connection.h"

#include <errmsg.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "io/broken_pipe.h"

namespace sluice {
namespace {

constexpr unsigned kTlsFailed = 2026;  // CR_SSL_CONNECTION_ERROR
constexpr unsigned long kPacketMax = 1UL << 30U;

// A server that is gone without a word is noticed within two minutes, however long its answers may
// take: a merge of a large checkpoint has an hour.
void NoticeGone(int socket) {
  constexpr int kOn = 1;
  constexpr int kIdleSeconds = 30;
  constexpr int kPauseSeconds = 10;
  constexpr int kProbes = 6;
  constexpr unsigned kUnansweredMillis = 90'000;
  const auto set = [socket](int level, int name, const auto& value) {
    // On a socket that is not TCP there is nothing to notice.
    static_cast<void>(::setsockopt(socket, level, name, &value, sizeof(value)));
  };
  set(SOL_SOCKET, SO_KEEPALIVE, kOn);
  set(IPPROTO_TCP, TCP_KEEPIDLE, kIdleSeconds);
  set(IPPROTO_TCP, TCP_KEEPINTVL, kPauseSeconds);
  set(IPPROTO_TCP, TCP_KEEPCNT, kProbes);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, kUnansweredMillis);
}

unsigned Seconds(Duration duration) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
  return static_cast<unsigned>(std::max<int64_t>(1, seconds));
}

// What server and client library say about reading the log.
Code LogErrorCode(std::string_view text) {
  for (const std::string_view lost :
       {"purged", "Could not find first log file", "position > file size", "impossible position"}) {
    if (text.find(lost) != std::string_view::npos) return Code::kPositionLost;
  }
  return Code::kUnavailable;
}

// A server that dies while TLS is being agreed on; anything else is a matter of certificates and
// versions.
Code TlsErrorCode(std::string_view text) {
  for (const std::string_view network :
       {"reset by peer", "Broken pipe", "timed out", "unexpected eof", "syscall", "(0)"}) {
    if (text.find(network) != std::string_view::npos) return Code::kUnavailable;
  }
  return Code::kInvalidConfig;
}

Code CodeOf(unsigned number, std::string_view text) {
  switch (number) {
    case 1044:  // no access to the database
    case 1045:  // wrong user or password
    case 1049:  // unknown database
    case 1142:  // no privilege on the table
    case 1143:
    case 1227:  // a privilege is missing
    case 1251:  // authentication not supported
    case 1698:
    case 2054:
    case 2058:  // authentication plugin cannot be loaded
    case 2059:
      return Code::kInvalidConfig;
    case kTlsFailed:
      return TlsErrorCode(text);
    case 1146:
      return Code::kNotFound;
    case 1153:  // larger than max_allowed_packet
    case 1048:  // null where none may be
    case 1054:  // unknown column
    case 1062:  // a key that is there
    case 1264:  // out of range
    case 1265:  // cut
    case 1292:  // wrong value
    case 1364:  // no default
    case 1366:  // wrong value
    case 1406:  // too long
    case 1451:  // foreign keys
    case 1452:
    case 3140:  // JSON
    case 3819:  // check constraints
    case 4025:
    case 1412:  // the table was altered since the snapshot was opened
      return Code::kSchemaMismatch;
    case 1236:
      return LogErrorCode(text);
    case 1040:  // too many connections
    case 1053:  // shutting down
    case 1077:
    case 1079:
    case 1152:
    case 1158:
    case 1159:
    case 1160:
    case 1161:
    case 1203:
    case 1205:  // lock wait timeout
    case 1213:  // deadlock
    case 3024:  // execution time
    case 3169:  // killed
    case 2002:
    case 2003:
    case 2005:
    case 2006:
    case 2012:
    case 2013:
    case 2055:
      return Code::kUnavailable;
    default:
      return number >= 2000 && number < 3000 ? Code::kUnavailable : Code::kInternal;
  }
}

}  // namespace

MysqlConnection::MysqlConnection(const SqlEndpoint& endpoint, Duration read_timeout)
    : place_(fmt::format("{}:{}", endpoint.host, endpoint.port)), read_timeout_(read_timeout) {}

MysqlConnection::~MysqlConnection() {
  if (mysql_ != nullptr) mysql_close(mysql_);
  if (socket_ >= 0) ::close(socket_);
}

Result<std::unique_ptr<MysqlConnection>> MysqlConnection::Open(const SqlEndpoint& endpoint,
                                                               Duration read_timeout) {
  IgnoreBrokenPipes();
  std::unique_ptr<MysqlConnection> connection(new MysqlConnection(endpoint, read_timeout));
  TlsOffer offer;
  if (endpoint.tls != TlsMode::kDisabled) {
    ASSIGN_OR_RETURN(offer, ProbeTls(endpoint));
  }
  const bool may_be_plain = endpoint.tls <= TlsMode::kPreferred;
  if (!offer.offered && !may_be_plain) {
    return Fail(Code::kInvalidConfig,
                fmt::format("{} has no TLS, which sslMode asks for", connection->place_));
  }
  Status status = connection->Connect(endpoint, offer);
  const bool refused_tls = !status.ok() && mysql_errno(connection->mysql_) == kTlsFailed;
  if (refused_tls && offer.offered && may_be_plain) {
    connection.reset(new MysqlConnection(endpoint, read_timeout));
    status = connection->Connect(endpoint, TlsOffer());
  }
  RETURN_IF_ERROR(status);
  return connection;
}

Status MysqlConnection::Connect(const SqlEndpoint& endpoint, const TlsOffer& offer) {
  const bool tls = offer.offered;
  mysql_ = mysql_init(nullptr);
  if (mysql_ == nullptr) return {Code::kInternal, "no memory for a connection"};
  const unsigned connect_seconds = Seconds(endpoint.connect_timeout);
  const unsigned read_seconds = Seconds(read_timeout_);
  const my_bool yes = 1;
  const my_bool no = 0;
  mysql_options(mysql_, MYSQL_OPT_CONNECT_TIMEOUT, &connect_seconds);
  mysql_options(mysql_, MYSQL_OPT_READ_TIMEOUT, &read_seconds);
  mysql_options(mysql_, MYSQL_OPT_WRITE_TIMEOUT, &read_seconds);
  mysql_options(mysql_, MYSQL_OPT_MAX_ALLOWED_PACKET, &kPacketMax);
  mysql_options(mysql_, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_options(mysql_, MYSQL_OPT_LOCAL_INFILE, &no);
  if (tls) mysql_options(mysql_, MYSQL_OPT_SSL_ENFORCE, &yes);
  if (tls && !endpoint.tls_ca_file.empty()) {
    mysql_options(mysql_, MYSQL_OPT_SSL_CA, endpoint.tls_ca_file.c_str());
  }
  // The certificate that was looked at, and no other.
  if (!offer.fingerprint.empty()) {
    mysql_optionsv(mysql_, MARIADB_OPT_TLS_PEER_FP, offer.fingerprint.c_str());
  }
  const bool identity = tls && endpoint.tls == TlsMode::kVerifyIdentity;
  mysql_options(mysql_, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, identity ? &yes : &no);
  const std::string host = endpoint.host == "localhost" ? "127.0.0.1" : endpoint.host;
  const char* database = endpoint.database.empty() ? nullptr : endpoint.database.c_str();
  if (mysql_real_connect(mysql_, host.c_str(), endpoint.user.c_str(),
                         endpoint.password.Reveal().c_str(), database, endpoint.port, nullptr,
                         0) == nullptr) {
    return Error(fmt::format("connecting as {}", endpoint.user));
  }
  socket_ = ::dup(mysql_get_socket(mysql_));
  NoticeGone(socket_);
  return {};
}

Status MysqlConnection::Error(std::string_view doing) const {
  return ErrorOf(mysql_errno(mysql_), mysql_error(mysql_), doing);
}

// Two bytes of number, "#" and five of SQLSTATE, and the text.
Status MysqlConnection::ErrorTold(std::string_view told, std::string_view doing) const {
  if (told.size() < 2) return {Code::kUnavailable, "a failure of the server that cannot be read"};
  const unsigned number = static_cast<uint8_t>(told[0]) + 256U * static_cast<uint8_t>(told[1]);
  told.remove_prefix(2);
  if (told.starts_with('#')) told.remove_prefix(std::min<size_t>(6, told.size()));
  return ErrorOf(number, told, doing);
}

Status MysqlConnection::ErrorOf(unsigned number, std::string_view text,
                                std::string_view doing) const {
  if (interrupted_) return {Code::kCancelled, "the connection was interrupted"};
  const bool connected = socket_ >= 0;  // then TLS was agreed on, and only the network can fail it
  const Code code = number == kTlsFailed && connected ? Code::kUnavailable : CodeOf(number, text);
  return {code, fmt::format("MySQL at {}: {}: error {}: {}", place_, doing, number, text)};
}

bool MysqlConnection::plain() const {
  return mysql_get_ssl_cipher(mysql_) == nullptr;
}

Result<size_t> MysqlConnection::Receive(std::span<char> out, std::string_view doing) {
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(read_timeout_).count();
  while (true) {
    RETURN_IF_ERROR(CheckUsable());
    const ssize_t count = ::recv(socket_, out.data(), out.size(), MSG_DONTWAIT);
    if (count > 0) return static_cast<size_t>(count);
    const bool nothing_yet = count < 0 && (errno == EAGAIN || errno == EINTR);
    pollfd wait{.fd = socket_, .events = POLLIN, .revents = 0};
    if (nothing_yet && ::poll(&wait, 1, static_cast<int>(timeout)) != 0) continue;
    RETURN_IF_ERROR(CheckUsable());  // an interruption looks like the end of the connection
    const std::string why = nothing_yet  ? "the server was silent for too long"
                            : count == 0 ? "the server closed the connection"
                                         : std::generic_category().message(errno);
    return Fail(Code::kUnavailable, fmt::format("MySQL at {}: {}: {}", place_, doing, why));
  }
}

Status MysqlConnection::CheckUsable() const {
  if (interrupted_) return {Code::kCancelled, "the connection was interrupted"};
  if (broken_) return {Code::kUnavailable, "the connection was given up"};
  return {};
}

Status MysqlConnection::Execute(const std::string& sql) {
  RETURN_IF_ERROR(CheckUsable());
  if (mysql_real_query(mysql_, sql.data(), sql.size()) != 0) return Error(sql.substr(0, 200));
  return {};
}

void MysqlConnection::Interrupt() {
  interrupted_ = true;
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

void MysqlConnection::Break() {
  broken_ = true;
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

}  // namespace sluice
