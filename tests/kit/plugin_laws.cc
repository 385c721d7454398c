// SPDX-License-Identifier: Apache-2.0
// Laws about the options of every plugin: what is wrong with them is told by name.
#include <fmt/format.h>

#include <algorithm>

#include "kit/plugin_case.h"

namespace sluice::kit {
namespace {

struct Made {
  bool made = false;
  Diagnostics diagnostics;

  bool Names(std::string_view key) const {
    return std::ranges::any_of(diagnostics.errors(), [&](const Remark& remark) {
      return remark.text.find(key) != std::string::npos;
    });
  }
  std::string ToString() const {
    std::string out;
    for (const Remark& remark : diagnostics.errors()) out += remark.ToString() + "; ";
    for (const Remark& remark : diagnostics.notes()) out += remark.ToString() + "; ";
    return out;
  }
};

Made Make(const Plugin& plugin, const PluginConfig& config) {
  Made out;
  const EnvOptions env;
  if (plugin.make_source) {
    out.made = plugin.make_source(config, env, out.diagnostics) != nullptr;
  } else if (plugin.make_sink) {
    out.made = plugin.make_sink(config, env, out.diagnostics) != nullptr;
  } else {
    out.made = plugin.make_transform(config, out.diagnostics) != nullptr;
  }
  return out;
}

PluginConfig Without(PluginConfig config, const std::string& key) {
  std::erase_if(*config.options.as_object(), [&](const Field& field) { return field.key == key; });
  return config;
}

PluginConfig With(const PluginConfig& config, const std::string& key, Value value) {
  PluginConfig out = Without(config, key);
  const Origin origin{"kit.conf", 2, 1};
  out.options.as_object()->push_back({key, origin, std::move(value)});
  return out;
}

// A value that no option of the type takes; nothing where every value can be read as one.
std::optional<Value> WrongValue(const OptionInfo& option) {
  const Origin origin{"kit.conf", 2, 1};
  if (option.type == "boolean" || option.type == "int" || option.type == "double" ||
      option.type == "enum") {
    return Value(std::string("kit-wrong"), origin);
  }
  if (option.type == "list" || option.type == "map" || option.type == "list of objects") {
    return Value(true, origin);
  }
  return std::nullopt;
}

// An error that names the option, and nothing made.
std::string Refused(const Made& made, const std::string& key, std::string_view what) {
  if (made.made) return fmt::format("'{}' {} was taken", key, what);
  if (made.Names(key)) return "";
  return fmt::format("'{}' {} is not named by: {}", key, what, made.ToString());
}

Verdict GoodOptionsAreTaken(const Plugin& plugin, const PluginCase& good) {
  const Made made = Make(plugin, ConfigOf(good));
  if (made.made && made.diagnostics.ok()) return Holds();
  return Broken("good options are refused: " + made.ToString());
}

Verdict MissingOptionsAreNamed(const Plugin& plugin, const PluginCase& good) {
  const PluginConfig config = ConfigOf(good);
  int tried = 0;
  for (const OptionInfo& option : plugin.options) {
    if (!option.required) continue;
    ++tried;
    BROKEN_IF(Refused(Make(plugin, Without(config, option.name)), option.name, "left out"),
              plugin.name);
  }
  return tried > 0 ? Holds() : Skipped("no option is required");
}

Verdict WrongValuesAreNamed(const Plugin& plugin, const PluginCase& good) {
  const PluginConfig config = ConfigOf(good);
  int tried = 0;
  for (const OptionInfo& option : plugin.options) {
    const std::optional<Value> wrong = WrongValue(option);
    if (option.use != OptionInfo::Use::kHonoured || !wrong) continue;
    ++tried;
    BROKEN_IF(Refused(Make(plugin, With(config, option.name, *wrong)), option.name,
                      "with a value of another type"),
              plugin.name);
  }
  return tried > 0 ? Holds() : Skipped("every option takes any text");
}

Verdict UnknownOptionsAreNamed(const Plugin& plugin, const PluginCase& good) {
  const Made made =
      Make(plugin, With(ConfigOf(good), "kit_unknown", Value(std::string("x"), Origin{})));
  BROKEN_IF(Refused(made, "kit_unknown", "that nobody knows"), plugin.name);
  return Holds();
}

Verdict RefusedOptionsAreNamed(const Plugin& plugin, const PluginCase& good) {
  int tried = 0;
  for (const OptionInfo& option : plugin.options) {
    std::string key = option.name;
    if (option.use != OptionInfo::Use::kRefused) continue;
    if (key.ends_with('*')) key.replace(key.size() - 1, 1, "kit");
    ++tried;
    const Made made =
        Make(plugin, With(ConfigOf(good), key, Value(std::string("kit-wrong"), Origin{})));
    BROKEN_IF(Refused(made, key, "that is refused"), plugin.name);
  }
  return tried > 0 ? Holds() : Skipped("no option is refused");
}

Verdict SecretsStayOutOfMessages(const Plugin& plugin, const PluginCase& good) {
  if (good.secret.empty()) return Skipped("the plugin has no secret");
  const PluginConfig config = ConfigOf(good);
  const auto tells = [&](const Made& made) {
    return made.ToString().find(good.secret) != std::string::npos;
  };
  for (const OptionInfo& option : plugin.options) {
    for (const Made& made :
         {Make(plugin, Without(config, option.name)),
          Make(plugin, With(config, option.name, WrongValue(option).value_or(Value()))),
          Make(plugin, With(config, option.name + "x", Value(good.secret, Origin{})))}) {
      if (tells(made)) return Broken("the secret stands in: " + made.ToString());
    }
    // The secret where it belongs, in a form that it cannot have.
    if (option.type != "secret") continue;
    const Value listed(Value::List{Value(good.secret, Origin{})}, Origin{});
    const Made made = Make(plugin, With(config, option.name, listed));
    if (tells(made)) return Broken("the secret stands in: " + made.ToString());
  }
  return Holds();
}

}  // namespace

const std::vector<PluginLaw>& PluginLaws() {
  static const std::vector<PluginLaw> laws = {
      {"GoodOptionsAreTaken", GoodOptionsAreTaken},
      {"MissingOptionsAreNamed", MissingOptionsAreNamed},
      {"WrongValuesAreNamed", WrongValuesAreNamed},
      {"UnknownOptionsAreNamed", UnknownOptionsAreNamed},
      {"RefusedOptionsAreNamed", RefusedOptionsAreNamed},
      {"SecretsStayOutOfMessages", SecretsStayOutOfMessages},
  };
  return laws;
}

}  // namespace sluice::kit
