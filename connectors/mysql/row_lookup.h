// SPDX-License-Identifier: Apache-2.0
// RowLookup: reads rows of tables by their keys, on a thread and a connection of its own, as they
// are after given transactions of the log or later.
//
// A transaction is in the log before it is visible, so that a SELECT at once might give the row
// that it found. How the server tells what is visible is ServerFacts::snapshot().
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/cancel.h"
#include "base/sync.h"
#include "base/thread.h"
#include "mysql/known_tables.h"
#include "mysql/server.h"
#include "mysql/splits.h"

namespace sluice::mysql {

inline constexpr size_t kLookupKeysMax = 500;  // of a question

// Rows of one table that events of one or more transactions want.
struct RowQuestion {
  struct Part {
    // The transaction that must be visible before rows are read for it: its id, and its place.
    TransactionId transaction;
    LogPoint begins;
    size_t rows = 0;   // the part's end in `rows`
    size_t event = 0;  // its last event, a number of the asker's
  };

  TableDefRef def;    // of the rows wanted
  TableDefRef exact;  // ExactTable of it
  TableKey key;
  ChunkPtr keys;               // of `exact`
  std::vector<uint32_t> rows;  // those of `keys` that are asked for; at most kLookupKeysMax
  std::vector<Part> parts;     // in the order of the log
  TimePoint received;          // by then all of them were in the log
};

struct RowAnswer {
  ChunkPtr rows;  // of `def`; null when there are none
  // RowKey of `exact` to a row of `rows`; nothing: there is no such row. Of the first rows of the
  // question, at least one: those of transactions that are visible, and large rows a few at a time.
  std::unordered_map<std::string, std::optional<uint32_t>> found;
  size_t event = 0;  // up to this one all events may take it
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
  // Never waits. kTimeout: the first transaction does not become visible. After an error the next
  // question is asked on a new connection.
  std::optional<Result<RowAnswer>> Poll();

 private:
  void Loop();
  Result<RowAnswer> Answer(const RowQuestion& question);
  Status Connect();
  void Disconnect();
  // How many of the question's parts are visible; at least one.
  Result<size_t> WaitUntilVisible(const RowQuestion& question);
  bool Visible(const RowQuestion::Part& part, TimePoint received) const;
  Status LearnVisible(const RowQuestion& question);
  Result<KnownTable*> Learn(const RowQuestion& question);
  Result<RowAnswer> Read(const RowQuestion& question, const TableNow& now, size_t rows);
  Result<bool> ReadFirst(const RowQuestion& question, const TableNow& now, size_t rows,
                         RowAnswer& answer);

  Env& env_;
  SqlClient& client_;
  const SqlEndpoint endpoint_;
  const ServerFacts server_;
  const std::function<void()> wake_;
  bool busy_ = false;  // of the asking thread

  // Of the thread alone.
  std::map<TablePath, KnownTable> known_;
  GtidSet visible_;  // for kGtids: at least these are
  LogPoint told_;    // for kTold: all before it is
  size_t at_once_ = kLookupKeysMax;

  CancelToken stop_;
  Mutex mutex_;  // guards what follows, and the making of session_
  CondVar changed_;
  std::unique_ptr<SqlSession> session_;
  std::optional<RowQuestion> question_;
  std::optional<Result<RowAnswer>> answer_;
  Thread thread_;  // last: it uses everything above
};

}  // namespace sluice::mysql
