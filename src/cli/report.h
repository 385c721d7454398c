// SPDX-License-Identifier: Apache-2.0
// What `sluice run` prints: progress lines, the statistics at the end, and errors. Pure.
#pragma once

#include <optional>
#include <string>

#include "engine/job_runner.h"

namespace sluice::cli {

// Turns snapshots of a job's counters into lines with rates since the last one. One thread.
class ProgressMeter {
 public:
  explicit ProgressMeter(TimePoint start) : last_at_(start) {}
  std::string Line(const JobProgress& progress, TimePoint now);

 private:
  std::string TimeLeft(double done, TimePoint now);

  TimePoint last_at_;
  JobProgress last_;
  // Where the bounded part was first seen under way, for its speed.
  std::optional<double> first_done_;
  TimePoint first_at_;
};

// SeaTunnel's block of a job that ended without error. `wall_offset_micros`: local time less UTC.
std::string StatisticsBlock(const JobSummary& summary, int64_t wall_offset_micros);

// Between rulers: "Config Error:" for mistakes that somebody must mend, "Fatal Error," for others.
std::string ErrorBlock(const Status& status);

std::string ShortBytes(double bytes);    // "1.5 MiB"
std::string ShortMicros(double micros);  // "1.5 s", "2 h 5 min"

}  // namespace sluice::cli
