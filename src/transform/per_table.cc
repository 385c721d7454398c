// SPDX-License-Identifier: Apache-2.0
#include "transform/per_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

Regex RuleCheck::Expression(const LocatedText& text, const std::string& option) const {
  auto regex = Regex::Compile(text.text);
  if (regex) return std::move(*regex);
  diagnostics_.Error(text.origin,
                     fmt::format("{}: {}: {}", where_, option, regex.error().message()));
  return *Regex::Compile("");
}

bool HasOptionsAtTop(const PluginConfig& config, const std::vector<OptionInfo>& options) {
  return std::ranges::any_of(options, [&](const OptionInfo& option) {
    if (option.name == "table_match_regex" || option.name == "table_transform") return false;
    const auto given = [&](const std::string& name) {
      return FindOption(config.options, name) != nullptr;
    };
    return given(option.name) || std::ranges::any_of(option.old_names, given);
  });
}

Result<const TableRule*> PerTableTransform::RuleOf(const TablePath& path) const {
  const std::string full = path.ToString();
  if (const auto one = rules_.tables.find(full); one != rules_.tables.end()) {
    return one->second.get();
  }
  if (!rules_.top) return nullptr;
  ASSIGN_OR_RETURN(const bool matches, rules_.match.MatchesAll(full));
  return matches ? rules_.top.get() : nullptr;
}

Result<PerTableTransform::Bound*> PerTableTransform::BoundTo(const SchemaRef& in) {
  const auto known = bound_.find(in->path);
  if (known != bound_.end()) {
    Bound& bound = known->second;
    if (bound.in == in) return &bound;
    if (*bound.in == *in) {
      bound.in = in;
      return &bound;
    }
  }
  ASSIGN_OR_RETURN(const TableRule* rule, RuleOf(in->path));
  Bound bound{in, in, nullptr};
  if (rule != nullptr) {
    if (known != bound_.end()) RETURN_IF_ERROR(rule->CheckChange(*known->second.in, *in));
    ASSIGN_OR_RETURN(bound.step, rule->Bind(in));
    RETURN_IF_ERROR(bound.step->out()->Check());
    bound.out = bound.step->out();
  }
  return &(bound_[in->path] = std::move(bound));
}

Result<SchemaRef> PerTableTransform::Bind(const SchemaRef& in) {
  ASSIGN_OR_RETURN(const Bound* bound, BoundTo(in));
  return bound->out;
}

Status PerTableTransform::Apply(ChunkPtr chunk, Emitter& out) {
  ASSIGN_OR_RETURN(const Bound* bound, BoundTo(chunk->schema()));
  if (bound->step) return bound->step->Apply(std::move(chunk), out);
  out.Emit(std::move(chunk));
  return {};
}

bool PerTableTransform::follows_every_change() const {
  return std::ranges::all_of(bound_, [](const auto& one) {
    const auto& step = one.second.step;
    return !step || step->follows_every_change();
  });
}

}  // namespace sluice
