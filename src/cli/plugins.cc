// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "config/suggest.h"

namespace sluice::cli {
namespace {

constexpr PluginKind kKinds[] = {PluginKind::kSource, PluginKind::kTransform, PluginKind::kSink};

std::string OptionText(const OptionInfo& option) {
  std::string out = fmt::format("  {}", option.name);
  if (option.use == OptionInfo::Use::kIgnored) {
    return out + fmt::format("\n      ignored: {}\n", option.help);
  }
  if (option.use == OptionInfo::Use::kRefused) {
    return out + fmt::format("\n      not supported: {}\n", option.help);
  }
  out += fmt::format("  ({}{}", option.type, option.required ? ", required" : "");
  if (!option.otherwise.empty()) out += fmt::format(", default {}", option.otherwise);
  out += fmt::format(")\n      {}\n", option.help);
  const auto list = [&](std::string_view title, const std::vector<std::string>& names) {
    if (names.empty()) return;
    out += fmt::format("      {}:", title);
    for (const std::string& name : names) out += (&name == names.data() ? " " : ", ") + name;
    out += '\n';
  };
  list("one of", option.choices);
  list("older name", option.old_names);
  return out;
}

int ListAll(const World& world) {
  for (const PluginKind kind : kKinds) {
    for (const Plugin& plugin : world.registry.plugins()) {
      if (plugin.kind != kind) continue;
      world.out << fmt::format("{:<10} {:<16} {}\n", PluginKindName(kind), plugin.name,
                               plugin.summary);
    }
  }
  return kExitOk;
}

}  // namespace

int Plugins(const PluginsArgs& args, World& world) {
  if (args.name.empty()) return ListAll(world);
  bool found = false;
  for (const PluginKind kind : kKinds) {
    const Plugin* plugin = world.registry.Find(kind, args.name);
    if (plugin == nullptr) continue;
    world.out << fmt::format("{}{} {}: {}\n", found ? "\n" : "", PluginKindName(kind), plugin->name,
                             plugin->summary);
    for (const OptionInfo& option : plugin->options) world.out << OptionText(option);
    found = true;
  }
  if (found) return kExitOk;
  std::vector<std::string> names;
  for (const Plugin& plugin : world.registry.plugins()) names.push_back(plugin.name);
  world.err << fmt::format("there is no plugin '{}'{}\n", args.name, DidYouMean(args.name, names));
  return kExitFailed;
}

}  // namespace sluice::cli
