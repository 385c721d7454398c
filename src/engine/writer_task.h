// SPDX-License-Identifier: Apache-2.0
// WriterTask: takes rows from the exchange of its sink into one writer. One thread.
#pragma once

#include <atomic>
#include <memory>

#include "base/thread.h"
#include "engine/exchange.h"
#include "engine/writer_stage.h"

namespace sluice {

class WriterTask {
 public:
  // `id`: among the writers of all sinks; `inbox`: among those of its own. `ctx` is the writer's
  // own; its wake is set here. All references outlive the task.
  WriterTask(TaskId id, Run run, Context& ctx, Exchange& exchange, uint32_t inbox, ReportFn report);
  ~WriterTask();

  // The stage is made after the task, because its writer needs this task's wake.
  void Start(std::unique_ptr<WriterStage> stage);
  void Stop();  // any thread

 private:
  void Loop();

  const TaskId id_;
  const Run run_;
  Exchange& exchange_;
  const uint32_t inbox_;
  ReportFn report_;
  std::unique_ptr<WriterStage> stage_;
  std::atomic<bool> stop_ = false;
  Thread thread_;
};

}  // namespace sluice
