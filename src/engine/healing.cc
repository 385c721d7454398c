// SPDX-License-Identifier: Apache-2.0
#include "engine/healing.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/logging.h"

namespace sluice {
namespace {

constexpr size_t kMarksMax = size_t{1} << 19U;  // of one writer, before a checkpoint is wanted

}  // namespace

Status Healing::BeginRun(const JobPlan& plan, const Context& ctx, CheckpointId from) {
  EndRun();
  if (done_) return {};
  // The digests would be compared with rows that were replaced since.
  if (from < committed_) {
    return {Code::kPositionLost,
            fmt::format("checkpoint {} was committed and the job must go back to {}, while its "
                        "targets are being healed: start again, and healing begins anew",
                        committed_, from)};
  }
  plan_ = &plan;
  ctx_.emplace(ctx);
  tables_.TakeSchemas(plan);
  while (marks_.size() < plan.writers()) marks_.emplace_back();
  for (HealingMarks& marks : marks_) marks.Undo(from);
  return {};
}

bool Healing::OnCommitted(CheckpointId id, std::optional<CheckpointId> snapshot_in) {
  if (done_) return false;
  committed_ = id;
  for (HealingMarks& marks : marks_) marks.Forget(id);
  const auto begun = sweep();
  if (!begun) {
    if (!snapshot_in || id < *snapshot_in) return false;
    LogInfo(
        fmt::format("healing: the snapshot is over; {}; now rows that the source no longer "
                    "has are looked for",
                    Summary()));
    const std::lock_guard lock(mutex_);
    sweep_ = std::make_shared<HealingSweep>(tables_, *plan_, *ctx_);
    return false;
  }
  const auto last = begun->last();
  if (!last || id < *last) return false;
  done_ = true;
  EndRun();
  tables_.Release();
  return true;
}

bool Healing::holds_end() const {
  if (done_) return false;
  const auto begun = sweep();
  return !begun || !begun->last();
}

bool Healing::wants_checkpoint() const {
  if (done_) return false;
  const auto begun = sweep();
  return (begun && begun->wants_checkpoint()) ||
         std::ranges::any_of(marks_, [](const auto& marks) { return marks.size() > kMarksMax; });
}

Status Healing::status() const {
  const auto begun = sweep();
  return begun ? begun->status() : Status();
}

// A writer may hold on to the sweep for a moment; its thread ends with the last of them.
void Healing::EndRun() {
  std::shared_ptr<HealingSweep> ended;
  const std::lock_guard lock(mutex_);
  ended.swap(sweep_);
}

std::string Healing::Summary() const {
  return fmt::format("{} rows compared: {} equal, {} rewritten, {} inserted, {} deleted",
                     counts_.compared.load(), counts_.equal.load(), counts_.rewritten.load(),
                     counts_.inserted.load(), counts_.deleted.load());
}

std::shared_ptr<HealingSweep> Healing::sweep() const {
  const std::lock_guard lock(mutex_);
  return sweep_;
}

Status Healing::Rebind(uint32_t sink, const SchemaChange& change) {
  if (done_) return {};
  ASSIGN_OR_RETURN(const bool changed, tables_.Rebind(sink, change.after));
  if (const auto begun = sweep(); changed && begun) begun->TablesChanged();
  return {};
}

}  // namespace sluice
