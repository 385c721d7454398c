// SPDX-License-Identifier: Apache-2.0
// What this folder registers.
#include "api/registry.h"
#include "assert/sink.h"

namespace sluice {

void RegisterAssert(Registry& registry);

void RegisterAssert(Registry& registry) {
  registry.Add({.kind = PluginKind::kSink,
                .name = "Assert",
                .summary = asserts::Spec().summary(),
                .options = asserts::Spec().Describe(),
                .make_sink = asserts::AssertSink::Make});
}

}  // namespace sluice
