// SPDX-License-Identifier: Apache-2.0
// HealingSink: a sink whose writers leave out what the target holds already, while its tables are
// healed (healing.h). Afterwards it is the sink inside it.
#pragma once

#include <memory>

#include "api/sink.h"
#include "engine/healing.h"

namespace sluice {

// `healing` outlives it. `number`: the sink's, in the plan.
std::unique_ptr<Sink> WithHealing(std::unique_ptr<Sink> sink, Healing& healing, uint32_t number);

}  // namespace sluice
