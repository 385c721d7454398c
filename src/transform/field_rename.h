// SPDX-License-Identifier: Apache-2.0
// FieldRename: gives columns other names; rows pass as they are. Keys follow their columns.
#pragma once

#include "transform/per_table.h"
#include "transform/rename_rules.h"

namespace sluice {

struct FieldRenameOptions : PerTable<FieldRenameOptions>, RenameOptions {
  struct Specific {
    std::string field_name;
    std::string target_name;
  };
  std::vector<Specific> specific;  // wins over the rules, and is taken word by word
};

struct FieldRename {
  static const OptionSpec<FieldRenameOptions>& Spec();
  static std::unique_ptr<Transform> Make(const PluginConfig& config, Diagnostics& diagnostics);
};

}  // namespace sluice
