// SPDX-License-Identifier: Apache-2.0
#include "jdbc/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace sluice::jdbc {
namespace {

constexpr size_t kBatchBytesMax = size_t{1} << 20U;              // below every server's packet
constexpr size_t kUnsentBytesMax = size_t{16} << 20U;            // of batches on their way
constexpr uint64_t kStrand = 0;                                  // one connection does all
constexpr Duration kStagedWait = std::chrono::seconds(1);        // then a checkpoint is asked for
constexpr Duration kCommitPoll = std::chrono::milliseconds(20);  // of batches that are held back

}  // namespace

JdbcWriter::JdbcWriter(Context& ctx, const SinkOptions& options, uint32_t id,
                       std::shared_ptr<const SharedTargets> targets,
                       std::optional<CustomStatement> statement)
    : ctx_(ctx),
      options_(options),
      dialect_(Dialect::Of(options.endpoints.front().server)),
      id_(id),
      job_(StageJob(ctx.job_id)),
      targets_(std::move(targets)),
      statement_(std::move(statement)),
      next_id_(ctx.first_checkpoint),
      channel_(ctx, options, id),
      pool_("jdbc", 1) {}

JdbcWriter::~JdbcWriter() {
  channel_.Interrupt();
  pool_.Stop();
}

Result<JdbcWriter::Open*> JdbcWriter::Find(const SchemaRef& schema) {
  if (schema == last_schema_) return last_open_;
  auto open = open_.find(schema->path);
  if (open == open_.end()) {
    auto target = targets_->Find(schema->path);
    if (!target) {
      return Fail(Code::kInternal, "rows of the unknown table " + schema->path.ToString());
    }
    RETURN_IF_ERROR(target->unfit);
    const bool staged = options_.two_phase || target->merge != Merge::kAppend;  // with their order
    RowBatch batch(dialect_, *target, staged);
    RowLimits limits = RowLimitsOf(options_.endpoints.front().server, *target);
    open = open_
               .emplace(schema->path, Open{.target = std::move(target),
                                           .batch = std::move(batch),
                                           .limits = std::move(limits)})
               .first;
  }
  last_schema_ = schema;
  last_open_ = &open->second;
  return last_open_;
}

std::vector<RefusedRow> JdbcWriter::Refused(const Chunk& chunk) {
  if (statement_) return {};  // where its values go is not known
  const auto open = Find(chunk.schema());
  return open ? (*open)->limits.Refused(chunk) : std::vector<RefusedRow>();  // Write tells why
}

Status JdbcWriter::Write(const Chunk& chunk) {
  RETURN_IF_ERROR(failure());  // ends the run now, not at the next checkpoint
  if (statement_) return WriteStatements(chunk);
  ASSIGN_OR_RETURN(Open * open, Find(chunk.schema()));
  const auto rows_max = static_cast<uint32_t>(std::min<int64_t>(options_.batch_size, 1 << 20));
  const bool keyed = open->target->merge != Merge::kAppend;
  open->snapshot = open->snapshot || chunk.source_micros == 0;
  for (uint32_t row = 0; row < chunk.rows(); ++row) {
    const bool before = chunk.kind(row) == RowKind::kUpdateBefore;
    if (before && keyed && open->target->same_key) continue;  // the row behind it replaces it
    RETURN_IF_ERROR(
        open->batch.Add(chunk, row, ++open->seq).In("table " + chunk.schema()->path.ToString()));
    const bool complete = open->batch.rows() >= rows_max || open->batch.bytes() >= kBatchBytesMax;
    // Both halves of an update stay together.
    if (complete && !before) SendBatch(*open);
  }
  return {};
}

Status JdbcWriter::WriteStatements(const Chunk& chunk) {
  for (uint32_t row = 0; row < chunk.rows(); ++row) {
    ASSIGN_OR_RETURN(std::string statement, statement_->Fill(dialect_, chunk, row));
    statement_bytes_ += statement.size();
    statements_.push_back(std::move(statement));
    const bool complete = static_cast<int64_t>(statements_.size()) >= options_.batch_size ||
                          statement_bytes_ >= kBatchBytesMax;
    if (complete) SendStatements();
  }
  return {};
}

void JdbcWriter::SendStatements() {
  if (statements_.empty()) return;
  bytes_written_ += statement_bytes_;
  Queue(statement_bytes_,
        [this, statements = std::move(statements_)] { return channel_.RunAll(statements); });
  statements_ = {};
  statement_bytes_ = 0;
}

void JdbcWriter::SendBatch(Open& open) {
  if (open.batch.rows() == 0) return;
  RowText rows = open.batch.Take();
  bytes_written_ += rows.text.size();
  open.sent = true;
  const bool stage = NeedsStage(open);
  if (!stage && WaitsForCommit(open)) {
    unsent_ += rows.text.size();
    open.held.push_back(std::move(rows));
    holds_ = true;
    return;
  }
  SendHeld(open, stage);
  stage ? Stage(open, std::move(rows)) : Apply(open, std::move(rows));
}

bool JdbcWriter::NeedsStage(const Open& open) const {
  if (options_.two_phase) return true;
  if (!options_.stages || open.target->merge == Merge::kAppend) return false;
  return open.batches > 0 || open.snapshot || next_id_ < ctx_.first_checkpoint + 2;
}

void JdbcWriter::SendHeld(Open& open, bool stage) {
  for (RowText& rows : std::exchange(open.held, {})) {
    unsent_ -= rows.text.size();  // counted again on its way
    stage ? Stage(open, std::move(rows)) : Apply(open, std::move(rows));
  }
}

void JdbcWriter::Apply(Open& open, RowText rows) {
  const size_t bytes = rows.text.size();
  Queue(bytes, [this, target = open.target, rows = std::move(rows)] {
    return channel_.Apply(*target, rows);
  });
}

void JdbcWriter::Stage(Open& open, RowText rows) {
  open.rows += rows.rows();
  open.upserts = open.upserts || rows.upserts;
  open.deletes = open.deletes || rows.deletes;
  const bool create = open.batches++ == 0;
  if (create) {
    open.stage = StageLabel{job_, ctx_.run, next_id_, id_, open.target->path.ToString()}.ToName();
  }
  if (!options_.two_phase && !checkpoint_due_) checkpoint_due_ = ctx_.env.Now() + kStagedWait;
  const size_t bytes = rows.text.size();
  Queue(bytes, [this, target = open.target, rows = std::move(rows), stage = open.stage, create] {
    return channel_.Stage(*target, stage, create, rows);
  });
}

Result<std::optional<TimePoint>> JdbcWriter::Tend(TimePoint now) {
  RETURN_IF_ERROR(failure());
  std::optional<TimePoint> next;
  if (std::exchange(holds_, false)) {
    for (auto& [path, open] : open_) {
      if (!WaitsForCommit(open)) SendHeld(open, false);
      holds_ = holds_ || !open.held.empty();
    }
  }
  if (holds_) next = now + kCommitPoll;
  wants_checkpoint_ = checkpoint_due_ && *checkpoint_due_ <= now;
  if (checkpoint_due_ && !wants_checkpoint_) {
    next = std::min(next.value_or(*checkpoint_due_), *checkpoint_due_);
  }
  return next;
}

void JdbcWriter::Queue(size_t bytes, std::function<Status()> job) {
  unsent_ += bytes;
  pool_.Run(kStrand, [this, bytes, job = std::move(job)] {
    if (failure().ok()) {
      if (Status status = job(); !status.ok()) {
        const std::lock_guard lock(mutex_);
        failure_ = std::move(status);
      }
    }
    unsent_ -= bytes;
    ctx_.wake();
  });
}

Status JdbcWriter::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

bool JdbcWriter::full() const {
  return unsent_ >= kUnsentBytesMax;
}

Status JdbcWriter::Rebind(const SchemaChange& change) {
  const auto open = open_.find(change.before->path);
  if (open != open_.end()) {
    CHECK(open->second.batch.rows() == 0 && open->second.batches == 0);
    open_.erase(open);  // the target is looked up anew with the next row
  }
  last_schema_ = nullptr;
  return {};
}

StagedTable JdbcWriter::Complete(const Open& open) const {
  const TargetTable& target = *open.target;
  const std::string stage = dialect_.StageName(target, open.stage, false);
  return {target.path.ToString(), options_.postgres() ? target.path.schema : target.path.database,
          open.stage, open.rows,
          dialect_.MergeStatements(target, stage, open.batches > 1, open.upserts, open.deletes)};
}

Status JdbcWriter::Seal(CheckpointId id) {
  CHECK(id == next_id_);
  auto sealed = std::make_shared<Sealed>();
  sealed_[id] = sealed;
  StagedWork work{ctx_.run, id_, {}};
  bool sent = !statements_.empty();
  SendStatements();
  for (auto& [path, open] : open_) {
    Seal(open, id, work);
    sent = sent || std::exchange(open.sent, false);
  }
  checkpoint_due_ = std::nullopt;
  wants_checkpoint_ = holds_ = false;
  next_id_ = id + 1;
  sealed->work = EncodeWork(work);
  if (!sent && unsent_ == 0) {  // nothing to wait for
    sealed->ready = true;
    return {};
  }
  Queue(0, [this, sealed, id]() -> Status {
    ctx_.phases.Reach("sealed", id);
    RETURN_IF_ERROR(channel_.Finish());
    sealed->ready = true;
    return {};
  });
  return {};
}

void JdbcWriter::Seal(Open& open, CheckpointId id, StagedWork& work) {
  SendBatch(open);
  SendHeld(open, WaitsForCommit(open));
  if (open.batches > 0) {
    work.tables.push_back(Complete(open));
    open.after = id;
  }
  open.seq = open.rows = open.batches = 0;
  open.upserts = open.deletes = open.snapshot = false;
}

Result<std::optional<Prepared>> JdbcWriter::PollPrepared(CheckpointId id) {
  const auto sealed = sealed_.find(id);
  CHECK(sealed != sealed_.end());
  if (!sealed->second->ready) {
    RETURN_IF_ERROR(failure());
    return std::nullopt;
  }
  Prepared work = std::move(sealed->second->work);
  sealed_.erase(sealed);
  return std::optional<Prepared>(std::move(work));
}

}  // namespace sluice::jdbc
