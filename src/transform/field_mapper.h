// SPDX-License-Identifier: Apache-2.0
// FieldMapper: keeps the columns that it names, in its order, under the names that it gives them.
#pragma once

#include "transform/per_table.h"

namespace sluice {

struct FieldMapperOptions : PerTable<FieldMapperOptions> {
  StringMap field_mapper;  // column to new name
};

struct FieldMapper {
  static const OptionSpec<FieldMapperOptions>& Spec();
  static std::unique_ptr<Transform> Make(const PluginConfig& config, Diagnostics& diagnostics);
};

}  // namespace sluice
