// SPDX-License-Identifier: Apache-2.0
// SnapshotSession: a connection that holds a consistent snapshot of one table at a time, and the
// snapshot's place in the log.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/cancel.h"
#include "base/env.h"
#include "mysql/log_window.h"
#include "mysql/server_log.h"

namespace sluice::mysql {

// A consistent snapshot of a table: its rows, with those of the window in their stead, are the
// table at the place.
struct TableSnapshot {
  LogPoint at;
  WindowImages window;
  KnownTableRef table;
  bool exact = false;  // else what changed since the job began may be among them
  TimePoint opened;
};

// Every call blocks, and is of one thread; Interrupt may come from any.
class SnapshotSession {
 public:
  SnapshotSession(Env& env, SqlClient& client, SqlEndpoint endpoint, ServerFacts server,
                  uint32_t server_id);

  // Nothing to do when it is connected. kPositionLost: the server was replaced, so that places of
  // its log are others.
  Status Connect();
  // Whatever is open on it; no failure.
  void Disconnect();
  void Interrupt();  // what runs and every later call fail with kCancelled
  const CancelToken& stop() const { return stop_; }

  // The calls below: REQUIRES: Connect() was OK since Disconnect().

  // Keeps the snapshot that is open, if it is of `table.now` and young. `exact`: it stands exactly
  // at its place, as far as the log tells. kSchemaMismatch: the table is not as `table.now` has it.
  Status Open(const WindowTable& table, bool exact);
  Status Close();
  bool open() const { return snapshot_.has_value(); }
  bool old() const;  // one is open, and the table waits for its end
  // REQUIRES: open().
  const TableSnapshot& snapshot() const { return *snapshot_; }

  SqlSession& sql() { return *session_; }
  // Where the log ends.
  Result<LogPoint> LogEnd();
  // The statements of the log between two places, in order.
  Status Statements(const LogPoint& from, const LogPoint& upto,
                    const std::function<void(const Query&)>& each);

 private:
  Status Begin(const TablePath& path);
  Result<std::string> MadeAt(const TablePath& path);
  Status ReadWindow(const WindowTable& table, const GtidSet& visible, const LogPoint& settled,
                    TableSnapshot& snapshot);
  Result<LogPoint> SettledPoint();

  Env& env_;
  SqlClient& client_;
  const SqlEndpoint endpoint_;
  const ServerFacts server_;
  LogWindow window_;
  std::optional<TableSnapshot> snapshot_;             // open on session_
  std::deque<std::pair<TimePoint, LogPoint>> marks_;  // where the log stood, for kSettled
  CancelToken stop_;
  Mutex mutex_;  // guards the making and the interrupting of session_
  std::unique_ptr<SqlSession> session_;
};

}  // namespace sluice::mysql
