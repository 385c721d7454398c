// SPDX-License-Identifier: Apache-2.0
// What this folder registers.
#include "api/registry.h"
#include "starrocks/sink.h"

namespace sluice {

void RegisterStarrocks(Registry& registry);

void RegisterStarrocks(Registry& registry) {
  registry.Add({
      .kind = PluginKind::kSink,
      .name = "StarRocks",
      .summary = starrocks::StarrocksSpec().summary(),
      .options = starrocks::StarrocksSpec().Describe(),
      .make_sink = [](const PluginConfig& config, const EnvOptions& env,
                      Diagnostics& diagnostics) -> std::unique_ptr<Sink> {
        auto options = starrocks::ParseOptions(config, env, diagnostics);
        if (!options) return nullptr;
        return std::make_unique<starrocks::StarrocksSink>(std::move(*options));
      },
  });
}

}  // namespace sluice
