// SPDX-License-Identifier: Apache-2.0
// What the runner takes from the plan for its machine, and says of the machine to people.
#pragma once

#include <string>

#include "engine/job_machine.h"
#include "engine/plan.h"

namespace sluice {

JobMachineConfig MachineConfig(const JobPlan& plan);
// JobProgress::state. `snapshot` as there.
std::string StateText(const JobMachine& machine, bool stopping, double snapshot);

}  // namespace sluice
