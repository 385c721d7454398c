// SPDX-License-Identifier: Apache-2.0
// Split: parts of a column of text as columns of their own. The separator is a regular expression
// in Java's dialect (base/regex.h), so that "." or "|" is written "\\." or "\\|"; a value is cut as
// Java's String.split(separator, n) does it, n being the number of columns: the last one keeps what
// is left. Parts that are not there are null.
#pragma once

#include "transform/per_table.h"

namespace sluice {

struct SplitOptions : PerTable<SplitOptions> {
  LocatedText separator;
  std::string split_field;
  StringList output_fields;
};

struct SplitField {
  static const OptionSpec<SplitOptions>& Spec();
  static std::unique_ptr<Transform> Make(const PluginConfig& config, Diagnostics& diagnostics);
};

}  // namespace sluice
