// SPDX-License-Identifier: Apache-2.0
#include "bench/timing.h"

#include <fmt/format.h>

#include <ctime>

namespace sluice::bench {
namespace {

double Seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

double ProcessSeconds() {
  return Seconds(CLOCK_PROCESS_CPUTIME_ID);
}

double ThreadSeconds() {
  return Seconds(CLOCK_THREAD_CPUTIME_ID);
}

double WallSeconds() {
  return Seconds(CLOCK_MONOTONIC);
}

void Print(std::string_view name, double value) {
  fmt::print("{} {}\n", name, value);
}

int ExitCode(const Status& status) {
  if (status.ok()) return 0;
  fmt::print(stderr, "{}\n", status.ToString());
  return 1;
}

}  // namespace sluice::bench
