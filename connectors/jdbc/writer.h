// SPDX-License-Identifier: Apache-2.0
// JdbcWriter: rows to batches to one connection. With two_phase the batches go into stages
// (stage.h), one for each table and checkpoint; else straight into their tables.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>

#include "api/sink.h"
#include "base/sync.h"
#include "io/io_pool.h"
#include "jdbc/channel.h"
#include "jdbc/custom_statement.h"
#include "jdbc/row_limits.h"
#include "jdbc/stage.h"

namespace sluice::jdbc {

class JdbcWriter final : public Writer {
 public:
  // `ctx` and `options` outlive the writer.
  JdbcWriter(Context& ctx, const SinkOptions& options, uint32_t id,
             std::shared_ptr<const SharedTargets> targets,
             std::optional<CustomStatement> statement);
  ~JdbcWriter() override;

  std::vector<RefusedRow> Refused(const Chunk& chunk) override;
  Status Write(const Chunk& chunk) override;
  bool full() const override;
  Status Rebind(const SchemaChange& change) override;
  Status Seal(CheckpointId id) override;
  Result<std::optional<Prepared>> PollPrepared(CheckpointId id) override;
  uint64_t bytes_written() const override { return bytes_written_; }

 private:
  struct Open {  // the rows of one table since the last seal
    std::shared_ptr<const TargetTable> target;
    RowBatch batch;
    RowLimits limits;
    uint64_t seq = 0;
    uint32_t batches = 0;  // sent
    uint64_t rows = 0;     // sent
    bool upserts = false;
    bool deletes = false;
    std::string stage;  // its name, from the first batch on
  };
  struct Sealed {
    Prepared work;
    std::atomic<bool> ready = false;
  };

  Result<Open*> Find(const SchemaRef& schema);
  Status WriteStatements(const Chunk& chunk);
  void SendBatch(Open& open);
  void SendStatements();
  StagedTable Complete(const Open& open) const;
  // Runs on the connection's strand, unless something failed before.
  void Queue(size_t bytes, std::function<Status()> job);
  Status failure() const;

  Context& ctx_;
  const SinkOptions& options_;
  const Dialect& dialect_;
  const uint32_t id_;
  const std::string job_;
  const std::shared_ptr<const SharedTargets> targets_;
  const std::optional<CustomStatement> statement_;
  std::map<TablePath, Open> open_;
  SchemaRef last_schema_;  // of the last chunk, and what was found for it
  Open* last_open_ = nullptr;
  std::vector<std::string> statements_;
  size_t statement_bytes_ = 0;
  CheckpointId next_id_;  // that the open rows will belong to
  std::map<CheckpointId, std::shared_ptr<Sealed>> sealed_;
  uint64_t bytes_written_ = 0;
  std::atomic<size_t> unsent_ = 0;
  mutable Mutex mutex_;  // guards failure_
  Status failure_;
  Channel channel_;
  IoPool pool_;  // last: its jobs use everything above
};

}  // namespace sluice::jdbc
