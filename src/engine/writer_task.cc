// SPDX-License-Identifier: Apache-2.0
#include "engine/writer_task.h"

#include <fmt/format.h>

namespace sluice {
namespace {

constexpr Duration kWait = std::chrono::milliseconds(500);
constexpr Duration kWaitFull = std::chrono::milliseconds(10);

}  // namespace

WriterTask::WriterTask(TaskId id, Run run, Context& ctx, Exchange& exchange, uint32_t inbox,
                       ReportFn report)
    : id_(id), run_(run), exchange_(exchange), inbox_(inbox), report_(std::move(report)) {
  ctx.wake = [&wakeup = exchange.wakeup(inbox)] { wakeup.Notify(); };
}

WriterTask::~WriterTask() {
  Stop();
  thread_.Join();
}

void WriterTask::Start(std::unique_ptr<WriterStage> stage) {
  stage_ = std::move(stage);
  thread_ = Thread(fmt::format("writer-{}", id_), [this] { Loop(); });
}

void WriterTask::Stop() {
  stop_ = true;
  exchange_.wakeup(inbox_).Notify();
}

void WriterTask::Loop() {
  while (!stop_) {
    stage_->PollPrepared();
    const Duration wait = stage_->Tend(kWait);
    // Also of a writer that is full: it may stay so once it has failed.
    if (stage_->status().ok() && stage_->full()) {
      exchange_.wakeup(inbox_).Wait(kWaitFull);
      continue;
    }
    if (stage_->status().ok()) {
      if (auto event = exchange_.Next(inbox_, wait)) stage_->Emit(std::move(*event));
    }
    if (!stage_->status().ok()) {
      report_(TaskFailed{run_, stage_->status()});
      break;
    }
  }
  stage_.reset();
}

}  // namespace sluice
