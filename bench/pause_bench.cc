// SPDX-License-Identifier: Apache-2.0
// pause_bench JOB STATE_DIR PREPARE_MS: runs a bounded job file into a sink named Checksum that
// takes so long to prepare each checkpoint; how long rows rested because of a checkpoint, and how
// long between two chunks of the same one.
#include <cstdlib>

#include "bench/checksum_sink.h"
#include "bench/job_world.h"
#include "bench/timing.h"

namespace sluice::bench {
namespace {

Status Measure(const std::string& job, const std::string& state_dir, int prepare_ms) {
  WriteGaps gaps;
  JobWorld world(ChecksumSink(std::chrono::milliseconds(prepare_ms), &gaps));
  ASSIGN_OR_RETURN(JobPlan plan, world.Load(job));
  const double begin = WallSeconds();
  ASSIGN_OR_RETURN(const uint64_t rows, world.Run(std::move(plan), state_dir));
  Print("rows", static_cast<double>(rows));
  Print("seconds", WallSeconds() - begin);
  for (const double seconds : gaps.across) Print("across", seconds);
  for (const double seconds : gaps.within) Print("within", seconds);
  return {};
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  return sluice::bench::ExitCode(sluice::bench::Measure(argv[1], argv[2], std::atoi(argv[3])));
}
