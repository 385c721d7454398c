// SPDX-License-Identifier: Apache-2.0
// One libmariadb connection with its error mapping and its way to be interrupted. Internal to the
// room.
#pragma once

#include <mysql.h>

#include <atomic>
#include <memory>
#include <span>
#include <string>

#include "api/sql_session.h"
#include "io/mysql_tls_probe.h"

namespace sluice {

// Used by one thread, except Interrupt.
class MysqlConnection {
 public:
  static Result<std::unique_ptr<MysqlConnection>> Open(const SqlEndpoint& endpoint,
                                                       Duration read_timeout);
  ~MysqlConnection();
  MysqlConnection(const MysqlConnection&) = delete;
  MysqlConnection& operator=(const MysqlConnection&) = delete;

  MYSQL* handle() { return mysql_; }
  Status Execute(const std::string& sql);
  // The last failure of the handle.
  Status Error(std::string_view doing) const;
  // A failure that the server told in an ERR packet, whose payload behind its first byte is `told`.
  Status ErrorTold(std::string_view told, std::string_view doing) const;
  Status CheckUsable() const;

  // What no TLS wraps can be read from the socket, past the library, from the moment on that the
  // library has read all its answers.
  bool plain() const;
  // Waits for bytes, at most the read timeout; at least one. kUnavailable: the connection is lost.
  Result<size_t> Receive(std::span<char> out, std::string_view doing);

  // Any thread: ends the running call, and every later one with kCancelled.
  void Interrupt();
  // The connection must not be used again.
  void Break();

 private:
  MysqlConnection(const SqlEndpoint& endpoint, Duration read_timeout);
  Status Connect(const SqlEndpoint& endpoint, const TlsOffer& offer);

  const std::string place_;  // "host:port", for messages
  const Duration read_timeout_;
  Status ErrorOf(unsigned number, std::string_view text, std::string_view doing) const;

  MYSQL* mysql_ = nullptr;
  // A second descriptor of the socket: the library closes its own whenever it likes, this one can
  // be shut down at any time.
  int socket_ = -1;
  std::atomic<bool> interrupted_{false};
  bool broken_ = false;
};

}  // namespace sluice
