// SPDX-License-Identifier: Apache-2.0
// StarrocksWriter: rows to JSON batches to transactions.
//
// With exactly-once delivery one transaction for each table and checkpoint, prepared at the
// barrier.
//
// With at-least-once delivery (`flushes`) one for each table and flush interval, counted from its
// first row, which is committed when the interval is over; what is open at a barrier is committed
// at once, and the checkpoint is prepared when all of it is known to be committed. A table whose
// flush is still on its way gathers rows until that is over, so that no two of its commits are in
// flight and a slow target gets fewer and larger ones.
//
// Some rows must not become visible before a checkpoint holds where they were read, whatever was
// promised. They are prepared and committed as with exactly-once delivery, and instead of waiting
// for the next barrier the writer asks for one when they are due:
//  - Rows of a snapshot. After a crash their split is read again as the table is then, and the log
//    is passed over up to there. A row that was deleted in between would be in neither, and stay in
//    the target for ever. A row of the log comes again as it was, and behind a snapshot that is
//    not read again (SplitEnumerator::OnSnapshotCommitted).
//  - Rows before any checkpoint of the job is known to be durable: a start without one begins at
//    another place of the log. At the second barrier behind the first the first is published, so
//    each run flushes from its third checkpoint on.
// Rows behind them are flushed when those are committed, for the order of commits is what counts.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <utility>

#include "api/sink.h"
#include "starrocks/json_rows.h"
#include "starrocks/row_limits.h"
#include "starrocks/table_transaction.h"
#include "starrocks/target_tables.h"

namespace sluice::starrocks {

class StarrocksWriter final : public Writer {
 public:
  // `options` and `ctx` outlive the writer. `flushes`: options.flush_interval is there, and what a
  // dead run leaves can be found (running_labels.h).
  StarrocksWriter(Context& ctx, const StarrocksOptions& options, uint32_t id,
                  std::shared_ptr<SharedTargets> targets, bool flushes);

  std::vector<RefusedRow> Refused(const Chunk& chunk) override;
  Status Write(const Chunk& chunk) override;
  bool full() const override;
  Status Rebind(const SchemaChange& change) override;
  Status Seal(CheckpointId id) override;
  Result<std::optional<Prepared>> PollPrepared(CheckpointId id) override;
  Result<std::optional<TimePoint>> Tend(TimePoint now) override;
  bool wants_checkpoint() const override { return wants_checkpoint_; }
  uint64_t bytes_written() const override { return bytes_written_; }

 private:
  struct Open {  // the rows of one table since the last seal or flush
    TableName target;
    bool same_key = true;
    SchemaRef schema;  // of the last chunk; rows and limits are made for it
    JsonRows rows;
    RowLimits limits;
    std::string batch;  // "[{...},{...}", not yet closed
    int64_t batch_rows = 0;
    std::shared_ptr<TableTransaction> transaction;
    uint64_t strand = 0;
    std::shared_ptr<TransactionLine> line;
    // The rest with `flushes` only.
    TimePoint due{};                             // of the open rows
    bool snapshot = false;                       // some of them are of a snapshot
    CheckpointId after = 0;                      // whose commit they must wait for
    std::shared_ptr<TableTransaction> flushing;  // the newest that was ended, until it is over

    bool empty() const { return batch.empty() && !transaction; }
  };

  Result<Open*> Find(const SchemaRef& schema);
  void Append(Open& open, const Chunk& chunk);
  void SendBatch(Open& open);
  std::shared_ptr<TableTransaction> MakeTransaction(Open& open);
  void Flush(Open& open);
  void Seal(Open& open, CheckpointId id);
  Status PollFlushes();
  // Whether the open rows may become visible with a checkpoint only.
  bool NeedsCheckpoint(const Open& open) const;
  bool WaitsForCommit(const Open& open) const;

  Context& ctx_;
  const StarrocksOptions& options_;
  const uint32_t id_;
  const std::string name_;
  const bool flushes_;
  const std::shared_ptr<SharedTargets> targets_;
  TransactionClient client_;
  WriterBudget budget_;
  std::map<TablePath, Open> open_;
  SchemaRef last_schema_;  // of the last chunk, and what was found for it
  Open* last_open_ = nullptr;
  size_t open_bytes_ = 0;  // of all batches being built
  CheckpointId next_id_;   // that the open rows will belong to
  struct Sealed {
    std::shared_ptr<TableTransaction> transaction;
    bool work = false;  // prepared, for the committer; else known to be committed when it is over
  };
  std::map<CheckpointId, std::vector<Sealed>> sealed_;
  // When tables are due, in that order; those of tables that were sealed meanwhile are passed over.
  std::deque<std::pair<TimePoint, Open*>> dues_;
  // Were due, then, and have not been flushed yet.
  std::vector<std::pair<TimePoint, Open*>> late_;
  std::vector<Open*> flushing_;  // have `flushing`
  bool wants_checkpoint_ = false;
  uint64_t strands_ = 0;
  uint64_t bytes_written_ = 0;
  IoPool pool_;  // last: its jobs use everything above
};

}  // namespace sluice::starrocks
