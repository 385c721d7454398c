// SPDX-License-Identifier: Apache-2.0
// Copy: appends copies of columns, or puts them in the place of columns of their names. A copy of a
// key is no key, and a key with a column that was overwritten is none either.
#pragma once

#include "transform/per_table.h"

namespace sluice {

struct CopyOptions : PerTable<CopyOptions> {
  StringMap fields;       // new name to column
  std::string src_field;  // the older form, of one copy
  std::string dest_field;
};

struct Copy {
  static const OptionSpec<CopyOptions>& Spec();
  // Null after a mistake, which goes to `diagnostics`; so for every transform.
  static std::unique_ptr<Transform> Make(const PluginConfig& config, Diagnostics& diagnostics);
};

}  // namespace sluice
