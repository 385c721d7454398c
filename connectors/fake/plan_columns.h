// SPDX-License-Identifier: Apache-2.0
// From options to what each column of a table is made from.
#pragma once

#include <string>
#include <vector>

#include "fake/generator.h"

namespace sluice::fake {

// All mistakes go to `diagnostics`, beginning with `where`.
std::vector<ColumnPlan> PlanColumns(const Schema& schema, const Options& options,
                                    const std::string& where, const Value& block,
                                    Diagnostics& diagnostics);
DateParts PlanDateParts(const Options& options, const std::string& where, const Value& block,
                        Diagnostics& diagnostics);

}  // namespace sluice::fake
