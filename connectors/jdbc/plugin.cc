// SPDX-License-Identifier: Apache-2.0
// What this folder registers.
#include "api/registry.h"
#include "jdbc/sink.h"

namespace sluice {

void RegisterJdbc(Registry& registry);

void RegisterJdbc(Registry& registry) {
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
