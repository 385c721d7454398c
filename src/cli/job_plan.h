// SPDX-License-Identifier: Apache-2.0
// From the arguments of a job command to a plan.
#pragma once

#include "cli/commands.h"
#include "engine/plan.h"

namespace sluice::cli {

// The job file. All mistakes go to `diagnostics`.
JobFile LoadJob(const JobArgs& args, const World& world, Diagnostics& diagnostics);

// The plan of the job file, complete only if `diagnostics.ok()` afterwards: everything that is
// wrong with the file and its plugins' options is told at once. Connects to nothing.
JobPlan LoadPlan(const JobArgs& args, const World& world, Diagnostics& diagnostics);

}  // namespace sluice::cli
