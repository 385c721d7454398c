// SPDX-License-Identifier: Apache-2.0
// LogScan: looks for a place in the log by reading it, without decoding rows.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/sql_session.h"
#include "mysql/log_cursor.h"

namespace sluice::mysql {

// Follows where transactions begin and end.
class TransactionFollower {
 public:
  // Call with every event in order; not with those inside a TransactionPayload.
  void OnEvent(const LogEvent& event);
  bool inside() const { return inside_; }
  // The event just seen begins a transaction, committed at this time in microseconds since 1970 UTC
  // or, where the server writes whole seconds, before.
  std::optional<int64_t> began() const { return began_; }

 private:
  bool inside_ = false;
  bool group_ = false;  // LogReader::open_group_
  std::optional<int64_t> began_;
};

// When the transaction of this event was committed, in microseconds since 1970 UTC; where the
// server does not tell, when its statement began.
int64_t CommitMicros(const LogEvent& event);
// The first words of a statement in upper case, one blank between them: at most 40 bytes of it.
std::string Beginning(std::string_view sql);

// One connection at a time. Blocks.
class LogScan {
 public:
  LogScan(SqlClient& client, SqlEndpoint endpoint, uint32_t server_id, const CancelToken& cancel)
      : client_(client), endpoint_(std::move(endpoint)), server_id_(server_id), cancel_(cancel) {}

  // Checks that `place` lies between two transactions and tells those of its file before it.
  // kInvalidConfig when it does not, with one that does. REQUIRES: the file is as long.
  Result<GtidSet> Check(const LogPoint& place);
  // The transactions before `place`, of which `known` are some. On a server with GTIDs.
  Result<GtidSet> Before(const GtidSet& known, const LogPoint& place);
  // The first transaction of `micros` or later from the beginning of `file` on, or `log_end`.
  struct Found {
    LogPoint place;
    GtidSet before;
  };
  Result<Found> Since(const std::string& file, int64_t micros, const LogPoint& log_end);
  // When the file was begun, in seconds since 1970 UTC.
  Result<int64_t> Begun(const std::string& file);

 private:
  Status Open(const std::string& file);
  Status Open(const LogStart& start, LogPoint point);
  // The next event; the cursor, the follower and the set have taken it.
  Result<LogEvent> Next();

  SqlClient& client_;
  const SqlEndpoint endpoint_;
  const uint32_t server_id_;
  const CancelToken& cancel_;
  std::unique_ptr<LogStream> stream_;
  EventParser parser_;
  LogCursor cursor_;
  TransactionFollower follower_;
  TransactionId current_;
  LogPosition passed_;  // its sets only: of what ended before the cursor
};

}  // namespace sluice::mysql
