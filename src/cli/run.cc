// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <ctime>

#include "base/logging.h"
#include "cli/commands.h"
#include "cli/job_plan.h"
#include "cli/report.h"
#include "cli/watcher.h"

namespace sluice::cli {
namespace {

// A job name may hold anything; a directory may not.
std::string AsFileName(const std::string& name) {
  std::string out;
  for (const char c : name) out += c == '/' || c == '\0' ? '_' : c;
  return out.empty() || out == "." || out == ".." ? "_" + out : out;
}

int64_t WallOffsetMicros(int64_t wall_micros) {
  const auto seconds = static_cast<time_t>(wall_micros / 1000000);
  tm local{};
  if (localtime_r(&seconds, &local) == nullptr) return 0;
  return int64_t{local.tm_gmtoff} * 1000000;
}

JobSummary RunPlan(JobPlan plan, const RunArgs& args, const World& world) {
  JobRunOptions options{
      .state_dir = args.state_dir, .fresh = args.fresh, .checkpoints_kept = args.max_retained};
  if (options.state_dir.empty()) options.state_dir = ".sluice/" + AsFileName(plan.env.job_name);
  LogInfo(fmt::format("job {}: state in {}", plan.env.job_name, options.state_dir));
  JobRunner runner(std::move(plan), std::move(options),
                   {world.env, world.http, world.sql, world.phases});
  const Watcher watcher(runner, world.env);
  return runner.Run();
}

}  // namespace

int Run(const RunArgs& args, World& world) {
  BlockStopSignals();
  Diagnostics diagnostics;
  JobPlan plan = LoadPlan(args.job, world, diagnostics);
  for (const std::string& note : plan.notes) LogInfo(note);
  if (!diagnostics.ok()) {
    world.err << ErrorBlock(diagnostics.ToStatus());
    return kExitFailed;
  }
  const JobSummary summary = RunPlan(std::move(plan), args, world);
  if (summary.outcome == Outcome::kFailed) {
    world.err << ErrorBlock(summary.status);
    return kExitFailed;
  }
  world.out << StatisticsBlock(summary, WallOffsetMicros(summary.ended_wall_micros)) << std::flush;
  return kExitOk;
}

}  // namespace sluice::cli
