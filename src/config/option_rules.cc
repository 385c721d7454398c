// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "config/option_spec.h"
#include "config/suggest.h"

namespace sluice {
namespace {

bool SamePattern(std::string_view pattern, std::string_view key) {
  if (!pattern.ends_with('*')) return pattern == key;
  return key.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool IsHarmless(const OptionRules::Rule& rule, const Value& value) {
  return MatchChoice(value, rule.harmless).has_value();
}

// What an option holds, for a message: short, and never a secret.
std::string Shown(const OptionInfo& info, const Value& value) {
  constexpr size_t kTextMax = 80;
  const bool nested = value.as_list() != nullptr || value.as_object() != nullptr;
  const bool for_nested =
      info.type.starts_with("list") || info.type == "map" || info.type == "object";
  std::string text = value.ToText();
  // Among the members there may be a password, also when they were written as one text.
  const bool has_members = (nested || for_nested) && text != "[]" && text != "{}";
  if (info.type == "secret" || has_members) return std::string(value.KindName());
  if (text.empty()) return "empty";
  if (text.size() > kTextMax) text = text.substr(0, kTextMax) + "...";
  return text;
}

}  // namespace

std::string Where(const PluginConfig& config) {
  return fmt::format("{} '{}'", config.section, config.plugin_name);
}

OptionRules::Rule& OptionRules::Add(Rule rule) {
  rules_.push_back(std::move(rule));
  return rules_.back();
}

bool OptionRules::Knows(const std::string& key) const {
  return std::ranges::any_of(rules_, [&](const Rule& rule) {
    return rule.info.name == key ||
           std::ranges::find(rule.info.old_names, key) != rule.info.old_names.end();
  });
}

void OptionRules::Parse(const Value& options, const std::string& where, const Origin& origin,
                        std::span<const std::string_view> known, void* target,
                        Diagnostics& diagnostics) const {
  for (const Rule& rule : rules_) ParseRule(rule, options, where, origin, target, diagnostics);
  RefuseUnknown(options, "", where, known, diagnostics);
}

void OptionRules::ParseRule(const Rule& rule, const Value& options, const std::string& where,
                            const Origin& origin, void* target, Diagnostics& diagnostics) const {
  const std::string& name = rule.info.name;
  if (name.ends_with('*')) return;  // told by RefuseUnknown, key by key
  const Field* field = FindOption(options, name);
  for (const std::string& old_name : rule.info.old_names) {
    const Field* old = FindOption(options, old_name);
    if (old == nullptr) continue;
    const std::string_view remark = field == nullptr ? "is now called" : "is not read beside";
    diagnostics.Note(old->origin,
                     fmt::format("{}: option '{}' {} '{}'", where, old_name, remark, name));
    if (field == nullptr) field = old;
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
    const std::string expected = rule.read(field->value, where, target, diagnostics);
    if (expected.empty()) return;
    diagnostics.Error(at, fmt::format("{}: option '{}' must be {}, but is {}", where, name,
                                      expected, Shown(rule.info, field->value)));
  } else if (rule.info.use == OptionInfo::Use::kIgnored) {
    diagnostics.Note(at,
                     fmt::format("{}: option '{}' is ignored: {}", where, name, rule.info.help));
  } else if (!IsHarmless(rule, field->value)) {
    diagnostics.Error(at, fmt::format("{}: option '{} = {}' is not supported: {}", where, name,
                                      Shown(rule.info, field->value), rule.info.help));
  }
}

void OptionRules::RefuseUnknown(const Value& options, const std::string& prefix,
                                const std::string& where, std::span<const std::string_view> known,
                                Diagnostics& diagnostics) const {
  std::vector<std::string> names(known.begin(), known.end());
  for (const Rule& rule : rules_) {
    if (!rule.info.name.ends_with('*')) names.push_back(rule.info.name);
  }
  for (const Field& field : *options.as_object()) {
    const std::string key = prefix + field.key;
    if (Knows(key) || std::ranges::find(known, key) != known.end()) continue;
    if (field.value.as_object() != nullptr && !field.value.as_object()->empty()) {
      RefuseUnknown(field.value, key + ".", where, known, diagnostics);
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
