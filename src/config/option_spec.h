// SPDX-License-Identifier: Apache-2.0
// OptionSpec: the options of a plugin, declared once: key, member, help. Parsing, refusing, the
// nearest right name and the docs come from this declaration; defaults are those of the struct.
//
//   static const OptionSpec<Options> spec = OptionSpec<Options>("Prints rows.")
//       .Required("path", &Options::path, "File to write.")
//       .Optional("rows", &Options::rows, "Rows a file.", Between(1, 1000)).Alias("row_count")
//       .Choice("mode", &Options::mode, {{"append", Mode::kAppend}, {"drop", Mode::kDrop}}, "...")
//       .Ignored("jvm_option", "there is no JVM");
//
// Members may be bool, int64_t, double, std::string, LocatedText, Secret, StringList, StringMap,
// Value or a std::optional of one of them. Values are coerced as SeaTunnel does it: numbers from
// text, lists from JSON text or by commas. A dotted key matches the flat key and nested objects.
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/diagnostics.h"
#include "config/job_file.h"
#include "config/secret.h"

namespace sluice {

using StringList = std::vector<std::string>;
using StringMap = std::vector<std::pair<std::string, std::string>>;

// Text that remembers where it was written, for checks that only the plugin can make.
struct LocatedText {
  std::string text;
  Origin origin;
};

// One option as docs and `sluice plugins` show it.
struct OptionInfo {
  enum class Use : uint8_t { kHonoured, kIgnored, kRefused };
  std::string name;
  std::string type;  // "int", "list"
  bool required = false;
  std::string otherwise;  // the default; empty: none
  std::string limits;     // "at least 1"; empty: none
  std::string help;       // or the reason why it is ignored or refused
  std::vector<std::string> old_names;
  std::vector<std::string> choices;
  std::vector<OptionInfo> members;  // of an object, or of each object of a list
  Use use = Use::kHonoured;
};

// Options of every block, which the job file reads itself (config/job_file.h).
inline constexpr std::string_view kCommonOptions[] = {
    "plugin_name",       "plugin_input", "source_table_name", "plugin_output",
    "result_table_name", "parallelism",  "sourceId",          "multi_table_sink_replica",
    "dag-parsing.mode"};

// "source 'Fake'": how messages about a block begin.
std::string Where(const PluginConfig& config);

// What a valid number is; for text, its least and greatest length.
struct Limits {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
};
inline Limits Between(double least, double most) {
  return {least, most};
}
inline Limits AtLeast(double least) {
  return {least, std::numeric_limits<double>::infinity()};
}

// "at least 1", "not empty"; empty without limits.
std::string ShowLimits(std::string_view type, const Limits& limits);

// Conversions; each returns what was expected instead, empty when `out` was set.
std::string ReadOption(const Value& value, const Limits& limits, bool& out);
std::string ReadOption(const Value& value, const Limits& limits, int64_t& out);
std::string ReadOption(const Value& value, const Limits& limits, double& out);
std::string ReadOption(const Value& value, const Limits& limits, std::string& out);
std::string ReadOption(const Value& value, const Limits& limits, LocatedText& out);
std::string ReadOption(const Value& value, const Limits& limits, Secret& out);
std::string ReadOption(const Value& value, const Limits& limits, StringList& out);
std::string ReadOption(const Value& value, const Limits& limits, StringMap& out);
std::string ReadOption(const Value& value, const Limits& limits, Value& out);
template <typename M>
std::string ReadOption(const Value& value, const Limits& limits, std::optional<M>& out) {
  return ReadOption(value, limits, out.emplace());
}

std::string ShowDefault(bool value);
std::string ShowDefault(int64_t value);
std::string ShowDefault(double value);
std::string ShowDefault(const std::string& value);
std::string ShowDefault(const LocatedText& value);
std::string ShowDefault(const Secret& value);
std::string ShowDefault(const StringList& value);
std::string ShowDefault(const StringMap& value);
std::string ShowDefault(const Value& value);
template <typename M>
std::string ShowDefault(const std::optional<M>& value) {
  return value ? ShowDefault(*value) : "";
}

std::string_view OptionTypeName(const bool*);
std::string_view OptionTypeName(const int64_t*);
std::string_view OptionTypeName(const double*);
std::string_view OptionTypeName(const std::string*);
std::string_view OptionTypeName(const LocatedText*);
std::string_view OptionTypeName(const Secret*);
std::string_view OptionTypeName(const StringList*);
std::string_view OptionTypeName(const StringMap*);
std::string_view OptionTypeName(const Value*);
template <typename M>
std::string_view OptionTypeName(const std::optional<M>*) {
  return OptionTypeName(static_cast<const M*>(nullptr));
}

// The index of the choice that `value` names in any letter case.
std::optional<size_t> MatchChoice(const Value& value, const std::vector<std::string>& choices);
std::string ExpectedChoice(const std::vector<std::string>& choices);
// Calls `each` with every object of a list (or the one object) and its place, "name[0]".
std::string ReadObjects(const Value& value, const std::string& name,
                        const std::function<void(const Value&, const std::string&)>& each);

// The part of OptionSpec that does not depend on the struct.
class OptionRules {
 public:
  // Reads `value` into `target`; returns what was expected instead, empty when all is well. May
  // report mistakes inside the value itself.
  // `where` is the place for their messages.
  using Read = std::function<std::string(const Value& value, const std::string& where, void* target,
                                         Diagnostics&)>;
  struct Rule {
    OptionInfo info;
    Read read;  // null: not honoured
    // Of an option that is not honoured: these values are accepted, because they change nothing.
    std::vector<std::string> harmless;
  };

  Rule& Add(Rule rule);
  std::vector<Rule>& rules() { return rules_; }
  const std::vector<Rule>& rules() const { return rules_; }
  // `where`: "source 'Fake'", or "source 'Fake', tables_configs[0]". `known`: other keys that the
  // object may hold.
  void Parse(const Value& options, const std::string& where, const Origin& origin,
             std::span<const std::string_view> known, void* target, Diagnostics& diagnostics) const;

 private:
  void ParseRule(const Rule& rule, const Value& options, const std::string& where,
                 const Origin& origin, void* target, Diagnostics& diagnostics) const;
  void RefuseUnknown(const Value& options, const std::string& prefix, const std::string& where,
                     std::span<const std::string_view> known, Diagnostics& diagnostics) const;
  bool Knows(const std::string& key) const;

  std::vector<Rule> rules_;
};

template <typename T>
class OptionSpec {
 public:
  explicit OptionSpec(std::string summary) : summary_(std::move(summary)) {}

  template <typename M>
  OptionSpec& Required(std::string name, M T::* member, std::string help, Limits limits = {}) {
    Bind(std::move(name), member, std::move(help), limits).info.required = true;
    return *this;
  }
  template <typename M>
  OptionSpec& Optional(std::string name, M T::* member, std::string help, Limits limits = {}) {
    auto& rule = Bind(std::move(name), member, std::move(help), limits);
    rule.info.otherwise = ShowDefault(T().*member);
    return *this;
  }
  // An option with a fixed set of values, matched in any letter case.
  template <typename E>
  OptionSpec& Choice(std::string name, E T::* member, std::vector<std::pair<std::string, E>> values,
                     std::string help) {
    OptionInfo info{.name = std::move(name), .type = "enum", .help = std::move(help)};
    for (const auto& [text, value] : values) {
      info.choices.push_back(text);
      if (value == T().*member) info.otherwise = text;
    }
    auto read = [member, values = std::move(values), choices = info.choices](
                    const Value& value, const std::string&, void* target, Diagnostics&) {
      const std::optional<size_t> at = MatchChoice(value, choices);
      if (!at) return ExpectedChoice(choices);
      static_cast<T*>(target)->*member = values[*at].second;
      return std::string();
    };
    rules_.Add({.info = std::move(info), .read = std::move(read)});
    return *this;
  }
  // A list of objects (or one object) with options of their own.
  template <typename Item>
  OptionSpec& Objects(std::string name, std::vector<Item> T::* member, OptionSpec<Item> spec,
                      std::string help) {
    OptionInfo info{.name = name,
                    .type = "list of objects",
                    .help = std::move(help),
                    .members = spec.Describe()};
    auto read = [member, spec = std::move(spec), name = std::move(name)](
                    const Value& value, const std::string& where, void* target,
                    Diagnostics& diagnostics) {
      const std::string place = where + ", " + name;
      return ReadObjects(value, place, [&](const Value& object, const std::string& at) {
        (static_cast<T*>(target)->*member).push_back(spec.ParseObject(object, at, diagnostics));
      });
    };
    rules_.Add({.info = std::move(info), .read = std::move(read)});
    return *this;
  }
  // What the object of the last option may hold.
  OptionSpec& Members(std::vector<OptionInfo> members) {
    rules_.rules().back().info.members = std::move(members);
    return *this;
  }
  // An older name of the last option.
  OptionSpec& Alias(std::string old_name) {
    rules_.rules().back().info.old_names.push_back(std::move(old_name));
    return *this;
  }
  // Accepted without effect; `reason` says why nothing is lost by that. A name that ends in '*' is
  // a family.
  OptionSpec& Ignored(std::string name, std::string reason) {
    return Unused(std::move(name), std::move(reason), OptionInfo::Use::kIgnored, {});
  }
  // Ignoring it would change results: an error, except with one of the `harmless` values.
  OptionSpec& Refused(std::string name, std::string reason,
                      std::vector<std::string> harmless = {}) {
    return Unused(std::move(name), std::move(reason), OptionInfo::Use::kRefused,
                  std::move(harmless));
  }

  // All mistakes go to `diagnostics`; nothing when there was one.
  std::optional<T> Parse(const PluginConfig& config, Diagnostics& diagnostics) const {
    const size_t before = diagnostics.errors().size();
    T out = ParseAll(config, diagnostics);
    if (diagnostics.errors().size() != before) return std::nullopt;
    return out;
  }
  // The same, with defaults for what could not be read: for plugins whose own checks tell further
  // mistakes in one go.
  T ParseAll(const PluginConfig& config, Diagnostics& diagnostics) const {
    T out{};
    rules_.Parse(config.options, Where(config), config.origin, kCommonOptions, &out, diagnostics);
    return out;
  }
  // An object inside of a block.
  T ParseObject(const Value& object, const std::string& where, Diagnostics& diagnostics) const {
    T out{};
    rules_.Parse(object, where, object.origin(), {}, &out, diagnostics);
    return out;
  }
  const std::string& summary() const { return summary_; }
  std::vector<OptionInfo> Describe() const {
    std::vector<OptionInfo> out;
    for (const auto& rule : rules_.rules()) out.push_back(rule.info);
    return out;
  }

 private:
  template <typename M>
  OptionRules::Rule& Bind(std::string name, M T::* member, std::string help, Limits limits) {
    OptionInfo info{.name = std::move(name),
                    .type = std::string(OptionTypeName(static_cast<const M*>(nullptr))),
                    .limits = ShowLimits(OptionTypeName(static_cast<const M*>(nullptr)), limits),
                    .help = std::move(help)};
    auto read = [member, limits](const Value& value, const std::string&, void* target,
                                 Diagnostics&) {
      return ReadOption(value, limits, static_cast<T*>(target)->*member);
    };
    return rules_.Add({.info = std::move(info), .read = std::move(read)});
  }
  OptionSpec& Unused(std::string name, std::string reason, OptionInfo::Use use,
                     std::vector<std::string> harmless) {
    rules_.Add({.info = {.name = std::move(name), .help = std::move(reason), .use = use},
                .harmless = std::move(harmless)});
    return *this;
  }

  std::string summary_;
  OptionRules rules_;
};

// The env block, and the options of every plugin block.
std::vector<OptionInfo> EnvOptionInfos();
std::vector<OptionInfo> CommonOptionInfos();

}  // namespace sluice
