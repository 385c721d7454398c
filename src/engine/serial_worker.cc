// SPDX-License-Identifier: Apache-2.0
#include "engine/serial_worker.h"

namespace sluice {

SerialWorker::SerialWorker(const std::string& name) : thread_(name, [this] { Loop(); }) {}

SerialWorker::~SerialWorker() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wakeup_.Notify();
  thread_.Join();
}

void SerialWorker::Run(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  wakeup_.Notify();
}

void SerialWorker::Loop() {
  while (true) {
    std::function<void()> job;
    {
      const std::lock_guard lock(mutex_);
      if (jobs_.empty() && ending_) return;
      if (!jobs_.empty()) {
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
    }
    if (job) {
      job();
    } else {
      wakeup_.Wait(std::chrono::seconds(10));
    }
  }
}

}  // namespace sluice
