// SPDX-License-Identifier: Apache-2.0
#include "cli/watcher.h"

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <ctime>

#include "base/logging.h"
#include "cli/commands.h"

namespace sluice::cli {
namespace {

constexpr Duration kProgressEvery = std::chrono::seconds(5);
constexpr int64_t kSignalWaitNanos = 500'000'000;  // between two looks at the clock
constexpr int kEnded = SIGUSR2;                    // the job's end wakes the watcher

sigset_t WatchedSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, kLastCheckpointSignal);
  sigaddset(&set, kEnded);
  return set;
}

}  // namespace

void BlockStopSignals() {
  const sigset_t set = WatchedSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Watcher::Watcher(JobRunner& runner, Env& env)
    : runner_(runner), env_(env), thread_("watcher", [this] { Loop(); }) {}

Watcher::~Watcher() {
  ended_ = true;
  kill(getpid(), kEnded);
  thread_.Join();
}

void Watcher::OnSignal(int signal) {
  if (signal == kLastCheckpointSignal) {
    LogInfo("asked for a last checkpoint and a stop");
    return runner_.RequestStop();
  }
  const char* name = signal == SIGINT ? "SIGINT" : "SIGTERM";
  if (++signals_ > 1) {
    LogWarn(fmt::format("{} again: ends at once; the job resumes from its last checkpoint", name));
    std::_Exit(kExitInterrupted);
  }
  LogInfo(fmt::format("{}: takes a last checkpoint and stops; once more ends at once", name));
  runner_.RequestStop();
}

void Watcher::Loop() {
  const sigset_t set = WatchedSignals();
  ProgressMeter meter(env_.Now());
  TimePoint next = env_.Now() + kProgressEvery;
  while (!ended_) {
    const timespec wait{0, kSignalWaitNanos};
    const int signal = sigtimedwait(&set, nullptr, &wait);
    if (signal > 0 && signal != kEnded) OnSignal(signal);
    const TimePoint now = env_.Now();
    if (now < next) continue;
    LogInfo(meter.Line(runner_.progress(), now));
    next = now + kProgressEvery;
  }
}

}  // namespace sluice::cli
