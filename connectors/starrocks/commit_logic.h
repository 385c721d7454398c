// SPDX-License-Identifier: Apache-2.0
// What the committer decides, without its sockets: how a prepared transaction becomes visible
// exactly once and how a leftover is rolled back. Pure over TransactionApi, so that the simulator
// runs this very code.
//
// No outcome of a call is assumed. Only an OK answer or a queried COMMITTED or VISIBLE counts as
// committed; any other answer, or none, means "ask for the state".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "api/sink.h"

namespace sluice::starrocks {

enum class TxnState : uint8_t { kUnknown, kPrepare, kPrepared, kCommitted, kVisible, kAborted };
std::string_view TxnStateName(TxnState state);  // as the server spells it

// The server's view of transactions. Calls block. kUnavailable, kTimeout: outcome unknown.
class TransactionApi {
 public:
  virtual ~TransactionApi() = default;
  // Of the newest transaction of the label. kUnknown: never begun, lost, or finished long ago.
  virtual Result<TxnState> State(const std::string& database, const std::string& label) = 0;
  // OK only when the server said OK. Any failure leaves the outcome open.
  virtual Status Commit(const std::string& database, const std::string& table,
                        const std::string& label) = 0;
  // Of a transaction that is still open: the server writes what it took and commits it, in one
  // step. Same rule.
  virtual Status CommitAtOnce(const std::string& database, const std::string& table,
                              const std::string& label) {
    return Commit(database, table, label);
  }
  // By whatever the server offers in the state the transaction is in. Same rule.
  virtual Status Rollback(const std::string& database, const std::string& table,
                          const std::string& label) = 0;
};

// One prepared transaction.
struct PreparedTxn {
  std::string database;
  std::string table;
  std::string label;
  uint64_t rows = 0;
  uint64_t bytes = 0;

  friend bool operator==(const PreparedTxn&, const PreparedTxn&) = default;
};

// What a writer hands over for a checkpoint. No transactions give an empty Prepared.
Prepared EncodeWork(std::span<const PreparedTxn> work);
Result<std::vector<PreparedTxn>> DecodeWork(std::string_view work);
// All transactions of a checkpoint, in order of writers.
Result<std::vector<PreparedTxn>> DecodeAll(std::span<const Prepared> work);

// OK: the transaction is known to be committed, now or before. kUnavailable, kTimeout: ask again.
// kCommitLost: it can never be committed; the message names table and label.
Status CommitLabel(TransactionApi& api, const PreparedTxn& txn);

// Commits an open transaction, all of whose loads the server took, in one step.
//   OK                     it is known to be committed
//   kUnavailable, kTimeout nobody knows yet: ask again, or end it with AbortLabel
//   any other code         it is known not to be committed and never will be: it was aborted, or
//                          the server knows nothing of it
// A label that the server does not know may also have been committed and forgotten, in a database
// with many loads. Then its rows are written twice, which at-least-once delivery allows; taking it
// for committed could lose them.
Status CommitOpenLabel(TransactionApi& api, const PreparedTxn& txn);

// Rolls a leftover back; never commits. OK: known to be aborted or not known to the server. A
// leftover that is already visible cannot be undone: OK, and `note` tells it.
Status AbortLabel(TransactionApi& api, const PreparedTxn& txn, std::string* note);

struct TableName {
  std::string database;
  std::string table;

  friend auto operator<=>(const TableName&, const TableName&) = default;
};

// Every label that `range` may have left in `tables`: checkpoints x writers x tables x tries.
// `name` comes from LabelName.
std::vector<PreparedTxn> OrphanLabels(std::string_view name, const OrphanRange& range,
                                      std::span<const TableName> tables);

// Those of `labels`, which one database has running, that `range` left in `tables`.
std::vector<PreparedTxn> OrphansAmong(std::span<const std::string> labels, std::string_view name,
                                      const OrphanRange& range, std::span<const TableName> tables);

// What several outcomes of one call come to: kCommitLost naming all that is lost, else the first
// failure, else OK.
Status Combine(std::span<const Status> outcomes);

}  // namespace sluice::starrocks
