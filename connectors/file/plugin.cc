// SPDX-License-Identifier: Apache-2.0
// What this folder registers.
#include "api/registry.h"
#include "file/sink.h"
#include "file/source.h"

namespace sluice {

void RegisterFile(Registry& registry);

void RegisterFile(Registry& registry) {
  registry.Add({.kind = PluginKind::kSource,
                .name = "LocalFile",
                .summary = file::SourceSpec().summary(),
                .options = file::SourceSpec().Describe(),
                .make_source = [](const PluginConfig& config, const EnvOptions& /*env*/,
                                  Diagnostics& diagnostics) -> std::unique_ptr<Source> {
                  auto tables = file::ParseSourceOptions(config, diagnostics);
                  if (!tables) return nullptr;
                  return std::make_unique<file::FileSource>(std::move(*tables));
                }});
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
