// SPDX-License-Identifier: Apache-2.0
#include "api/registry.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/check.h"
#include "config/suggest.h"

namespace sluice {
std::string_view PluginKindName(PluginKind kind) {
  switch (kind) {
    case PluginKind::kSource:
      return "source";
    case PluginKind::kTransform:
      return "transform";
    case PluginKind::kSink:
      return "sink";
  }
  return "plugin";
}

void Registry::Add(Plugin plugin) {
  CHECK(Find(plugin.kind, plugin.name) == nullptr);
  plugins_.push_back(std::move(plugin));
}

const Plugin* Registry::Find(PluginKind kind, std::string_view name) const {
  const auto found = std::ranges::find_if(plugins_, [&](const Plugin& plugin) {
    return plugin.kind == kind && SameWord(plugin.name, name);
  });
  return found == plugins_.end() ? nullptr : &*found;
}

std::string Registry::Suggest(PluginKind kind, std::string_view name) const {
  std::vector<std::string> names;
  for (const Plugin& plugin : plugins_) {
    if (plugin.kind == kind) names.push_back(plugin.name);
  }
  return Nearest(name, names).value_or("");
}

}  // namespace sluice
