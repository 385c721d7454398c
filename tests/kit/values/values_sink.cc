// SPDX-License-Identifier: Apache-2.0
#include "kit/values/values_sink.h"

#include <fmt/format.h>

#include <mutex>

#include "io/io_pool.h"

namespace sluice::kit {
namespace {

std::string LabelOf(Run run, CheckpointId id, uint32_t writer, SinkBug bug) {
  if (bug == SinkBug::kLabelsWithoutRun) run = 0;
  return fmt::format("r{}-c{}-w{}", run, id, writer);
}

class ValuesWriter final : public Writer {
 public:
  ValuesWriter(ValuesTarget& target, Faults& faults, SinkBug bug, Context& ctx, uint32_t id)
      : target_(target),
        faults_(faults),
        bug_(bug),
        ctx_(ctx),
        id_(id),
        next_(ctx.first_checkpoint),
        pool_("values", 1) {}

  Status Write(const Chunk& chunk) override {
    if (rows_.empty()) {
      const std::string label = LabelOf(ctx_.run, next_, id_, bug_);
      // Only to have a name for what is coming; Prepare does not need it.
      pool_.Run(0, [this, label] { static_cast<void>(target_.Begin(faults_, label)); });
    }
    ChunkBuilder builder(chunk.schema());
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      const bool gone = chunk.kind(row) == RowKind::kDelete;
      if (!gone || bug_ != SinkBug::kKeepsDeleted) CopyRow(chunk, row, builder);
    }
    if (builder.empty()) return {};
    const bool mixes = bug_ == SinkBug::kMixesCheckpoints && !sealed_.empty();
    ValuesWork& rows = mixes ? sealed_.rbegin()->second->rows : rows_;
    rows.emplace_back(builder.Finish(0));
    return {};
  }
  Status Rebind(const SchemaChange& change) override {
    if (bug_ != SinkBug::kKeepsOldTables) return {};
    return {Code::kUnsupported, "values keep their tables: " + change.ddl};
  }
  Status Seal(CheckpointId id) override {
    next_ = id + 1;
    auto sealed = std::make_shared<Sealed>();
    sealed->rows = std::exchange(rows_, {});
    {
      const std::lock_guard lock(mutex_);
      sealed_[id] = sealed;
    }
    if (sealed->rows.empty() && bug_ != SinkBug::kEmptyCalls) {
      sealed->done = true;
      return {};
    }
    sealed->label = LabelOf(ctx_.run, id, id_, bug_);
    if (bug_ == SinkBug::kWaits) {
      Prepare(*sealed);
    } else {
      pool_.Run(0, [this, sealed] { Prepare(*sealed); });
    }
    return {};
  }
  Result<std::optional<Prepared>> PollPrepared(CheckpointId id) override {
    const std::lock_guard lock(mutex_);
    const auto& sealed = sealed_.at(id);
    if (!sealed->done) return std::nullopt;
    if (!sealed->status.ok()) return Fail(sealed->status);
    return std::optional<Prepared>(sealed->label);
  }

 private:
  struct Sealed {
    std::string label;  // empty: nothing to prepare
    ValuesWork rows;
    bool done = false;
    Status status;
  };

  void CopyRow(const Chunk& chunk, uint32_t row, ChunkBuilder& builder) const {
    constexpr size_t kOld = 2;
    if (bug_ != SinkBug::kLosesNewValues || chunk.column_count() == kOld) {
      return builder.CopyRow(chunk, row);
    }
    for (size_t i = 0; i < kOld; ++i) builder.column(i).AppendFrom(chunk.column(i), row);
    for (size_t i = kOld; i < chunk.column_count(); ++i) builder.column(i).AppendNull();
    builder.EndRow(chunk.kind(row));
  }
  void Prepare(Sealed& sealed) {
    Status status = PrepareOnce(sealed);
    if (bug_ == SinkBug::kFailureIsFinal && status.retry() == Retry::kInPlace) {
      status = {Code::kUnsupported, std::string(status.message())};
    }
    {
      const std::lock_guard lock(mutex_);
      sealed.status = status;
      sealed.done = true;
    }
    ctx_.wake();
  }
  Status PrepareOnce(const Sealed& sealed) {
    if (bug_ == SinkBug::kShowsEarly) RETURN_IF_ERROR(target_.Show(faults_, sealed.rows));
    Status status = target_.Prepare(faults_, sealed.label, sealed.rows);
    if (status.ok()) return {};
    if (status.code() == Code::kSchemaMismatch && bug_ == SinkBug::kBadRowUnnamed) {
      return {Code::kSchemaMismatch, "a row was refused"};
    }
    if (bug_ == SinkBug::kTrustsNoAnswer) return {};
    return status;
  }

  ValuesTarget& target_;
  Faults& faults_;
  const SinkBug bug_;
  Context& ctx_;
  const uint32_t id_;
  CheckpointId next_;
  ValuesWork rows_;
  std::mutex mutex_;
  std::map<CheckpointId, std::shared_ptr<Sealed>> sealed_;
  IoPool pool_;  // last: its jobs use everything above
};

class ValuesCommitter final : public Committer {
 public:
  ValuesCommitter(ValuesTarget& target, Faults& faults, SinkBug bug)
      : target_(target), faults_(faults), bug_(bug) {}

  Status Commit(CheckpointId /*id*/, std::span<const Prepared> work) override {
    for (const Prepared& label : work) {
      if (!label.empty()) RETURN_IF_ERROR(CommitOne(label));
    }
    return {};
  }
  Status AbortOrphans(const OrphanRange& range) override {
    const uint32_t writers = bug_ == SinkBug::kForgetsSecondWriter ? 1 : range.writers;
    const Run first = bug_ == SinkBug::kSweepsEveryRun ? 1 : range.run;
    const Run last = bug_ == SinkBug::kSweepsEveryRun ? 9 : range.run;
    for (Run run = first; run <= last; ++run) {
      for (CheckpointId id = range.first; id <= range.last; ++id) {
        for (uint32_t writer = 0; writer < writers; ++writer) {
          RETURN_IF_ERROR(target_.Rollback(faults_, LabelOf(run, id, writer, bug_)));
        }
      }
    }
    return {};
  }
  Status Apply(const SchemaChange& change) override {
    const bool fresh = target_.Alter(*change.after);
    if (fresh || bug_ != SinkBug::kAltersAgain) return {};
    return {Code::kSchemaMismatch, "the column is there already: " + change.ddl};
  }

 private:
  Status CommitOne(const std::string& label) {
    ASSIGN_OR_RETURN(const ValuesState state, target_.State(faults_, label));
    const bool again = bug_ == SinkBug::kCommitsAgain;
    if (state == ValuesState::kCommitted && !again) return {};
    if (state != ValuesState::kPrepared && state != ValuesState::kCommitted) {
      if (bug_ == SinkBug::kLostIsFine) return {};
      return {Code::kCommitLost,
              fmt::format("{} of kit.first and kit.second is gone from the target", label)};
    }
    return target_.Commit(faults_, label, again);
  }

  ValuesTarget& target_;
  Faults& faults_;
  const SinkBug bug_;
};

class ValuesSink final : public Sink {
 public:
  ValuesSink(ValuesTarget& target, Faults& faults, SinkBug bug, std::string password)
      : target_(target), faults_(faults), bug_(bug), password_(std::move(password)) {}

  Delivery delivery() const override { return Delivery::kTwoPhase; }
  Status Prepare(Context& /*ctx*/, std::span<const SchemaRef> /*tables*/, bool /*fresh*/) override {
    if (password_ == kValuesPassword) return {};
    const std::string shown = bug_ == SinkBug::kTellsSecret ? password_ : "***";
    return {Code::kInvalidConfig, "the values target refuses the password " + shown};
  }
  bool follows_schema_changes() const override { return true; }
  bool replay_converges(std::string* why) const override {
    if (target_.upserts() || bug_ == SinkBug::kClaimsConvergence) return true;
    if (why != nullptr) *why = "every row is appended";
    return false;
  }
  Status CheckScan(Context& ctx, const Schema& rows) override {
    return target_.upserts() ? Status() : Sink::CheckScan(ctx, rows);
  }
  Status Scan(Context& ctx, const SchemaRef& rows, const ScanFn& each) override {
    RETURN_IF_ERROR(ctx.cancel.Check());
    ChunkBuilder builder(rows);
    bool leaves_out = bug_ == SinkBug::kScansInPart;
    for (const auto& [key, place] : target_.Rows(rows->path)) {
      if (std::exchange(leaves_out, false)) continue;
      builder.CopyRow(*place.first, place.second, RowKind::kInsert);
    }
    return builder.empty() ? Status() : each({builder.Finish(0), {}});
  }
  Result<TablePath> Target(const Schema& table) const override { return table.path; }
  Result<std::unique_ptr<Writer>> Open(Context& ctx, uint32_t writer) override {
    return std::make_unique<ValuesWriter>(target_, faults_, bug_, ctx, writer);
  }
  Result<std::unique_ptr<Committer>> OpenCommitter(Context& /*ctx*/) override {
    return std::make_unique<ValuesCommitter>(target_, faults_, bug_);
  }
  std::string Identity() const override { return "values"; }

 private:
  ValuesTarget& target_;
  Faults& faults_;
  const SinkBug bug_;
  const std::string password_;
};

}  // namespace

std::unique_ptr<Sink> MakeValuesSink(ValuesTarget& target, Faults& faults, SinkBug bug,
                                     std::string password) {
  return std::make_unique<ValuesSink>(target, faults, bug, std::move(password));
}

}  // namespace sluice::kit
