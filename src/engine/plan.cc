// SPDX-License-Identifier: Apache-2.0
#include "engine/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/suggest.h"
#include "config/wiring.h"

namespace sluice {
namespace {

std::vector<std::string> Names(const Registry& registry, PluginKind kind) {
  std::vector<std::string> names;
  for (const Plugin& plugin : registry.plugins()) {
    if (plugin.kind == kind) names.push_back(plugin.name);
  }
  return names;
}

const Plugin* FindPlugin(const Registry& registry, PluginKind kind, const PluginConfig& config,
                         Diagnostics& diagnostics) {
  if (config.plugin_name.empty()) return nullptr;  // told while the file was read
  const Plugin* plugin = registry.Find(kind, config.plugin_name);
  if (plugin != nullptr) return plugin;
  const auto names = Names(registry, kind);
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  diagnostics.Error(config.origin,
                    fmt::format("there is no {} plugin '{}'{} (known: {})", PluginKindName(kind),
                                config.plugin_name, DidYouMean(config.plugin_name, names), all));
  return nullptr;
}

// One source, a chain of transforms, one sink.
bool IsChain(const JobFile& job, const Wiring& wiring, Diagnostics& diagnostics) {
  const auto refuse = [&](const PluginConfig& plugin, std::string_view what) {
    diagnostics.Error(plugin.origin,
                      fmt::format("{} '{}': a job has one source, a chain of transforms and one "
                                  "sink; {}: put it into a job file of its own",
                                  plugin.section, plugin.plugin_name, what));
    return false;
  };
  if (job.sources.size() > 1) return refuse(job.sources[1], "this is a second source");
  if (job.sinks.size() > 1) return refuse(job.sinks[1], "this is a second sink");
  if (job.sources.empty() || job.sinks.empty() || !diagnostics.ok()) return false;
  StepRef last{StepKind::kSource, 0};
  for (const size_t index : wiring.transform_order) {
    if (wiring.transform_inputs[index] != std::vector<StepRef>{last}) {
      return refuse(job.transforms[index], "this transform is not the next one in the chain");
    }
    last = {StepKind::kTransform, index};
  }
  if (wiring.sink_inputs[0] != std::vector<StepRef>{last}) {
    return refuse(job.sinks[0], "the sink does not take the rows of the last step");
  }
  return true;
}

Promise Strongest(const Source& source, const Sink& sink) {
  if (sink.delivery() != Delivery::kTwoPhase) {
    return {false,
            "the sink makes rows visible at once, so rows since the last checkpoint come again "
            "after a crash"};
  }
  if (source.replay() != Replay::kExact) {
    return {false, "the source cannot read the same rows again after a crash"};
  }
  // Rows of a snapshot that come again must replace themselves.
  std::string appends;
  if (!source.replay_note().empty() && !sink.replay_converges(&appends)) {
    return {false, fmt::format("{}, but {}", source.replay_note(), appends)};
  }
  return {true,
          "the source reads the same rows again from a checkpoint, and the sink makes rows visible "
          "only with theirs"};
}

void CheckPromise(JobPlan& plan, Diagnostics& diagnostics) {
  plan.promise = Strongest(*plan.source, *plan.sink);
  if (plan.env.guarantee == Guarantee::kAtLeastOnce && plan.promise.exactly_once) {
    plan.promise = {false,
                    "the job asks for no more; rows come twice only when prepared ones are "
                    "lost and must be read again"};
  }
  if (const std::string note = plan.source->replay_note(); !note.empty()) {
    plan.notes.push_back(note);
  }
  if (plan.env.guarantee == Guarantee::kExactlyOnce && !plan.promise.exactly_once) {
    diagnostics.Error(
        plan.sink_config.origin,
        fmt::format("delivery.guarantee = EXACTLY_ONCE cannot be kept from {} to {}: "
                    "{}",
                    plan.source_plugin->name, plan.sink_plugin->name, plan.promise.why));
  }
  if (plan.source->passes_schema_changes() && !plan.sink->follows_schema_changes()) {
    diagnostics.Error(
        plan.source_config.origin,
        fmt::format("source '{}' passes changes of schema on (schema-changes.enabled), which sink "
                    "'{}' does not follow: switch it off, and the job stops at a change that "
                    "the target would have to follow",
                    plan.source_plugin->name, plan.sink_plugin->name));
  }
  const bool endless = plan.source->boundedness() == Boundedness::kUnbounded;
  if (endless && plan.env.job_mode == JobMode::kBatch) {
    diagnostics.Error(plan.source_config.origin,
                      fmt::format("source '{}' never ends, so job.mode = BATCH is not possible: "
                                  "set job.mode = \"STREAMING\" in env",
                                  plan.source_plugin->name));
  }
}

Status FollowTable(const JobPlan& plan, std::vector<std::unique_ptr<Transform>>& transforms,
                   TablePlan& table) {
  for (size_t i = 0; i < transforms.size(); ++i) {
    auto after = transforms[i]->Bind(table.result());
    if (!after) {
      return after.error().In(fmt::format("transform '{}' taking table {}",
                                          plan.transforms[i].config.plugin_name,
                                          table.result()->path.ToString()));
    }
    if (!*after) {
      table.dropped = true;
      return {};
    }
    RETURN_IF_ERROR((*after)->Check());
    table.steps.push_back(std::move(*after));
  }
  ASSIGN_OR_RETURN(table.target, plan.sink->Target(*table.result()));
  return {};
}

Status RefuseSharedTargets(const std::vector<TablePlan>& tables) {
  std::map<TablePath, const TablePlan*> targets;
  for (const TablePlan& table : tables) {
    if (table.dropped) continue;
    const auto [at, fresh] = targets.emplace(table.target, &table);
    if (fresh) continue;
    return {Code::kInvalidConfig,
            fmt::format("the tables {} and {} would both be written to {}: rename one of them, for "
                        "example with the TableRename transform",
                        at->second->source->path.ToString(), table.source->path.ToString(),
                        table.target.ToString())};
  }
  return {};
}

}  // namespace

Result<std::vector<std::unique_ptr<Transform>>> JobPlan::MakeTransforms() const {
  std::vector<std::unique_ptr<Transform>> out;
  for (const TransformStep& step : transforms) {
    Diagnostics diagnostics;
    auto made = step.plugin->make_transform(step.config, diagnostics);
    RETURN_IF_ERROR(diagnostics.ToStatus());
    out.push_back(std::move(made));
  }
  for (const TablePlan& table : tables) {
    SchemaRef schema = table.source;
    for (size_t i = 0; i < out.size() && schema; ++i) {
      ASSIGN_OR_RETURN(schema, out[i]->Bind(schema));
    }
  }
  return out;
}

JobPlan BuildPlan(const Registry& registry, const JobFile& job, Diagnostics& diagnostics) {
  JobPlan plan;
  plan.env = job.env;
  const Wiring wiring = Wire(job, diagnostics);
  for (const PluginConfig& config : job.sources) {
    const Plugin* plugin = FindPlugin(registry, PluginKind::kSource, config, diagnostics);
    if (plugin == nullptr) continue;
    auto source = plugin->make_source(config, job.env, diagnostics);
    if (plan.source_plugin != nullptr) continue;
    plan.source_plugin = plugin;
    plan.source_config = config;
    plan.source = std::move(source);
  }
  std::vector<const Plugin*> plugins;
  for (const PluginConfig& config : job.transforms) {
    const Plugin* plugin = FindPlugin(registry, PluginKind::kTransform, config, diagnostics);
    plugins.push_back(plugin);
    if (plugin != nullptr) plugin->make_transform(config, diagnostics);
  }
  for (const PluginConfig& config : job.sinks) {
    const Plugin* plugin = FindPlugin(registry, PluginKind::kSink, config, diagnostics);
    if (plugin == nullptr) continue;
    auto sink = plugin->make_sink(config, job.env, diagnostics);
    if (plan.sink_plugin != nullptr) continue;
    plan.sink_plugin = plugin;
    plan.sink_config = config;
    plan.sink = std::move(sink);
  }
  for (const Remark& note : diagnostics.notes()) plan.notes.push_back(note.ToString());
  if (!IsChain(job, wiring, diagnostics) || !plan.source || !plan.sink) return plan;
  for (const size_t index : wiring.transform_order) {
    plan.transforms.push_back({plugins[index], job.transforms[index]});
  }
  plan.parallelism =
      static_cast<uint32_t>(plan.source_config.parallelism.value_or(job.env.parallelism));
  CheckPromise(plan, diagnostics);
  return plan;
}

Status DiscoverTables(JobPlan& plan, Context& ctx, const std::optional<Bytes>& saved) {
  ASSIGN_OR_RETURN(const std::vector<SchemaRef> schemas,
                   saved ? plan.source->Restore(ctx, *saved) : plan.source->Discover(ctx));
  std::vector<TablePlan> tables;
  for (const SchemaRef& schema : schemas) {
    RETURN_IF_ERROR(schema->Check());
    tables.push_back({.source = schema});
  }
  ASSIGN_OR_RETURN(auto transforms, plan.MakeTransforms());
  for (TablePlan& table : tables) RETURN_IF_ERROR(FollowTable(plan, transforms, table));
  RETURN_IF_ERROR(RefuseSharedTargets(tables));
  plan.tables = std::move(tables);
  return {};
}

}  // namespace sluice
