// SPDX-License-Identifier: Apache-2.0
#include "engine/healing_check.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {
namespace {

Status Refused(const std::string& why) {
  return {
      Code::kInvalidConfig,
      fmt::format("the targets cannot be healed: {}; --fresh begins anew without comparing", why)};
}

Status CheckSources(const JobPlan& plan) {
  for (const SourceStep& step : plan.sources) {
    if (step.source->begins_with_snapshot()) continue;
    return Refused(
        fmt::format("the source {} does not begin with a snapshot of whole tables, so "
                    "what its targets should hold is not known (MySQL-CDC does with "
                    "startup.mode = initial)",
                    step.source->Identity()));
  }
  return {};
}

// Every transform of a route, over every table that comes to it.
Status CheckTransforms(const JobPlan& plan) {
  for (size_t route = 0; route < plan.routes.size(); ++route) {
    const std::vector<size_t>& chain = plan.routes[route].transforms;
    for (size_t i = 0; i < chain.size(); ++i) {
      ASSIGN_OR_RETURN(const auto transform, plan.MakeTransform(chain[i]));
      for (const TablePlan& table : plan.tables) {
        if (table.route != route || table.steps.size() < i) continue;
        const auto bound = transform->Bind(i == 0 ? table.source : table.steps[i - 1]);
        if (!bound) return bound.error();
      }
      if (transform->follows_every_change()) continue;
      return Refused(
          fmt::format("the transform '{}' leaves changes of some kind out or makes rows "
                      "of them, so a target is not to hold just what the source holds",
                      plan.transforms[chain[i]].config.plugin_name));
    }
  }
  return {};
}

Status CheckKey(const Schema& rows) {
  if (rows.primary_key.empty()) {
    return Refused(fmt::format("table {} has no key", rows.path.ToString()));
  }
  const auto inexact = std::ranges::find_if(rows.primary_key, [&](uint32_t column) {
    const TypeKind kind = rows.columns[column].type.kind;
    return kind == TypeKind::kFloat || kind == TypeKind::kDouble;
  });
  if (inexact == rows.primary_key.end()) return {};
  return Refused(
      fmt::format("the key of table {} holds {}, whose values servers write in several "
                  "ways",
                  rows.path.ToString(), rows.columns[*inexact].name));
}

}  // namespace

Status CheckHealing(JobPlan& plan, Context& ctx) {
  RETURN_IF_ERROR(CheckSources(plan));
  RETURN_IF_ERROR(CheckTransforms(plan));
  for (size_t i = 0; i < plan.sinks.size(); ++i) {
    Sink& sink = *plan.sinks[i].sink;
    std::string why;
    if (!sink.replay_converges(&why)) return Refused(fmt::format("{}: {}", sink.Identity(), why));
    for (const SchemaRef& rows : plan.TablesOf(i)) {
      RETURN_IF_ERROR(CheckKey(*rows));
      RETURN_IF_ERROR(ctx.cancel.Check());
      RETURN_IF_ERROR(
          sink.CheckScan(ctx, *rows)
              .In("looking whether the target of " + rows->path.ToString() + " can be healed"));
    }
  }
  return {};
}

}  // namespace sluice
