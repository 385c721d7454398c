// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "config/option_spec.h"
#include "config/suggest.h"

namespace sluice {
namespace {

// Taken by the job file, for every plugin (config/job_file.h).
constexpr std::string_view kCommon[] = {
    "plugin_name",       "plugin_input", "source_table_name",        "plugin_output",
    "result_table_name", "parallelism",  "multi_table_sink_replica", "dag-parsing.mode",
};

bool SamePattern(std::string_view pattern, std::string_view key) {
  if (!pattern.ends_with('*')) return pattern == key;
  return key.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool IsHarmless(const OptionRules::Rule& rule, const Value& value) {
  return std::ranges::find(rule.harmless, value.ToText()) != rule.harmless.end();
}

}  // namespace

OptionRules::Rule& OptionRules::Add(Rule rule) {
  rules_.push_back(std::move(rule));
  return rules_.back();
}

bool OptionRules::Knows(const std::string& key) const {
  if (std::ranges::find(kCommon, key) != std::end(kCommon)) return true;
  return std::ranges::any_of(rules_, [&](const Rule& rule) {
    return rule.info.name == key ||
           std::ranges::find(rule.info.old_names, key) != rule.info.old_names.end();
  });
}

void OptionRules::Parse(const Value& options, const std::string& where, const Origin& origin,
                        void* target, Diagnostics& diagnostics) const {
  for (const Rule& rule : rules_) ParseRule(rule, options, where, origin, target, diagnostics);
  RefuseUnknown(options, "", where, diagnostics);
}

void OptionRules::ParseRule(const Rule& rule, const Value& options, const std::string& where,
                            const Origin& origin, void* target, Diagnostics& diagnostics) const {
  const std::string& name = rule.info.name;
  if (name.ends_with('*')) return;  // told by RefuseUnknown, key by key
  const Field* field = FindOption(options, name);
  for (const std::string& old_name : rule.info.old_names) {
    if (field != nullptr) break;
    field = FindOption(options, old_name);
    if (field != nullptr) {
      diagnostics.Note(field->origin,
                       fmt::format("{}: option '{}' is now called '{}'", where, old_name, name));
    }
  }
  if (field == nullptr || field->value.is_null()) {
    if (rule.info.required) {
      diagnostics.Error(origin,
                        fmt::format("{}: option '{}' is missing: {}", where, name, rule.info.help));
    }
    return;
  }
  const Origin& at = field->value.origin();
  if (rule.read) {
    const std::string expected = rule.read(field->value, target, diagnostics);
    if (expected.empty()) return;
    const bool secret = rule.info.type == "secret";
    diagnostics.Error(at,
                      fmt::format("{}: option '{}' must be {}, but is {}", where, name, expected,
                                  secret ? field->value.KindName() : field->value.ToText()));
  } else if (rule.info.use == OptionInfo::Use::kIgnored) {
    diagnostics.Note(at,
                     fmt::format("{}: option '{}' is ignored: {}", where, name, rule.info.help));
  } else if (!IsHarmless(rule, field->value)) {
    diagnostics.Error(at, fmt::format("{}: option '{} = {}' is not supported: {}", where, name,
                                      field->value.ToText(), rule.info.help));
  }
}

void OptionRules::RefuseUnknown(const Value& options, const std::string& prefix,
                                const std::string& where, Diagnostics& diagnostics) const {
  std::vector<std::string> names(std::begin(kCommon), std::end(kCommon));
  for (const Rule& rule : rules_) names.push_back(rule.info.name);
  for (const Field& field : *options.as_object()) {
    const std::string key = prefix + field.key;
    if (Knows(key)) continue;
    if (field.value.as_object() != nullptr && !field.value.as_object()->empty()) {
      RefuseUnknown(field.value, key + ".", where, diagnostics);
      continue;
    }
    const auto family = std::ranges::find_if(
        rules_, [&](const Rule& rule) { return SamePattern(rule.info.name, key); });
    const std::string meant = DidYouMean(key, names);
    if (family == rules_.end()) {
      diagnostics.Error(field.origin, fmt::format("{}: unknown option '{}'{}", where, key, meant));
    } else if (family->info.use == OptionInfo::Use::kIgnored) {
      diagnostics.Note(field.origin, fmt::format("{}: option '{}' is ignored: {}{}", where, key,
                                                 family->info.help, meant));
    } else if (family->info.use == OptionInfo::Use::kRefused) {
      diagnostics.Error(field.origin, fmt::format("{}: option '{}' is not supported: {}{}", where,
                                                  key, family->info.help, meant));
    }
  }
}

}  // namespace sluice
