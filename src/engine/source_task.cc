// SPDX-License-Identifier: Apache-2.0
#include "engine/source_task.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/probe.h"

namespace sluice {
namespace {

constexpr Duration kReadSlice =
    std::chrono::milliseconds(10);  // how long a barrier may have to wait
constexpr Duration kLinger =
    std::chrono::milliseconds(50);  // rows never wait longer for a full chunk
constexpr Duration kIdleMax = std::chrono::milliseconds(500);

}  // namespace

void SourceTask::Counter::Emit(Event event) {
  if (const auto* chunk = std::get_if<ChunkPtr>(&event)) {
    const size_t bytes = (*chunk)->bytes();
    task_.rows_read_ += (*chunk)->rows();
    task_.bytes_read_ += bytes;
    task_.counters_.rows_read += (*chunk)->rows();
    task_.counters_.bytes_read += bytes;
    task_.limit_.Spend((*chunk)->rows(), bytes);
  }
  task_.tree_->Emit(std::move(event));
}

SourceTask::SourceTask(SourceTaskParts parts)
    : id_(parts.id),
      run_(parts.run),
      ctx_(parts.ctx),
      source_(parts.source),
      ports_(std::move(parts.ports)),
      tree_(std::move(parts.tree)),
      counters_(parts.counters),
      report_(std::move(parts.report)),
      limit_(parts.limit),
      wakeup_(std::move(parts.wakeup)) {}

SourceTask::~SourceTask() {
  Stop();
  thread_.Join();
}

void SourceTask::Start() {
  thread_ = Thread(fmt::format("source-{}", id_), [this] { Loop(); });
}

void SourceTask::Send(Message message) {
  const std::lock_guard lock(mutex_);
  messages_.push_back(std::move(message));
  wakeup_->Notify();
}

void SourceTask::Assign(Split split) {
  Send(std::move(split));
}

void SourceTask::SendBarrier(const Barrier& barrier, bool hold) {
  Send(BarrierToPass{barrier, hold});
}

void SourceTask::TakeChange() {
  Send(Take{});
}

void SourceTask::PassChange(const SchemaChange& change, bool emit) {
  Send(Pass{change, emit});
}

void SourceTask::NotifyComplete(CheckpointId id) {
  Send(Complete{id});
}

void SourceTask::Stop() {
  const std::lock_guard lock(mutex_);
  stop_ = true;
  wakeup_->Notify();
}

void SourceTask::Loop() {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (stop_) break;
    }
    idle_ = Duration(0);
    const Status status = Step();
    if (!status.ok()) {
      report_(TaskFailed{run_, status});
      break;
    }
    for (SinkPort& port : ports_) {
      if (port.writer) idle_ = port.writer->Tend(idle_);
    }
    if (idle_.count() > 0) wakeup_->Wait(idle_);
  }
  // Plugin objects end on the thread that used them.
  reader_.reset();
  tree_.reset();
  ports_.clear();
}

Status SourceTask::Step() {
  RETURN_IF_ERROR(HandleMessages());
  for (SinkPort& port : ports_) {
    if (port.writer) port.writer->PollPrepared();
  }
  RETURN_IF_ERROR(CheckDownstream());
  limit_.Refill(ctx_.env.Now());
  if (!reader_ || ended_ || held_ || at_change_) {
    idle_ = kIdleMax;
    return {};
  }
  if (counter_.full()) {  // back-pressure: the writer or the limit will let us go on
    idle_ = kReadSlice;
    return {};
  }
  return ReadOnce();
}

Status SourceTask::HandleMessages() {
  while (true) {
    Message message;
    {
      const std::lock_guard lock(mutex_);
      if (messages_.empty()) return {};
      if (std::holds_alternative<BarrierToPass>(messages_.front()) && inside()) {
        Probe("barrier waits inside a transaction");
        return {};
      }
      message = std::move(messages_.front());
      messages_.pop_front();
    }
    RETURN_IF_ERROR(std::visit([&](auto& one) { return Handle(one); }, message));
  }
}

// A barrier has to wait, for reading on leads out of it.
bool SourceTask::inside() const {
  const bool reads = reader_ && !ended_ && !held_ && !at_change_;
  return reads && !reader_->at_boundary();
}

Status SourceTask::OpenSplit(Split split) {
  if (ended_) return {};
  split_ = split;
  auto reader = source_.Open(ctx_, std::move(split));
  if (!reader) return reader.error().In(fmt::format("opening split {}", split_->id));
  reader_ = std::move(*reader);
  flush_at_ = ctx_.env.Now() + kLinger;
  return {};
}

Status SourceTask::Handle(const Complete& message) {
  return reader_ ? reader_->OnCheckpointComplete(message.id) : Status();
}

Status SourceTask::Handle(const BarrierToPass& message) {
  const Barrier& barrier = message.barrier;
  SourceSaved report{{run_, barrier.id, id_, {}}};
  if (reader_) {
    RETURN_IF_ERROR(reader_->Flush(counter_));
    report.saved.splits.push_back(reader_->Save());
  }
  tree_->Emit(barrier);
  ended_ = barrier.last;
  held_ = message.hold;
  RETURN_IF_ERROR(CheckDownstream());
  report.rows_read = rows_read_;
  report.bytes_read = bytes_read_;
  report_(std::move(report));
  return {};
}

Status SourceTask::ReadOnce() {
  const TimePoint now = ctx_.env.Now();
  auto poll = reader_->Read(counter_, now + kReadSlice);
  if (!poll) return poll.error();
  if (*poll == Poll::kDone) return FinishSplit();
  if (*poll == Poll::kSchemaChange) return StandAtChange();
  const TimePoint after = ctx_.env.Now();
  if (after >= flush_at_) {
    RETURN_IF_ERROR(reader_->Flush(counter_));
    flush_at_ = after + kLinger;
  }
  if (*poll == Poll::kIdle) idle_ = std::max(flush_at_ - after, Duration(1000));
  return CheckDownstream();
}

Status SourceTask::FinishSplit() {
  RETURN_IF_ERROR(reader_->Flush(counter_));
  SplitFinished finished{id_, std::move(*split_), reader_->TakeReport()};
  reader_.reset();
  split_.reset();
  RETURN_IF_ERROR(CheckDownstream());
  report_(std::move(finished));
  return {};
}

Status SourceTask::StandAtChange() {
  RETURN_IF_ERROR(reader_->Flush(counter_));
  RETURN_IF_ERROR(CheckDownstream());
  at_change_ = true;
  report_(ChangeReached{run_, id_});
  return {};
}

Status SourceTask::Handle(const Take& /*message*/) {
  CHECK(reader_ && at_change_);
  ASSIGN_OR_RETURN(SchemaChange change, reader_->TakeSchemaChange());
  CHECK(change.before && change.after);
  ASSIGN_OR_RETURN(std::vector<TargetChange> for_targets, tree_->Rebind(change));
  report_(ChangeTaken{run_, id_, std::move(change), std::move(for_targets)});
  return {};
}

// Every tree must know the new schema, whoever reads its rows next; one task tells the writers.
Status SourceTask::Handle(const Pass& message) {
  if (message.emit) {
    at_change_ = false;
    tree_->Emit(message.change);
    return CheckDownstream();
  }
  const auto rebound = tree_->Rebind(message.change);
  return rebound ? Status() : rebound.error();
}

Status SourceTask::CheckDownstream() const {
  if (!tree_->status().ok()) return tree_->status();
  for (const SinkPort& port : ports_) {
    if (port.writer && !port.writer->status().ok()) return port.writer->status();
  }
  return {};
}

}  // namespace sluice
