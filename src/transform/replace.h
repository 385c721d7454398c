// SPDX-License-Identifier: Apache-2.0
// Replace: replaces text in columns of text. With is_regex the pattern is a regular expression in
// Java's dialect (base/regex.h) and the replacement may name its groups; without, both are taken
// word by word.
#pragma once

#include "transform/per_table.h"

namespace sluice {

struct ReplaceOptions : PerTable<ReplaceOptions> {
  std::string replace_field;
  StringList replace_fields;
  LocatedText pattern;
  std::optional<std::string> replacement;  // may be empty
  bool is_regex = false;
  bool replace_first = false;
};

struct Replace {
  static const OptionSpec<ReplaceOptions>& Spec();
  static std::unique_ptr<Transform> Make(const PluginConfig& config, Diagnostics& diagnostics);
};

}  // namespace sluice
