// SPDX-License-Identifier: Apache-2.0
// Whether a job can heal its targets (healing.h).
#pragma once

#include "engine/plan.h"

namespace sluice {

// Blocks; changes nothing. kInvalidConfig, or what a sink says of its table: the message names the
// source, transform, sink or table that stands against it, and why. REQUIRES: the plan has its
// tables, as at a start anew.
Status CheckHealing(JobPlan& plan, Context& ctx);

}  // namespace sluice
