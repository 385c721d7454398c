// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <ctime>

#include "base/logging.h"
#include "cli/commands.h"
#include "cli/job_plan.h"
#include "cli/json_report.h"
#include "cli/report.h"
#include "cli/state_dir.h"
#include "cli/watcher.h"

namespace sluice::cli {
namespace {

int64_t WallOffsetMicros(int64_t wall_micros) {
  const auto seconds = static_cast<time_t>(wall_micros / 1000000);
  tm local{};
  if (localtime_r(&seconds, &local) == nullptr) return 0;
  return int64_t{local.tm_gmtoff} * 1000000;
}

JobSummary RunPlan(JobPlan plan, const RunArgs& args, const World& world) {
  JobRunOptions options{.state_dir = args.state_dir,
                        .fresh = args.fresh,
                        .restore = args.restore,
                        .checkpoints_kept = args.max_retained,
                        .rerun = args.once ? Rerun::kOnce : Rerun::kAnew,
                        .heal = args.heal};
  if (options.state_dir.empty()) options.state_dir = StateDir(plan.env.job_name);
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
    if (args.json) world.out << ErrorJson(diagnostics.ToStatus()) << '\n';
    world.err << ErrorBlock(diagnostics.ToStatus());
    return kExitFailed;
  }
  const std::string name = plan.env.job_name;
  const JobSummary summary = RunPlan(std::move(plan), args, world);
  if (args.json) world.out << RunJson(name, summary) << '\n' << std::flush;
  if (summary.outcome == Outcome::kFailed) {
    world.err << ErrorBlock(summary.status);
    return kExitFailed;
  }
  if (args.json) return kExitOk;
  if (summary.finished_before) {
    world.out << fmt::format("{} has finished: nothing to go on from\n", name);
    return kExitOk;
  }
  world.out << StatisticsBlock(summary, WallOffsetMicros(summary.ended_wall_micros)) << std::flush;
  return kExitOk;
}

}  // namespace sluice::cli
