// SPDX-License-Identifier: Apache-2.0
// plugins: what there is and the options of each, for people and, as JSON, for programs.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/ascii.h"
#include "cli/commands.h"
#include "config/suggest.h"

namespace sluice::cli {
namespace {

using Json = nlohmann::ordered_json;

// A plugin, or another set of options that a job file may hold.
struct Page {
  std::string kind;
  std::string name;
  std::string summary;
  std::vector<OptionInfo> options;
};

// In the order in which a job file holds them.
std::vector<Page> Pages(const Registry& registry) {
  std::vector<Page> pages = {
      {"job", "env", "Settings of the whole job, in the block env.", EnvOptionInfos()},
      {"any", "common", "Options of every source, transform and sink.", CommonOptionInfos()}};
  for (const PluginKind kind : {PluginKind::kSource, PluginKind::kTransform, PluginKind::kSink}) {
    for (const Plugin& plugin : registry.plugins()) {
      if (plugin.kind != kind) continue;
      pages.push_back(
          {std::string(PluginKindName(kind)), plugin.name, plugin.summary, plugin.options});
    }
  }
  return pages;
}

std::string Joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

// "(int, at least 1, default 5)".
std::string Traits(const OptionInfo& option) {
  std::string out = option.type;
  if (option.required) out += ", required";
  if (!option.limits.empty()) out += ", " + option.limits;
  if (!option.otherwise.empty()) out += ", default " + option.otherwise;
  return "(" + out + ")";
}

bool SameOption(const OptionInfo& a, const OptionInfo& b) {
  return a.name == b.name && a.type == b.type && a.help == b.help;
}

void Print(const OptionInfo& option, const std::vector<OptionInfo>& outer, size_t depth,
           std::string& out);

// The options of an object; those that its plugin has too are only named.
void PrintMembers(const OptionInfo& option, const std::vector<OptionInfo>& outer, size_t depth,
                  std::string& out) {
  std::vector<std::string> known;
  for (const OptionInfo& member : option.members) {
    const bool above =
        std::ranges::any_of(outer, [&](const OptionInfo& o) { return SameOption(o, member); });
    if (!above) {
      Print(member, {}, depth + 1, out);
    } else if (member.use == OptionInfo::Use::kHonoured) {
      known.push_back(member.name);
    }
  }
  if (!known.empty()) {
    out += fmt::format("{:>{}}as above: {}\n", "", 4 * depth + 6, Joined(known));
  }
}

void Print(const OptionInfo& option, const std::vector<OptionInfo>& outer, size_t depth,
           std::string& out) {
  const std::string indent(4 * depth + 2, ' ');
  const auto line = [&](const std::string& text) { out += indent + "    " + text + "\n"; };
  out += indent + option.name;
  if (option.use != OptionInfo::Use::kHonoured) {
    out += '\n';
    const bool ignored = option.use == OptionInfo::Use::kIgnored;
    return line((ignored ? "ignored: " : "not supported: ") + option.help);
  }
  out += "  " + Traits(option) + "\n";
  line(option.help);
  if (!option.choices.empty()) line("one of: " + Joined(option.choices));
  if (!option.old_names.empty()) line("older name: " + Joined(option.old_names));
  PrintMembers(option, outer, depth, out);
}

Json AsJson(const std::vector<OptionInfo>& options) {
  static constexpr const char* kUses[] = {"honoured", "ignored", "refused"};
  Json out = Json::array();
  for (const OptionInfo& option : options) {
    Json one = {{"name", option.name}, {"use", kUses[static_cast<size_t>(option.use)]}};
    if (option.use == OptionInfo::Use::kHonoured) {
      one["type"] = option.type;
      one["required"] = option.required;
      if (!option.limits.empty()) one["limits"] = option.limits;
      if (!option.otherwise.empty()) one["default"] = option.otherwise;
      if (!option.choices.empty()) one["choices"] = option.choices;
      if (!option.old_names.empty()) one["older_names"] = option.old_names;
    }
    one["help"] = option.help;
    if (!option.members.empty()) one["members"] = AsJson(option.members);
    out.push_back(std::move(one));
  }
  return out;
}

std::string PagesAsJson(const std::vector<Page>& pages) {
  Json out = Json::array();
  for (const Page& page : pages) {
    out.push_back({{"kind", page.kind},
                   {"name", page.name},
                   {"summary", page.summary},
                   {"options", AsJson(page.options)}});
  }
  return out.dump(1) + "\n";
}

}  // namespace

int Plugins(const PluginsArgs& args, World& world) {
  const std::vector<Page> pages = Pages(world.registry);
  if (args.json) {
    world.out << PagesAsJson(pages);
    return kExitOk;
  }
  std::vector<std::string> names;
  std::string text;
  for (const Page& page : pages) {
    names.push_back(page.name);
    if (args.name.empty()) {
      text += fmt::format("{:<10} {:<16} {}\n", page.kind, page.name, page.summary);
    } else if (SameWord(page.name, args.name)) {
      text += fmt::format("{}{} {}: {}\n", text.empty() ? "" : "\n", page.kind, page.name,
                          page.summary);
      for (const OptionInfo& option : page.options) Print(option, page.options, 0, text);
    }
  }
  if (!text.empty()) {
    world.out << text;
    return kExitOk;
  }
  world.err << fmt::format("there is no plugin '{}'{} (known: {})\n", args.name,
                           DidYouMean(args.name, names), Joined(names));
  return kExitFailed;
}

}  // namespace sluice::cli
