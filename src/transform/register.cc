// SPDX-License-Identifier: Apache-2.0
// Every transform there is.
#include "api/registry.h"
#include "transform/table_rename.h"

namespace sluice {

void RegisterTransforms(Registry& registry);

void RegisterTransforms(Registry& registry) {
  registry.Add({.kind = PluginKind::kTransform,
                .name = "TableRename",
                .summary = TableRename::Spec().summary(),
                .options = TableRename::Spec().Describe(),
                .make_transform = TableRename::Make});
}

}  // namespace sluice
