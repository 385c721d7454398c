// SPDX-License-Identifier: Apache-2.0
#include "kit/plugin_case.h"

#include <utility>

#include "config/hocon.h"

namespace sluice::kit {
namespace {

std::vector<PluginCase>& Cases() {
  static std::vector<PluginCase> cases;
  return cases;
}

}  // namespace

bool Register(PluginCase plugin) {
  Cases().push_back(std::move(plugin));
  return true;
}

const std::vector<PluginCase>& PluginCases() {
  return Cases();
}

PluginConfig ConfigOf(const PluginCase& plugin) {
  Diagnostics mistakes;
  auto options = ParseHocon(plugin.options, "kit.conf", {}, mistakes);
  CHECK(options.has_value());
  PluginConfig config;
  config.section = PluginKindName(plugin.kind);
  config.plugin_name = plugin.name;
  config.options = std::move(*options);
  config.origin = {"kit.conf", 1, 1};
  return config;
}

}  // namespace sluice::kit
