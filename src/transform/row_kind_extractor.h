// SPDX-License-Identifier: Apache-2.0
// RowKindExtractor: writes the kind of each row into a column and makes every row an insert: a
// target that only appends then holds the history.
#pragma once

#include "transform/per_table.h"

namespace sluice {

struct RowKindExtractorOptions : PerTable<RowKindExtractorOptions> {
  enum class Form : uint8_t { kShort, kFull };
  std::string custom_field_name = "row_kind";
  Form transform_type = Form::kShort;
};

struct RowKindExtractor {
  static const OptionSpec<RowKindExtractorOptions>& Spec();
  static std::unique_ptr<Transform> Make(const PluginConfig& config, Diagnostics& diagnostics);
};

}  // namespace sluice
