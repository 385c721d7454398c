// SPDX-License-Identifier: Apache-2.0
#include "bench/job_world.h"

#include "engine/job_runner.h"
#include "io/http_curl.h"

namespace sluice::bench {

JobWorld::JobWorld(Plugin plugin)
    : http_(MakeCurlClient(env_)),
      sql_(MakeSqlClient()),
      phases_(cli::MakePhaseHook(env_, nullptr)) {
  RegisterPlugins(registry_);
  registry_.Add(std::move(plugin));
}

Result<JobPlan> JobWorld::Load(const std::string& job_file) {
  Diagnostics diagnostics;
  const cli::World world{env_, *http_, *sql_, *phases_, registry_, out_, out_};
  JobPlan plan =
      cli::LoadPlan({.config = job_file, .variables = {}, .name = ""}, world, diagnostics);
  if (!diagnostics.ok()) return Fail(diagnostics.ToStatus());
  return plan;
}

Result<uint64_t> JobWorld::Run(JobPlan plan, const std::string& state_dir) {
  JobRunner runner(std::move(plan), {.state_dir = state_dir, .fresh = true},
                   {env_, *http_, *sql_, *phases_});
  const JobSummary summary = runner.Run();
  if (summary.outcome == Outcome::kFailed) return Fail(summary.status);
  return summary.progress.rows_written;
}

Context JobWorld::MakeContext() {
  return {env_, *http_, *sql_, *phases_, {}, "bench", "bench"};
}

}  // namespace sluice::bench
