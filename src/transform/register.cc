// SPDX-License-Identifier: Apache-2.0
// Every transform there is.
#include "api/registry.h"
#include "transform/copy.h"
#include "transform/field_mapper.h"
#include "transform/field_rename.h"
#include "transform/filter.h"
#include "transform/filter_row_kind.h"
#include "transform/metadata.h"
#include "transform/replace.h"
#include "transform/row_kind_extractor.h"
#include "transform/split.h"
#include "transform/table_rename.h"

namespace sluice {
namespace {

template <typename T>
void Add(Registry& registry, std::string name) {
  registry.Add({.kind = PluginKind::kTransform,
                .name = std::move(name),
                .summary = T::Spec().summary(),
                .options = T::Spec().Describe(),
                .make_transform = T::Make});
}

}  // namespace

void RegisterTransforms(Registry& registry);

void RegisterTransforms(Registry& registry) {
  Add<Copy>(registry, "Copy");
  Add<FieldMapper>(registry, "FieldMapper");
  Add<FieldRename>(registry, "FieldRename");
  Add<Filter>(registry, "Filter");
  Add<FilterRowKind>(registry, "FilterRowKind");
  Add<Metadata>(registry, "Metadata");
  Add<Replace>(registry, "Replace");
  Add<RowKindExtractor>(registry, "RowKindExtractor");
  Add<SplitField>(registry, "Split");
  Add<TableRename>(registry, "TableRename");
}

}  // namespace sluice
