// SPDX-License-Identifier: Apache-2.0
#include "cli/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/text.h"

namespace sluice::cli {
namespace {

constexpr double kMicrosPerSecond = 1e6;
constexpr std::string_view kStars = "***********************************************\n";

double PerSecond(uint64_t now, uint64_t before, double seconds) {
  if (seconds <= 0 || now < before) return 0;
  return static_cast<double>(now - before) / seconds;
}

std::string Line(std::string_view name, std::string_view value) {
  return fmt::format("{:<26}: {:>19}\n", name, value);
}

std::string WallTime(int64_t micros) {
  std::string out;
  AppendTimestamp(micros, 0, out);
  return out;
}

}  // namespace

std::string ShortBytes(double bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  while (bytes >= 1024 && unit + 1 < std::size(kUnits)) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", bytes, unit == 0 ? 0 : 1, kUnits[unit]);
}

std::string ShortMicros(double micros) {
  constexpr double kMinute = 60;
  constexpr double kHour = 3600;
  const double seconds = micros / kMicrosPerSecond;
  if (seconds < 1) return fmt::format("{:.0f} ms", micros / 1000);
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  if (seconds < kMinute) return fmt::format("{:.0f} s", seconds);
  const auto whole = static_cast<int64_t>(seconds);
  if (seconds < kHour) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string ProgressMeter::TimeLeft(double done, TimePoint now) {
  if (!first_done_) {
    first_done_ = done;
    first_at_ = now;
  }
  const double gained = done - *first_done_;
  if (gained <= 0) return "";
  const auto spent = static_cast<double>((now - first_at_).count());
  return fmt::format(", about {} left", ShortMicros(spent * (1 - done) / gained));
}

std::string ProgressMeter::Line(const JobProgress& progress, TimePoint now) {
  const double seconds = static_cast<double>((now - last_at_).count()) / kMicrosPerSecond;
  std::string out =
      fmt::format("{}: {:.0f} rows/s, {}/s, {} read, {} written, {} visible", progress.state,
                  PerSecond(progress.rows_read, last_.rows_read, seconds),
                  ShortBytes(PerSecond(progress.bytes_read, last_.bytes_read, seconds)),
                  progress.rows_read, progress.rows_written, progress.rows_committed);
  if (progress.lag_micros >= 0) {
    out += fmt::format(", lag {}", ShortMicros(static_cast<double>(progress.lag_micros)));
  }
  if (progress.snapshot >= 0 && progress.snapshot < 1) {
    out += fmt::format(", snapshot {:.1f} %", progress.snapshot * 100);
    out += TimeLeft(progress.snapshot, now);
  }
  if (progress.last_checkpoint > 0) {
    out += fmt::format(", checkpoint {}", progress.last_checkpoint);
  }
  if (progress.restarts > 0) out += fmt::format(", {} restarts", progress.restarts);
  last_ = progress;
  last_at_ = now;
  return out;
}

std::string StatisticsBlock(const JobSummary& summary, int64_t wall_offset_micros) {
  const JobProgress& progress = summary.progress;
  const int64_t start = summary.started_wall_micros;
  const int64_t end = summary.ended_wall_micros;
  const auto read = static_cast<int64_t>(progress.rows_read);
  const auto written = static_cast<int64_t>(progress.rows_written);
  std::string out(kStars);
  out += fmt::format("{:^47}", "Job Statistic Information");
  out.erase(out.find_last_not_of(' ') + 1);
  out += '\n';
  out += kStars;
  out += cli::Line("Start Time", WallTime(start + wall_offset_micros));
  out += cli::Line("End Time", WallTime(end + wall_offset_micros));
  out += cli::Line("Total Time(s)", fmt::format("{}", (end - start) / 1000000));
  out += cli::Line("Total Read Count", fmt::format("{}", read));
  out += cli::Line("Total Write Count", fmt::format("{}", written));
  out += cli::Line("Total Failed Count", fmt::format("{}", std::max<int64_t>(read - written, 0)));
  return out + std::string(kStars);
}

std::string ErrorBlock(const Status& status) {
  const std::string ruler(79, '=');
  const bool config = status.code() == Code::kInvalidConfig;
  std::string text = config ? std::string(status.message()) : status.ToString();
  const auto lines = std::ranges::count(text, '\n');
  if (config && lines > 0) text = fmt::format("{} mistakes\n{}", lines + 1, text);
  return fmt::format("{}\n\n{}\n\nReason: {}\n\n{}\n", ruler,
                     config ? "Config Error:" : "Fatal Error,", text, ruler);
}

}  // namespace sluice::cli
