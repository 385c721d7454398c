// SPDX-License-Identifier: Apache-2.0
// IoPool: the threads that blocking clients run on (HTTP, SQL, log streams), so that the logic of a
// pipeline never waits on a socket.
//
// Jobs carry a strand. Jobs of one strand run in the order of Run, one at a time; different strands
// run side by side on at most `threads_max` threads. A strand that always has work cannot starve
// the others: after each job it goes to the back. Threads start when there is work for them and
// live until Stop; an idle pool uses no CPU.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/sync.h"
#include "base/thread.h"

namespace sluice {

class IoPool {
 public:
  // `name` and a number name the threads. A long-running job (a log stream) occupies one thread, so
  // `threads_max` is at least the number of strands that block for long.
  IoPool(std::string name, size_t threads_max);
  IoPool(const IoPool&) = delete;
  IoPool& operator=(const IoPool&) = delete;
  ~IoPool() { Stop(); }

  // Any thread, a running job included. Does not wait. After Stop the job is dropped: destroyed
  // without having run, so whoever waits for its outcome must also watch the CancelToken.
  void Run(uint64_t strand, std::function<void()> job);

  // Drops the queued jobs and waits for the running ones, which the owner has cancelled through
  // their CancelToken or Interrupt before. May be called again. REQUIRES: not called from a job.
  void Stop();

  size_t threads() const;  // started so far

 private:
  struct Strand {
    std::deque<std::function<void()>> jobs;
    bool running = false;
  };

  void Work();
  void StartThread();  // REQUIRES: mutex_ held

  const std::string name_;
  const size_t threads_max_;
  mutable Mutex mutex_;
  CondVar work_;
  std::unordered_map<uint64_t, Strand> strands_;  // those with queued or running jobs
  std::deque<uint64_t> ready_;                    // have jobs, none of which is running
  std::vector<Thread> threads_;
  size_t idle_ = 0;
  bool stopped_ = false;
};

}  // namespace sluice
