// SPDX-License-Identifier: Apache-2.0
// What this folder registers.
#include "api/registry.h"
#include "console/sink.h"

namespace sluice {

void RegisterConsole(Registry& registry);

void RegisterConsole(Registry& registry) {
  registry.Add({.kind = PluginKind::kSink,
                .name = "Console",
                .summary = console::Spec().summary(),
                .options = console::Spec().Describe(),
                .make_sink = console::ConsoleSink::Make});
}

}  // namespace sluice
