// SPDX-License-Identifier: Apache-2.0
// What this folder registers.
#include "api/registry.h"
#include "fake/options.h"
#include "fake/source.h"

namespace sluice {

void RegisterFake(Registry& registry);

void RegisterFake(Registry& registry) {
  registry.Add({.kind = PluginKind::kSource,
                .name = "FakeSource",
                .summary = fake::Spec().summary(),
                .options = fake::Spec().Describe(),
                .make_source = fake::FakeSource::Make});
}

}  // namespace sluice
