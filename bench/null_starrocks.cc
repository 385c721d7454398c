// SPDX-License-Identifier: Apache-2.0
// null_starrocks PORT: a StarRocks on 127.0.0.1 that takes stream loads and their transactions over
// HTTP, drops the rows and remembers how much and when. It has no SQL; a job asks the stand-in for
// tables. It needs so little of the processor that what is measured against it is the writer.
//
//   GET  /stats                    what came since the last reset, as JSON
//   POST /reset
//   POST /set?prepare_ms=N         how long a prepare takes to be answered
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "base/ascii.h"

namespace sluice::bench {
namespace {

using Json = nlohmann::json;

constexpr size_t kPiece = size_t{1} << 20U;
constexpr size_t kTail = 1000;  // longer than a row

double Now() {
  using Seconds = std::chrono::duration<double>;
  return Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

int64_t NumberIn(std::string_view text) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Behind the last `key` of `text`; empty: it is not there.
std::string_view Behind(std::string_view text, std::string_view key) {
  const size_t at = text.rfind(key);
  return at == std::string_view::npos ? std::string_view() : text.substr(at + key.size());
}

struct Head {
  std::string method;
  std::string path;
  std::map<std::string, std::string> fields;  // names in capitals

  std::string_view operation() const { return std::string_view(path).substr(path.rfind('/') + 1); }
  bool loads() const { return operation() == "load" || operation() == "_stream_load"; }
};

Head ParseHead(std::string_view text) {
  Head head;
  const size_t space = text.find(' ');
  head.method = text.substr(0, space);
  head.path = text.substr(space + 1, text.find(' ', space + 1) - space - 1);
  for (size_t at = text.find("\r\n"); at != std::string_view::npos;
       at = text.find("\r\n", at + 2)) {
    std::string_view line = text.substr(at + 2, text.find("\r\n", at + 2) - at - 2);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    head.fields[Upper(line.substr(0, colon))] = value;
  }
  return head;
}

// What all connections share.
class Cluster {
 public:
  Json Answer(const Head& head, std::string_view tail) {
    const std::lock_guard lock(mutex_);
    const std::string_view operation = head.operation();
    if (head.path == "/stats") return Stats();
    if (head.path == "/reset") {
      bytes_ = 0;
      first_load_ = last_load_ = 0;
      committed_id_ = 0;
      commits_ = Json::array();
      return Json::object();
    }
    if (operation.starts_with("set?")) {
      prepare_ms_ = NumberIn(Behind(operation, "prepare_ms="));
      return Json::object();
    }
    if (operation.starts_with("get_load_state")) {
      const auto known = states_.find(std::string(Behind(operation, "label=")));
      return {{"Status", "OK"}, {"state", known == states_.end() ? "UNKNOWN" : known->second}};
    }
    const auto label = head.fields.find("LABEL");
    return Operate(operation, label == head.fields.end() ? "" : label->second, tail);
  }

  void LoadBegins(int64_t bytes) {
    const std::lock_guard lock(mutex_);
    bytes_ += bytes;
    if (first_load_ == 0) first_load_ = Now();
  }

  std::chrono::milliseconds prepare_pause() const {
    const std::lock_guard lock(mutex_);
    return std::chrono::milliseconds(prepare_ms_);
  }

 private:
  Json Operate(std::string_view operation, const std::string& label, std::string_view tail) {
    static const std::map<std::string_view, std::string> kNext = {{"begin", "PREPARE"},
                                                                  {"prepare", "PREPARED"},
                                                                  {"commit", "VISIBLE"},
                                                                  {"rollback", "ABORTED"}};
    const bool whole = operation == "_stream_load";  // a transaction of its own
    if (operation == "load" || whole) {
      last_load_ = Now();
      int64_t& last = last_ids_[label];
      last = std::max(last, NumberIn(Behind(tail, "{\"id\":")));
    } else if (const auto next = kNext.find(operation); next != kNext.end()) {
      states_[label] = next->second;
    } else {
      return {{"Status", "FAILED"}, {"Message", "the null server does not know this request"}};
    }
    if (operation == "commit" || whole) {
      const int64_t last = last_ids_[label];
      last_ids_.erase(label);
      commits_.push_back({Now(), last});
      committed_id_ = std::max(committed_id_, last);
    }
    return {{"Status", whole ? "Success" : "OK"}, {"Message", ""}, {"Label", label}, {"TxnId", 1}};
  }

  Json Stats() const {
    return {{"bytes", bytes_},
            {"first_load", first_load_},
            {"last_load", last_load_},
            {"committed_id", committed_id_},
            {"commits", commits_}};
  }

  mutable std::mutex mutex_;
  int64_t prepare_ms_ = 0;
  std::map<std::string, std::string> states_;  // by label
  std::map<std::string, int64_t> last_ids_;    // of the last row, by label
  int64_t bytes_ = 0;
  double first_load_ = 0;  // wall seconds, when its head was read
  double last_load_ = 0;   // when its last byte was read
  int64_t committed_id_ = 0;
  Json commits_ = Json::array();  // when, and the last row's id
};

// One kept-alive connection.
class Connection {
 public:
  Connection(Cluster& cluster, int socket) : cluster_(cluster), socket_(socket) {}
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Serve() {
    while (Request()) {
    }
  }

 private:
  bool Request() {
    size_t end = std::string::npos;
    while ((end = rest_.find("\r\n\r\n")) == std::string::npos) {
      if (!Receive(65536)) return false;
    }
    const Head head = ParseHead(std::string_view(rest_).substr(0, end));
    rest_.erase(0, end + 4);
    if (head.fields.contains("EXPECT") && !Send("HTTP/1.1 100 Continue\r\n\r\n")) return false;
    const auto length = head.fields.find("CONTENT-LENGTH");
    const int64_t size = length == head.fields.end() ? 0 : NumberIn(length->second);
    if (head.loads()) cluster_.LoadBegins(size);
    if (!Drop(static_cast<size_t>(size))) return false;
    if (head.operation() == "prepare") std::this_thread::sleep_for(cluster_.prepare_pause());
    const std::string body = cluster_.Answer(head, tail_).dump();
    return Send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                body);
  }

  // Takes so many bytes; the last of them stay in tail_.
  bool Drop(size_t size) {
    tail_ = rest_.substr(0, size);
    rest_.erase(0, size);
    for (size_t left = size - tail_.size(); left > 0;) {
      const ssize_t count = ::recv(socket_, piece_.get(), std::min(left, kPiece), 0);
      if (count <= 0) return false;
      left -= static_cast<size_t>(count);
      tail_.append(piece_.get(), static_cast<size_t>(count));
      if (tail_.size() > kTail) tail_.erase(0, tail_.size() - kTail);
    }
    return true;
  }

  bool Receive(size_t most) {
    const ssize_t count = ::recv(socket_, piece_.get(), most, 0);
    if (count <= 0) return false;
    rest_.append(piece_.get(), static_cast<size_t>(count));
    return true;
  }

  bool Send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      text.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }

  Cluster& cluster_;
  const int socket_;
  std::unique_ptr<char[]> piece_ = std::make_unique_for_overwrite<char[]>(kPiece);
  std::string rest_;  // read beyond the last head
  std::string tail_;
};

int Run(uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  const int yes = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 64) != 0) {
    std::perror("null_starrocks");
    return 1;
  }
  Cluster cluster;
  while (true) {
    const int socket = ::accept(listener, nullptr, nullptr);
    if (socket < 0) continue;
    std::thread([&cluster, socket] { Connection(cluster, socket).Serve(); }).detach();
  }
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  return sluice::bench::Run(static_cast<uint16_t>(std::atoi(argv[1])));
}
