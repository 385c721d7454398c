// SPDX-License-Identifier: Apache-2.0
// A TCP server on 127.0.0.1 whose every connection is played by a script of the test, byte by byte.
// For unit tests only.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/thread.h"

namespace sluice {

// One accepted connection. Reads give up after ten seconds, so that a wrong test ends.
class ScriptedConnection {
 public:
  explicit ScriptedConnection(int fd) : fd_(fd) {
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  ScriptedConnection(const ScriptedConnection&) = delete;
  ScriptedConnection& operator=(const ScriptedConnection&) = delete;
  ~ScriptedConnection() { Close(); }

  // Up to and with the empty line; less if the other side closed.
  std::string ReadHead() {
    while (buffer_.find("\r\n\r\n") == std::string::npos && Fill()) {
    }
    const auto end = buffer_.find("\r\n\r\n");
    return Take(end == std::string::npos ? buffer_.size() : end + 4);
  }
  std::string ReadBytes(size_t bytes) {
    while (buffer_.size() < bytes && Fill()) {
    }
    return Take(std::min(bytes, buffer_.size()));
  }
  // Everything until the other side closes.
  std::string ReadAll() {
    while (Fill()) {
    }
    return Take(buffer_.size());
  }
  void Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
  }
  // "HTTP/1.1 <status>" with a length and `body`; `headers` are whole lines.
  void Answer(std::string_view status, std::string_view body, std::string_view headers = "") {
    Write("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) +
          "\r\n" + std::string(headers) + "\r\n" + std::string(body));
  }
  // Closes with a reset instead of an orderly end.
  void Reset() {
    const linger hard{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    Close();
  }
  void Close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  bool Fill() {
    char bytes[65536];
    const ssize_t n = ::recv(fd_, bytes, sizeof bytes, 0);
    if (n > 0) buffer_.append(bytes, static_cast<size_t>(n));
    return n > 0;
  }
  std::string Take(size_t bytes) {
    std::string taken = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return taken;
  }

  int fd_;
  std::string buffer_;
};

class ScriptedServer {
 public:
  using Script = std::function<void(ScriptedConnection&)>;

  // Connection n is played by scripts[n], those after the last by the last; each on its own thread.
  explicit ScriptedServer(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 64);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = Thread("acceptor", [this] { Accept(); });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() { Stop(); }

  // Refuses new connections and waits for the scripts.
  void Stop() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.Join();
    players_.clear();
    if (listener_ >= 0) ::close(std::exchange(listener_, -1));
  }

  uint16_t port() const { return port_; }
  std::string url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  int accepted() const { return accepted_; }

 private:
  void Accept() {
    while (true) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      const auto n = static_cast<size_t>(accepted_++);
      players_.emplace_back("player", [this, fd, n] {
        ScriptedConnection connection(fd);
        scripts_[std::min(n, scripts_.size() - 1)](connection);
      });
    }
  }

  const std::vector<Script> scripts_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<int> accepted_ = 0;
  Thread acceptor_;
  std::vector<Thread> players_;  // the acceptor's, until it ended
};

// A port of 127.0.0.1 that nothing listens on.
inline uint16_t RefusingPort() {
  ScriptedServer server({[](ScriptedConnection&) {}});
  return server.port();
}

}  // namespace sluice
