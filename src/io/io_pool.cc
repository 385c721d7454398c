// SPDX-License-Identifier: Apache-2.0
#include "io/io_pool.h"

#include <utility>

#include "base/check.h"

namespace sluice {

IoPool::IoPool(std::string name, size_t threads_max)
    : name_(std::move(name)), threads_max_(threads_max) {
  CHECK(threads_max > 0);
}

void IoPool::Run(uint64_t strand, std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  Strand& queue = strands_[strand];
  queue.jobs.push_back(std::move(job));
  if (queue.running || queue.jobs.size() > 1) return;
  ready_.push_back(strand);
  // A woken thread stays counted as idle until it runs, hence the comparison with what is ready.
  if (ready_.size() > idle_ && threads_.size() < threads_max_) StartThread();
  work_.notify_one();
}

void IoPool::StartThread() {
  threads_.emplace_back(name_ + "-" + std::to_string(threads_.size()), [this] { Work(); });
}

void IoPool::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    work_.wait(lock, [&] { return stopped_ || !ready_.empty(); });
    --idle_;
    if (stopped_) return;
    const uint64_t id = ready_.front();
    ready_.pop_front();
    // References into the map stay valid while other strands come and go.
    Strand& strand = strands_[id];
    std::function<void()> job = std::move(strand.jobs.front());
    strand.jobs.pop_front();
    strand.running = true;
    lock.unlock();
    job();
    job = nullptr;  // what it captured may take locks of its own
    lock.lock();
    strand.running = false;
    if (strand.jobs.empty()) {
      strands_.erase(id);
    } else {
      ready_.push_back(id);
    }
  }
}

void IoPool::Stop() {
  std::vector<Thread> threads;
  std::vector<std::deque<std::function<void()>>> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    ready_.clear();
    for (auto& [id, strand] : strands_) dropped.push_back(std::exchange(strand.jobs, {}));
    threads.swap(threads_);
    work_.notify_all();
  }
  dropped.clear();
  for (Thread& thread : threads) thread.Join();
}

size_t IoPool::threads() const {
  const std::lock_guard lock(mutex_);
  return threads_.size();
}

}  // namespace sluice
