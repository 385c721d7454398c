// SPDX-License-Identifier: Apache-2.0
// What this folder registers.
#include "api/registry.h"
#include "file/sink.h"

namespace sluice {

void RegisterFile(Registry& registry);

void RegisterFile(Registry& registry) {
  registry.Add({.kind = PluginKind::kSink,
                .name = "LocalFile",
                .summary = file::SinkSpec().summary(),
                .options = file::SinkSpec().Describe(),
                .make_sink = [](const PluginConfig& config, const EnvOptions& /*env*/,
                                Diagnostics& diagnostics) -> std::unique_ptr<Sink> {
                  auto options = file::ParseSinkOptions(config, diagnostics);
                  if (!options) return nullptr;
                  return std::make_unique<file::FileSink>(std::move(*options));
                }});
}

}  // namespace sluice
