// SPDX-License-Identifier: Apache-2.0
#include "engine/task_set.h"

#include <fmt/format.h>

#include "base/check.h"

namespace sluice {
namespace {

constexpr size_t kChannelBytesMax = size_t{8} << 20U;

}  // namespace

TaskSet::TaskSet(JobPlan& plan, const Context& base, TaskCounters& counters, ReportFn report)
    : plan_(plan),
      base_(base),
      counters_(counters),
      report_(std::move(report)),
      parallelism_(plan.parallelism),
      before_{counters.rows_read, counters.bytes_read, counters.rows_written} {}

TaskSet::~TaskSet() {
  base_.cancel.Cancel();
  for (auto& task : sources_) task->Stop();
  for (auto& task : writers_) task->Stop();
  sources_.clear();
  writers_.clear();
}

Status TaskSet::Open(const std::optional<Manifest>& from) {
  Context& ctx = contexts_.emplace_back(base_);
  std::optional<Bytes> saved;
  if (from) {
    saved = from->enumerator;
    restored_.assign(from->splits.begin(), from->splits.end());
  }
  ASSIGN_OR_RETURN(enumerator_, plan_.source->Enumerate(ctx, std::move(saved)));
  if (parallelism_ > 1) RETURN_IF_ERROR(OpenWriters());
  RETURN_IF_ERROR(OpenSources());
  return AssignSplits();
}

Result<std::unique_ptr<WriterStage>> TaskSet::MakeStage(TaskId id, Context& ctx) {
  ASSIGN_OR_RETURN(auto writer, plan_.sink->Open(ctx, id));
  return std::make_unique<WriterStage>(id, base_.run, std::move(writer), base_.env, counters_,
                                       report_);
}

Status TaskSet::OpenWriters() {
  exchange_ = std::make_unique<Exchange>(parallelism_, parallelism_, kChannelBytesMax);
  for (TaskId id = 0; id < parallelism_; ++id) {
    Context& ctx = contexts_.emplace_back(base_);
    auto task = std::make_unique<WriterTask>(id, base_.run, ctx, *exchange_, report_);
    ASSIGN_OR_RETURN(auto stage, MakeStage(id, ctx));
    task->Start(std::move(stage));
    writers_.push_back(std::move(task));
  }
  return {};
}

Status TaskSet::OpenSources() {
  const RateLimit limit(plan_.env.read_limit_rows_per_second.value_or(0),
                        plan_.env.read_limit_bytes_per_second.value_or(0));
  for (TaskId id = 0; id < parallelism_; ++id) {
    Context& ctx = contexts_.emplace_back(base_);
    // The writer of a one-thread pipeline keeps a copy of the wake, so it is bound before the
    // writer is made.
    auto wakeup = std::make_shared<Wakeup>();
    ctx.wake = [wakeup] { wakeup->Notify(); };
    ASSIGN_OR_RETURN(auto transforms, plan_.MakeTransforms());
    std::unique_ptr<WriterStage> stage;
    if (!exchange_) {
      ASSIGN_OR_RETURN(stage, MakeStage(id, ctx));
    }
    auto task = std::make_unique<SourceTask>(
        SourceTaskParts{id, base_.run, ctx, *plan_.source, std::move(transforms),
                        exchange_ ? exchange_->Sender(id) : nullptr, std::move(stage), counters_,
                        report_, limit, wakeup});
    if (exchange_) exchange_->OnRoom(id, wakeup.get());
    sources_.push_back(std::move(task));
    free_.insert(id);
  }
  for (auto& task : sources_) task->Start();
  return {};
}

Status TaskSet::PassChange(TaskId source, const SchemaChange& change) {
  RETURN_IF_ERROR(enumerator_->OnSchemaChange(change));
  for (TaskId id = 0; id < sources_.size(); ++id) sources_[id]->PassChange(change, id == source);
  return {};
}

void TaskSet::SendBarriers(const Barrier& barrier, bool hold) {
  aligning_ = barrier;
  saved_.clear();
  counted_ = before_;
  sealed_ = 0;
  for (auto& task : sources_) task->SendBarrier(barrier, hold);
}

void TaskSet::NotifyComplete(CheckpointId id) {
  for (auto& task : sources_) task->NotifyComplete(id);
}

Result<TaskSet::Outcome> TaskSet::OnReport(TaskReport report) {
  Outcome outcome;
  if (auto* finished = std::get_if<SplitFinished>(&report)) {
    if (aligning_ && saved_.contains(finished->source)) {
      set_aside_.push_back(std::move(*finished));
      return outcome;
    }
    RETURN_IF_ERROR(Finished(*finished));
  } else if (auto* saved = std::get_if<SourceSaved>(&report)) {
    return Saved(std::move(*saved));
  } else if (const auto* sealed = std::get_if<WriterSealed>(&report)) {
    counted_.rows_written += sealed->rows_written;
    ++sealed_;
    MaybeTellCounters(outcome);
  } else if (auto* prepared = std::get_if<WriterPrepared>(&report)) {
    outcome.inputs.emplace_back(std::move(*prepared));
  } else if (const auto* reached = std::get_if<ChangeReached>(&report)) {
    outcome.inputs.emplace_back(*reached);
  } else if (auto* taken = std::get_if<ChangeTaken>(&report)) {
    outcome.inputs.emplace_back(std::move(*taken));
  } else {
    outcome.inputs.emplace_back(std::get<TaskFailed>(std::move(report)));
  }
  return outcome;
}

Status TaskSet::Finished(const SplitFinished& finished) {
  free_.insert(finished.source);
  return enumerator_->OnFinished(finished.split, finished.report);
}

Result<TaskSet::Outcome> TaskSet::Saved(SourceSaved report) {
  TaskSaved& saved = report.saved;
  CHECK(aligning_ && aligning_->id == saved.id);
  Outcome outcome;
  saved_.insert(saved.source);
  counted_.rows_read += report.rows_read;
  counted_.bytes_read += report.bytes_read;
  // Splits of an earlier run that nobody reads yet are still part of the state.
  if (saved.source == 0) {
    saved.splits.insert(saved.splits.end(), restored_.begin(), restored_.end());
  }
  const CheckpointId id = saved.id;
  outcome.inputs.emplace_back(std::move(saved));
  if (saved_.size() < sources_.size()) return outcome;
  enumerator_saved_ =
      EnumeratorSaved{base_.run, id, enumerator_->Save(), {}, base_.env.WallMicros()};
  MaybeTellCounters(outcome);
  aligning_.reset();
  for (const SplitFinished& finished : std::exchange(set_aside_, {})) {
    RETURN_IF_ERROR(Finished(finished));
  }
  return outcome;
}

// The counters go with the enumerator's state once every writer has counted too.
void TaskSet::MaybeTellCounters(Outcome& outcome) {
  if (!enumerator_saved_ || sealed_ < parallelism_) return;
  enumerator_saved_->counters = {counted_.rows_read, counted_.bytes_read, counted_.rows_written};
  outcome.inputs.emplace_back(std::move(*enumerator_saved_));
  enumerator_saved_.reset();
}

Status TaskSet::AssignSplits() {
  if (aligning_) return {};
  while (!free_.empty()) {
    if (restored_.empty()) {
      ASSIGN_OR_RETURN(const std::vector<Split> more, enumerator_->Next(free_.size()));
      restored_.insert(restored_.end(), more.begin(), more.end());
    }
    if (restored_.empty()) break;
    const TaskId task = *free_.begin();
    free_.erase(free_.begin());
    sources_[task]->Assign(std::move(restored_.front()));
    restored_.pop_front();
  }
  source_done_ = free_.size() == sources_.size() && restored_.empty() && enumerator_->done();
  return {};
}

}  // namespace sluice
