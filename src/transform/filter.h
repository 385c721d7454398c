// SPDX-License-Identifier: Apache-2.0
// Filter: keeps some columns, in the order in which they are named, or leaves some out.
#pragma once

#include "transform/per_table.h"

namespace sluice {

struct FilterOptions : PerTable<FilterOptions> {
  StringList include_fields;
  StringList exclude_fields;
};

struct Filter {
  static const OptionSpec<FilterOptions>& Spec();
  static std::unique_ptr<Transform> Make(const PluginConfig& config, Diagnostics& diagnostics);
};

}  // namespace sluice
