// SPDX-License-Identifier: Apache-2.0
#include "starrocks/writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/probe.h"
#include "engine/planted.h"

namespace sluice::starrocks {
namespace {

constexpr size_t kBatchBytesMax = size_t{4} << 20U;    // whatever batch_max_bytes allows beyond
constexpr size_t kOpenBytesMax = size_t{16} << 20U;    // of all tables' batches being built
constexpr size_t kUnsentBytesMax = size_t{16} << 20U;  // of batches on their way
constexpr size_t kConnectionsMax = 8;
constexpr Duration kCommitPoll = std::chrono::milliseconds(20);  // of rows that wait for another

}  // namespace

StarrocksWriter::StarrocksWriter(Context& ctx, const StarrocksOptions& options, uint32_t id,
                                 std::shared_ptr<SharedTargets> targets, bool flushes)
    : ctx_(ctx),
      options_(options),
      id_(id),
      name_(LabelName(options.label_prefix, ctx.job_id)),
      flushes_(flushes),
      targets_(std::move(targets)),
      client_(ctx.http, options, ctx.cancel),
      next_id_(ctx.first_checkpoint),
      pool_("starrocks", kConnectionsMax) {}

Result<StarrocksWriter::Open*> StarrocksWriter::Find(const SchemaRef& schema) {
  if (schema == last_schema_) return last_open_;
  auto open = open_.find(schema->path);
  // Tables of several sources that meet here may differ in which of their texts are JSON.
  if (open == open_.end() || *open->second.schema != *schema) {
    const std::optional<TargetTable> target = targets_->Find(schema->path);
    if (!target) {
      return Fail(Code::kInternal, "rows of the unknown table " + schema->path.ToString());
    }
    RETURN_IF_ERROR(CheckColumns(target->facts, target->name, *schema));
    RowLimits limits = RowLimitsOf(target->facts, *schema, options_.enable_upsert_delete);
    JsonRows rows(TargetNames(target->facts, *schema), options_.enable_upsert_delete,
                  NestedColumns(target->facts, *schema),
                  ValuesOfDeletes(target->facts, *schema, options_.config));
    if (open == open_.end()) {
      open = open_
                 .emplace(schema->path, Open{target->name, target->same_key, schema,
                                             std::move(rows), std::move(limits)})
                 .first;
    } else {
      open->second.schema = schema;
      open->second.rows = std::move(rows);
      open->second.limits = std::move(limits);
    }
  }
  last_schema_ = schema;
  last_open_ = &open->second;
  return last_open_;
}

std::vector<RefusedRow> StarrocksWriter::Refused(const Chunk& chunk) {
  const auto open = Find(chunk.schema());
  return open ? (*open)->limits.Refused(chunk) : std::vector<RefusedRow>();  // Write tells why
}

Status StarrocksWriter::Write(const Chunk& chunk) {
  ASSIGN_OR_RETURN(Open * open, Find(chunk.schema()));
  if (open->transaction) {  // one that failed ends the run now, not at the next checkpoint
    const auto polled = open->transaction->Poll();
    if (!polled) return polled.error();
  }
  const bool first = flushes_ && open->empty();
  Append(*open, chunk);
  open->snapshot = open->snapshot || chunk.source_micros == 0;
  if (first && !open->empty()) {
    open->due = ctx_.env.Now() + *options_.flush_interval;
    dues_.emplace_back(open->due, open);
  }
  return {};
}

void StarrocksWriter::Append(Open& open, const Chunk& chunk) {
  const size_t bytes_max = std::min(kBatchBytesMax, static_cast<size_t>(options_.batch_max_bytes));
  for (uint32_t row = 0; row < chunk.rows(); ++row) {
    const bool replaced =
        options_.enable_upsert_delete && open.same_key && chunk.kind(row) == RowKind::kUpdateBefore;
    if (replaced) continue;
    const size_t before = open.batch.size();
    open.batch += open.batch.empty() ? '[' : ',';
    open.rows.Append(chunk, row, open.batch);
    ++open.batch_rows;
    open_bytes_ += open.batch.size() - before;
    const bool complete = open.batch.size() >= bytes_max ||
                          open.batch_rows >= options_.batch_max_rows ||
                          open_bytes_ >= kOpenBytesMax;
    if (complete) SendBatch(open);
  }
}

void StarrocksWriter::SendBatch(Open& open) {
  if (open.batch.empty()) return;
  if (!open.transaction) open.transaction = MakeTransaction(open);
  open_bytes_ -= open.batch.size();
  open.batch += ']';
  bytes_written_ += open.batch.size();
  const size_t size = open.batch.size();
  open.transaction->Add(std::move(open.batch), static_cast<uint64_t>(open.batch_rows), pool_,
                        open.strand);
  open.batch = {};
  open.batch.reserve(size + size / 8);
  open.batch_rows = 0;
}

// Flushes of a table share a strand, so that each begins when the one before it is over. Otherwise
// the transaction of the next checkpoint may begin while the one before it is being prepared.
std::shared_ptr<TableTransaction> StarrocksWriter::MakeTransaction(Open& open) {
  if (!open.line || !flushes_) {
    open.strand = ++strands_;
    open.line = std::make_shared<TransactionLine>();
  }
  if (Planted(Bug::kFlushesOverlap)) open.strand = ++strands_;
  return std::make_shared<TableTransaction>(TransactionSetup{
      ctx_, options_, client_, budget_, name_, open.target.database, open.target.table,
      LabelParts{ctx_.run, next_id_, id_, 0}, open.line, *targets_});
}

bool StarrocksWriter::NeedsCheckpoint(const Open& open) const {
  const bool snapshot = open.snapshot && !Planted(Bug::kSnapshotFlushed);
  return snapshot || next_id_ < ctx_.first_checkpoint + 2;
}

bool StarrocksWriter::WaitsForCommit(const Open& open) const {
  return open.after > targets_->committed() && !Planted(Bug::kFlushBeforePrepared);
}

// Commits what is open of a table.
void StarrocksWriter::Flush(Open& open) {
  SendBatch(open);
  open.transaction->End(TableTransaction::Outcome::kCommitted, false, pool_, open.strand);
  open.flushing = std::move(open.transaction);
  open.transaction = nullptr;
  flushing_.push_back(&open);
}

Status StarrocksWriter::PollFlushes() {
  std::vector<Open*> under_way;
  for (Open* open : flushing_) {
    ASSIGN_OR_RETURN(const std::optional<PreparedTxn> done, open->flushing->Poll());
    if (done || Planted(Bug::kFlushesOverlap)) {
      open->flushing = nullptr;
    } else {
      under_way.push_back(open);
    }
  }
  flushing_ = std::move(under_way);
  return {};
}

Result<std::optional<TimePoint>> StarrocksWriter::Tend(TimePoint now) {
  if (!flushes_) return std::nullopt;
  RETURN_IF_ERROR(PollFlushes());
  std::optional<TimePoint> next;
  while (!dues_.empty() && !next) {
    const auto [due, open] = dues_.front();
    const bool current = !open->empty() && open->due == due;
    if (current && due > now) {
      next = due;
    } else {
      dues_.pop_front();
      if (current) late_.emplace_back(due, open);
    }
  }
  for (auto& [due, open] : std::exchange(late_, {})) {
    if (open->empty() || open->due != due) continue;  // sealed meanwhile
    const bool needs_checkpoint = NeedsCheckpoint(*open);
    wants_checkpoint_ = wants_checkpoint_ || needs_checkpoint;
    const bool waits = WaitsForCommit(*open);
    if (!needs_checkpoint && !open->flushing && !waits) {
      Flush(*open);
      continue;
    }
    late_.emplace_back(due, open);  // the end of a flush wakes the task
    const bool polls = !needs_checkpoint && !open->flushing;
    if (polls) Probe("flush waits for a commit");
    if (polls) next = std::min(next.value_or(now + kCommitPoll), now + kCommitPoll);
  }
  return next;
}

bool StarrocksWriter::full() const {
  return budget_.unsent >= kUnsentBytesMax;
}

Status StarrocksWriter::Rebind(const SchemaChange& change) {
  const auto open = open_.find(change.before->path);
  if (open != open_.end()) {
    CHECK(open->second.empty());
    std::erase_if(dues_, [&](const auto& due) { return due.second == &open->second; });
    std::erase(flushing_, &open->second);
    std::erase_if(late_, [&](const auto& late) { return late.second == &open->second; });
    open_.erase(open);  // the target is looked up anew with the next row
  }
  last_schema_ = nullptr;
  return {};
}

Status StarrocksWriter::Seal(CheckpointId id) {
  CHECK(id == next_id_);
  sealed_[id] = {};
  for (auto& [path, open] : open_) {
    SendBatch(open);
    open.batch = {};  // the room of a batch is kept by tables that are being written only
    if (open.flushing) sealed_[id].push_back({open.flushing, false});
    if (open.transaction) Seal(open, id);
  }
  wants_checkpoint_ = false;
  next_id_ = id + 1;
  return {};
}

void StarrocksWriter::Seal(Open& open, CheckpointId id) {
  const bool prepares = !flushes_ || NeedsCheckpoint(open) || WaitsForCommit(open);
  using enum TableTransaction::Outcome;
  open.transaction->End(prepares ? kPrepared : kCommitted, true, pool_, open.strand);
  sealed_[id].push_back({open.transaction, prepares});
  if (flushes_) {
    if (!open.flushing) flushing_.push_back(&open);
    open.flushing = open.transaction;
    if (prepares) open.after = id;
    open.snapshot = false;
  }
  open.transaction = nullptr;
}

Result<std::optional<Prepared>> StarrocksWriter::PollPrepared(CheckpointId id) {
  const auto sealed = sealed_.find(id);
  CHECK(sealed != sealed_.end());
  std::vector<PreparedTxn> work;
  for (const Sealed& one : sealed->second) {
    ASSIGN_OR_RETURN(const std::optional<PreparedTxn> done, one.transaction->Poll());
    if (!done && !one.work && Planted(Bug::kFlushTakenForCommitted)) continue;
    if (!done) return std::nullopt;
    if (one.work) work.push_back(*done);
  }
  sealed_.erase(sealed);
  return std::optional<Prepared>(EncodeWork(work));
}

}  // namespace sluice::starrocks
