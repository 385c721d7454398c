// SPDX-License-Identifier: Apache-2.0
// TableRename: gives tables other names; rows pass as they are. Names of databases and schemas get
// the new letter case and nothing else.
#pragma once

#include "transform/per_table.h"
#include "transform/rename_rules.h"

namespace sluice {

struct TableRenameOptions : PerTable<TableRenameOptions>, RenameOptions {};

struct TableRename {
  static const OptionSpec<TableRenameOptions>& Spec();
  static std::unique_ptr<Transform> Make(const PluginConfig& config, Diagnostics& diagnostics);
};

}  // namespace sluice
