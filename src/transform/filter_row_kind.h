// SPDX-License-Identifier: Apache-2.0
// FilterRowKind: keeps rows of some kinds.
//
// A filter that keeps one half of an update leaves no half behind: the new row alone is an insert,
// the old row alone a delete. Everywhere else a -U is directly followed by its +U, and sinks, the
// exchange and formats rely on it. A target that takes rows by key ends the same: the insert
// replaces the row of its key as the new half would have, the delete takes away what the old half
// named. So exclude_kinds = [UPDATE_BEFORE], the usual setting before upsert sinks, gives an insert
// for every update. SeaTunnel leaves the half as it is; who wants to see the kind that a row had at
// the source puts Metadata with RowKind before this filter.
#pragma once

#include "transform/per_table.h"

namespace sluice {

struct FilterRowKindOptions : PerTable<FilterRowKindOptions> {
  StringList include_kinds;
  StringList exclude_kinds;
};

struct FilterRowKind {
  static const OptionSpec<FilterRowKindOptions>& Spec();
  static std::unique_ptr<Transform> Make(const PluginConfig& config, Diagnostics& diagnostics);
};

}  // namespace sluice
