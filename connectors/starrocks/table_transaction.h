// SPDX-License-Identifier: Apache-2.0
// TableTransaction: the rows of one table, writer and checkpoint on their way to the target. The
// writer's thread adds batches and asks for the end; the I/O threads begin, load and prepare.
//
// A transaction that failed is rolled back and written again under the next try from the batches
// it holds. No outcome is assumed: a try is left behind only when the server says that it is
// aborted or unknown.
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
#include "starrocks/transaction_client.h"

namespace sluice::starrocks {

using BatchRef = std::shared_ptr<const std::string>;

// Bytes of all transactions of a writer.
struct WriterBudget {
  std::atomic<size_t> unsent{0};  // encoded and not yet taken by the server
  std::atomic<size_t> held{0};    // kept so that a try can be repeated
};

struct TransactionSetup {
  Context& ctx;
  const StarrocksOptions& options;
  TransactionClient& client;
  WriterBudget& budget;
  std::string name;  // LabelName
  std::string database;
  std::string table;
  LabelParts parts;  // `attempt` is 0
};

class TableTransaction : public std::enable_shared_from_this<TableTransaction> {
 public:
  explicit TableTransaction(TransactionSetup setup) : setup_(std::move(setup)) {}
  ~TableTransaction();

  // Writer's thread. Jobs run on `pool` under `strand`, which no other transaction uses.
  void Add(std::string batch, uint64_t rows, IoPool& pool, uint64_t strand);
  void Prepare(IoPool& pool, uint64_t strand);

  // Any thread. Empty until it is prepared; an error when it cannot be.
  Result<std::optional<PreparedTxn>> Poll() const;

 private:
  // I/O threads, one at a time.
  void Run(const std::function<Status()>& step);
  Status LoadBatch(const BatchRef& batch);
  Status Finish();
  Status Begin();
  Status PrepareTry();
  Status TryAgain(const Status& failure);
  Status Leave();
  Status Replay();
  void Keep(const BatchRef& batch);
  void DropHeld();
  std::string label() const;

  TransactionSetup setup_;
  bool begun_ = false;
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
