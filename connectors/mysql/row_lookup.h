// SPDX-License-Identifier: Apache-2.0
// RowLookup: reads rows of tables by their keys, on a thread and a connection of its own, as they
// are after a given transaction of the log or later.
//
// A transaction is in the log before it is visible, so that a SELECT at once might give the row
// that it found. How the server tells what is visible is ServerFacts::snapshot().
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/cancel.h"
#include "base/thread.h"
#include "mysql/server.h"
#include "mysql/splits.h"
#include "mysql/table_now.h"

namespace sluice::mysql {

inline constexpr size_t kLookupKeysMax = 500;  // of a question

struct RowQuestion {
  TableDefRef def;    // of the rows wanted
  TableDefRef exact;  // ExactTable of it
  TableKey key;
  ChunkPtr keys;               // of `exact`
  std::vector<uint32_t> rows;  // those of `keys` that are asked for; at most kLookupKeysMax
  int64_t micros = 0;          // when the transaction was committed
  // The transaction that must be visible: its id, its place, and a time by which it was in the log.
  TransactionId transaction;
  LogPoint begins;
  TimePoint received;
};

struct RowAnswer {
  // How many of the question's rows it answers, the first ones: large rows come a few at a time.
  size_t asked = 0;
  ChunkPtr rows;                                    // of `def`; null when there are none
  std::unordered_map<std::string, uint32_t> found;  // RowKey of `exact` to a row of `rows`
};

class RowLookup {
 public:
  // `server`: whose log is read; should another one answer now, that is kUnavailable. `wake` is
  // called on the thread when an answer is there.
  RowLookup(Env& env, SqlClient& client, SqlEndpoint endpoint, ServerFacts server,
            std::function<void()> wake);
  ~RowLookup();  // interrupts what is running and waits for it

  // REQUIRES: the answer to the question before was taken.
  void Ask(RowQuestion question);
  bool busy() const { return busy_; }  // a question waits for its answer to be taken
  // Never waits. kTimeout: the transaction does not become visible. After an error the next
  // question is asked on a new connection.
  std::optional<Result<RowAnswer>> Poll();

 private:
  // A table as rows are read from it.
  struct Known {
    TableNow now;
    std::string described;  // what the server says of the columns that are read
  };

  void Loop();
  Result<RowAnswer> Answer(const RowQuestion& question);
  Status Connect();
  void Disconnect();
  Status WaitUntilVisible(const RowQuestion& question);
  Status WaitUntil(const std::function<Result<bool>()>& visible);
  Status Settle(TimePoint received);
  Result<LogPoint> Told();
  Result<Known*> Learn(const RowQuestion& question);
  Result<std::string> Describe(const TableNow& now);
  Result<RowAnswer> Read(const RowQuestion& question, const TableNow& now);
  Result<bool> ReadFirst(const RowQuestion& question, const TableNow& now, RowAnswer& answer);

  Env& env_;
  SqlClient& client_;
  const SqlEndpoint endpoint_;
  const ServerFacts server_;
  const std::function<void()> wake_;
  bool busy_ = false;  // of the asking thread

  // Of the thread alone.
  std::map<TablePath, Known> known_;
  GtidSet visible_;  // for kGtids: at least these are
  LogPoint told_;    // for kTold: all before it is
  size_t at_once_ = kLookupKeysMax;

  CancelToken stop_;
  std::mutex mutex_;  // guards what follows, and the making of session_
  std::condition_variable changed_;
  std::unique_ptr<SqlSession> session_;
  std::optional<RowQuestion> question_;
  std::optional<Result<RowAnswer>> answer_;
  Thread thread_;  // last: it uses everything above
};

}  // namespace sluice::mysql
