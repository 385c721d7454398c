// SPDX-License-Identifier: Apache-2.0
// What this folder registers.
#include "api/registry.h"
#include "jdbc/sink.h"
#include "jdbc/source.h"

namespace sluice {

void RegisterJdbc(Registry& registry);

void RegisterJdbc(Registry& registry) {
  registry.Add({
      .kind = PluginKind::kSource,
      .name = "Jdbc",
      .summary = jdbc::SourceSpec().summary(),
      .options = jdbc::SourceSpec().Describe(),
      .make_source = [](const PluginConfig& config, const EnvOptions& env,
                        Diagnostics& diagnostics) -> std::unique_ptr<Source> {
        auto options = jdbc::ParseSourceOptions(config, env, diagnostics);
        if (!options) return nullptr;
        return std::make_unique<jdbc::JdbcSource>(std::move(*options));
      },
  });
  registry.Add({
      .kind = PluginKind::kSink,
      .name = "Jdbc",
      .summary = jdbc::SinkSpec().summary(),
      .options = jdbc::SinkSpec().Describe(),
      .make_sink = [](const PluginConfig& config, const EnvOptions& env,
                      Diagnostics& diagnostics) -> std::unique_ptr<Sink> {
        auto options = jdbc::ParseSinkOptions(config, env, diagnostics);
        if (!options) return nullptr;
        return std::make_unique<jdbc::JdbcSink>(std::move(*options));
      },
  });
}

}  // namespace sluice
