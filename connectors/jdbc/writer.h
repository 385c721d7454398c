// SPDX-License-Identifier: Apache-2.0
// JdbcWriter: rows to batches to one connection. With two_phase the batches go into stages
// (stage.h), one for each table and checkpoint; else straight into their tables.
//
// Some rows must not become visible before a checkpoint holds where they were read, whatever was
// promised. With `stages` those of a table with a key go into stages too, and the writer asks for a
// checkpoint when they have waited for a while:
//  - Rows of a snapshot. After a crash their split is read again as the table is then, and the log
//    is passed over up to there. A row that was deleted in between would be in neither, and stay in
//    the target for ever. A row of the log comes again as it was.
//  - Rows before any checkpoint of the job is known to be durable: a start without one begins at
//    another place of the log. At the second barrier behind the first the first is published, so
//    each run writes straight into tables from its third checkpoint on.
// Batches behind staged rows of their table keep their order: they are staged too until the next
// barrier, and held back behind it until the commit is known, or staged at the barrier after that.
#pragma once

#include <atomic>
#include <deque>
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
  Result<std::optional<TimePoint>> Tend(TimePoint now) override;
  bool wants_checkpoint() const override { return wants_checkpoint_; }
  uint64_t bytes_written() const override { return bytes_written_; }

 private:
  struct Open {  // the rows of one table since the last seal
    std::shared_ptr<const TargetTable> target;
    RowBatch batch;
    RowLimits limits;
    uint64_t seq = 0;
    bool sent = false;     // some batch
    uint32_t batches = 0;  // staged, and the rows in them
    uint64_t rows = 0;
    bool upserts = false;
    bool deletes = false;
    std::string stage;  // its name, from the first staged batch on
    // The rest without two_phase only.
    bool snapshot = false;     // some rows are of a snapshot
    CheckpointId after = 0;    // whose commit is waited for
    std::deque<RowText> held;  // batches that wait
  };
  struct Sealed {
    Prepared work;
    std::atomic<bool> ready = false;
  };

  Result<Open*> Find(const SchemaRef& schema);
  Status WriteStatements(const Chunk& chunk);
  void SendBatch(Open& open);
  void SendHeld(Open& open, bool stage);
  void Stage(Open& open, RowText rows);
  void Apply(Open& open, RowText rows);
  // Whether the open rows may become visible with a checkpoint only.
  bool NeedsStage(const Open& open) const;
  bool WaitsForCommit(const Open& open) const { return open.after > targets_->committed(); }
  void SendStatements();
  void Seal(Open& open, CheckpointId id, StagedWork& work);
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
  CheckpointId next_id_;                     // that the open rows will belong to
  bool holds_ = false;                       // some table has batches that wait
  std::optional<TimePoint> checkpoint_due_;  // for what is staged at-least-once
  bool wants_checkpoint_ = false;
  std::map<CheckpointId, std::shared_ptr<Sealed>> sealed_;
  uint64_t bytes_written_ = 0;
  std::atomic<size_t> unsent_ = 0;
  mutable Mutex mutex_;  // guards failure_
  Status failure_;
  Channel channel_;
  IoPool pool_;  // last: its jobs use everything above
};

}  // namespace sluice::jdbc
