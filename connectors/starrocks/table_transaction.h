// SPDX-License-Identifier: Apache-2.0
// TableTransaction: rows of one table, writer and checkpoint on their way to the target. The
// writer's thread adds batches and asks for the end; the I/O threads begin, load, and prepare or
// commit.
//
// With exactly-once delivery it holds all rows of the checkpoint and is prepared. With
// at-least-once delivery it is one flush of several and commits itself, or is prepared when its
// rows must wait for their checkpoint (writer.h).
//
// A transaction that failed is rolled back and written again under the next try from the batches
// it holds. No outcome is assumed: a try is left behind only when the server says that it is
// aborted or unknown, and a flush is over only when it is known to be committed.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/context.h"
#include "base/sync.h"
#include "io/io_pool.h"
#include "starrocks/labels.h"
#include "starrocks/target_tables.h"
#include "starrocks/transaction_client.h"

namespace sluice::starrocks {

using BatchRef = std::shared_ptr<const std::string>;

// Bytes of all transactions of a writer.
struct WriterBudget {
  std::atomic<size_t> unsent{0};  // encoded and not yet taken by the server
  std::atomic<size_t> held{0};    // kept so that a try can be repeated
};

// Transactions that follow each other on one strand: the next begins when the one before it is
// over, so that no two of them are ever in flight. Used by the jobs of that strand only.
struct TransactionLine {
  CheckpointId checkpoint = 0;
  uint32_t tries = 0;   // begun so far in that checkpoint: the numbers of their labels
  bool broken = false;  // one failed for good: none may follow it
};

struct TransactionSetup {
  Context& ctx;
  const StarrocksOptions& options;
  TransactionClient& client;
  WriterBudget& budget;
  std::string name;  // LabelName
  std::string database;
  std::string table;
  LabelParts parts;  // `attempt` is counted by the line
  std::shared_ptr<TransactionLine> line;
  SharedTargets& targets;
};

class TableTransaction : public std::enable_shared_from_this<TableTransaction> {
 public:
  enum class Outcome : uint8_t { kPrepared, kCommitted };

  explicit TableTransaction(TransactionSetup setup) : setup_(std::move(setup)) {}
  ~TableTransaction();

  // Writer's thread. Jobs run on `pool` under `strand`, which only transactions of its line use.
  void Add(std::string batch, uint64_t rows, IoPool& pool, uint64_t strand);
  // Nothing is added after it. `sealed`: because of a barrier.
  void End(Outcome wanted, bool sealed, IoPool& pool, uint64_t strand);

  // Any thread. Empty until it has come to that; an error when it cannot.
  Result<std::optional<PreparedTxn>> Poll() const;

 private:
  // I/O threads, one at a time.
  void Run(const std::function<Status()>& step);
  Status LoadBatch(const BatchRef& batch);
  Status Finish(Outcome wanted, bool sealed);
  Status Begin();
  Status PrepareTry();
  Status CommitTry();
  Status TryAgain(const Status& failure);
  Status Leave();
  Status Replay();
  void Keep(const BatchRef& batch);
  void DropHeld();
  std::string label() const;

  TransactionSetup setup_;
  uint32_t tries_ = 0;            // begun
  bool commit_asked_ = false;     // of the present try
  bool found_committed_ = false;  // by Leave
  std::vector<BatchRef> held_;
  size_t held_bytes_ = 0;
  bool repeatable_ = true;  // every batch of the transaction is in held_

  mutable Mutex mutex_;  // guards what follows
  Status status_;
  uint64_t rows_ = 0;
  uint64_t bytes_ = 0;
  std::optional<PreparedTxn> prepared_;
};

}  // namespace sluice::starrocks
