// SPDX-License-Identifier: Apache-2.0
// LogFetcher: a thread that opens the binary log and copies its events into memory, so that the
// task that decodes them never waits on a socket.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/sync.h"
#include "base/thread.h"
#include "mysql/server_log.h"

namespace sluice::mysql {

// Events as the server sent them, one behind the other.
struct LogBatch {
  std::string bytes;
  std::vector<size_t> ends;  // of each event in `bytes`
  Status status;             // not OK: the stream ended behind these events

  bool empty() const { return ends.empty() && status.ok(); }
  void Add(std::string_view event);
  void Append(const LogBatch& more);
  void Clear();  // keeps the memory, unless it is much
};

class LogFetcher {
 public:
  // Begins to fetch at the transaction that `from` stands in. `anchored`: see CheckPosition;
  // `rereads`: see CheckServer. `wake` is called on the fetcher's thread when events or a failure
  // are there.
  LogFetcher(SqlClient& client, SqlEndpoint endpoint, uint32_t server_id, LogPosition from,
             bool anchored, bool rereads, std::function<void()> wake);
  ~LogFetcher();  // interrupts the stream and waits for the thread

  // Everything fetched so far; swaps buffers, so that `batch` should be reused. Never waits.
  void Take(LogBatch& batch);
  // Whose log it is. REQUIRES: an event was taken.
  ServerFacts server();

 private:
  void Loop();
  Status Fetch();
  Result<std::unique_ptr<LogStream>> Open();
  Status HandOver();
  template <typename T>
  Status Publish(std::unique_ptr<T>& slot, std::unique_ptr<T> made);

  SqlClient& client_;
  const SqlEndpoint endpoint_;
  const uint32_t server_id_;
  const LogPosition from_;
  const bool anchored_;
  const bool rereads_;
  const std::function<void()> wake_;
  LogBatch fetched_;  // of the thread alone: not yet handed over

  Mutex mutex_;  // guards everything below
  CondVar room_;
  LogBatch batch_;
  bool stop_ = false;
  ServerFacts server_;
  std::unique_ptr<SqlSession> session_;
  std::unique_ptr<LogStream> stream_;
  Thread thread_;
};

}  // namespace sluice::mysql
