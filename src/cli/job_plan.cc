// SPDX-License-Identifier: Apache-2.0
#include "cli/job_plan.h"

#include <cstdlib>

namespace sluice::cli {

JobFile LoadJob(const JobArgs& args, const World& world, Diagnostics& diagnostics) {
  JobFileArgs file{.path = args.config, .variables = args.variables, .job_name = args.name};
  file.environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  return LoadJobFile(world.env, file, diagnostics);
}

JobPlan LoadPlan(const JobArgs& args, const World& world, Diagnostics& diagnostics) {
  const JobFile job = LoadJob(args, world, diagnostics);
  return BuildPlan(world.registry, job, diagnostics);
}

}  // namespace sluice::cli
