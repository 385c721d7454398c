// SPDX-License-Identifier: Apache-2.0
#include "engine/writer_stage.h"

#include <algorithm>

namespace sluice {
namespace {

constexpr Duration kSleepMin = std::chrono::milliseconds(1);  // a writer that is late must not spin

}  // namespace

WriterStage::WriterStage(TaskId id, Run run, std::unique_ptr<Writer> writer, Env& env,
                         TaskCounters& counters, ReportFn report)
    : id_(id),
      run_(run),
      writer_(std::move(writer)),
      env_(env),
      counters_(counters),
      report_(std::move(report)) {}

void WriterStage::Emit(Event event) {
  if (status_.ok()) status_ = Take(event);
}

Status WriterStage::Take(const Event& event) {
  if (const auto* chunk = std::get_if<ChunkPtr>(&event)) return Write(**chunk);
  if (const auto* change = std::get_if<SchemaChange>(&event)) return writer_->Rebind(*change);
  if (const auto* barrier = std::get_if<Barrier>(&event)) return Seal(barrier->id);
  return {};
}

Status WriterStage::Seal(CheckpointId id) {
  RETURN_IF_ERROR(writer_->Seal(id));
  sealed_.push_back(id);
  report_(WriterSealed{id, rows_written_});
  return {};
}

Status WriterStage::Write(const Chunk& chunk) {
  const uint64_t before = writer_->rows_set_aside();
  RETURN_IF_ERROR(writer_->Write(chunk));
  const uint64_t written = chunk.rows() - (writer_->rows_set_aside() - before);
  rows_written_ += written;
  counters_.rows_written += written;
  if (chunk.source_micros > 0) counters_.lag_micros = env_.WallMicros() - chunk.source_micros;
  return {};
}

Duration WriterStage::Tend(Duration most) {
  if (!status_.ok()) return most;
  const TimePoint now = env_.Now();
  const auto due = writer_->Tend(now);
  if (!due) {
    status_ = due.error();
    return Duration(0);  // the task shall see it now
  }
  const bool wanted = writer_->wants_checkpoint();
  if (wanted && !told_wanted_) report_(CheckpointWanted{run_});
  told_wanted_ = wanted;
  return *due ? std::min(most, std::max(**due - now, kSleepMin)) : most;
}

void WriterStage::PollPrepared() {
  while (status_.ok() && !sealed_.empty()) {
    auto prepared = writer_->PollPrepared(sealed_.front());
    if (!prepared) {
      status_ = prepared.error();
      return;
    }
    if (!prepared->has_value()) return;
    report_(WriterPrepared{run_, sealed_.front(), id_, std::move(**prepared)});
    sealed_.pop_front();
  }
}

}  // namespace sluice
