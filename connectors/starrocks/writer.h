// SPDX-License-Identifier: Apache-2.0
// StarrocksWriter: rows to JSON batches to transactions, one for each table and checkpoint.
#pragma once

#include <map>
#include <memory>

#include "api/sink.h"
#include "starrocks/json_rows.h"
#include "starrocks/row_limits.h"
#include "starrocks/table_transaction.h"
#include "starrocks/target_tables.h"

namespace sluice::starrocks {

class StarrocksWriter final : public Writer {
 public:
  // `options` and `ctx` outlive the writer.
  StarrocksWriter(Context& ctx, const StarrocksOptions& options, uint32_t id,
                  std::shared_ptr<const SharedTargets> targets);

  std::vector<RefusedRow> Refused(const Chunk& chunk) override;
  Status Write(const Chunk& chunk) override;
  bool full() const override;
  Status Rebind(const SchemaChange& change) override;
  Status Seal(CheckpointId id) override;
  Result<std::optional<Prepared>> PollPrepared(CheckpointId id) override;
  uint64_t bytes_written() const override { return bytes_written_; }

 private:
  struct Open {  // the rows of one table since the last seal
    TableName target;
    bool same_key = true;
    JsonRows rows;
    RowLimits limits;
    std::string batch;  // "[{...},{...}", not yet closed
    int64_t batch_rows = 0;
    std::shared_ptr<TableTransaction> transaction;
    uint64_t strand = 0;
  };

  Result<Open*> Find(const SchemaRef& schema);
  void SendBatch(Open& open);

  Context& ctx_;
  const StarrocksOptions& options_;
  const uint32_t id_;
  const std::string name_;
  const std::shared_ptr<const SharedTargets> targets_;
  TransactionClient client_;
  WriterBudget budget_;
  std::map<TablePath, Open> open_;
  SchemaRef last_schema_;  // of the last chunk, and what was found for it
  Open* last_open_ = nullptr;
  size_t open_bytes_ = 0;  // of all batches being built
  CheckpointId next_id_;   // that the open rows will belong to
  std::map<CheckpointId, std::vector<std::shared_ptr<TableTransaction>>> sealed_;
  uint64_t strands_ = 0;
  uint64_t bytes_written_ = 0;
  IoPool pool_;  // last: its jobs use everything above
};

}  // namespace sluice::starrocks
