// SPDX-License-Identifier: Apache-2.0
#include "engine/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/logging.h"
#include "config/suggest.h"

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

Promise Strongest(const Source& source, const Sink& sink) {
  if (sink.delivery() != Delivery::kTwoPhase) {
    return {false,
            "the sink makes rows visible before their checkpoint, so those since the last one come "
            "again after a crash"};
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

std::set<std::pair<uint32_t, uint32_t>> PairsOf(const JobPlan& plan) {
  std::set<std::pair<uint32_t, uint32_t>> pairs;
  for (const Route& route : plan.routes) pairs.emplace(route.source, route.sink);
  return pairs;
}

std::string NotKept(const SourceStep& source, const SinkStep& sink, const Promise& promise) {
  return fmt::format("delivery.guarantee = EXACTLY_ONCE cannot be kept from {} to {}: {}",
                     source.plugin->name, sink.plugin->name, promise.why);
}

// The job promises what its weakest pair of ends can keep.
void CheckPromise(JobPlan& plan, Diagnostics& diagnostics) {
  const auto pairs = PairsOf(plan);
  plan.promise.exactly_once = true;
  for (const auto& [from, to] : pairs) {
    const SourceStep& source = plan.sources[from];
    const SinkStep& sink = plan.sinks[to];
    Promise one = Strongest(*source.source, *sink.sink);
    if (plan.env.guarantee == Guarantee::kExactlyOnce && !one.exactly_once) {
      diagnostics.Error(sink.config.origin, NotKept(source, sink, one));
    }
    if (!plan.promise.exactly_once) continue;
    if (!one.exactly_once && pairs.size() > 1) {
      one.why = fmt::format("from {} to {} {}", source.plugin->name, sink.plugin->name, one.why);
    }
    plan.promise = std::move(one);
  }
  if (plan.env.guarantee == Guarantee::kAtLeastOnce && plan.promise.exactly_once) {
    plan.promise = {false,
                    "the job asks for no more; rows come twice only when prepared ones are "
                    "lost and must be read again"};
  }
}

void CheckChanges(const JobPlan& plan, Diagnostics& diagnostics) {
  std::set<std::pair<uint32_t, uint32_t>> told;
  for (const Route& route : plan.routes) {
    const SourceStep& source = plan.sources[route.source];
    const SinkStep& sink = plan.sinks[route.sink];
    if (!source.source->passes_schema_changes() || sink.sink->follows_schema_changes()) continue;
    if (!told.emplace(route.source, route.sink).second) continue;
    diagnostics.Error(
        source.config.origin,
        fmt::format("source '{}' passes changes of schema on (schema-changes.enabled), which sink "
                    "'{}' does not follow: switch it off, and the job stops at a change that "
                    "the target would have to follow",
                    source.plugin->name, sink.plugin->name));
  }
}

void CheckSources(JobPlan& plan, Diagnostics& diagnostics) {
  for (const SourceStep& source : plan.sources) {
    if (std::string note = source.source->replay_note(); !note.empty()) {
      plan.notes.push_back(std::move(note));
    }
    const bool endless = source.source->boundedness() == Boundedness::kUnbounded;
    if (endless && plan.env.job_mode == JobMode::kBatch) {
      diagnostics.Error(source.config.origin,
                        fmt::format("source '{}' never ends, so job.mode = BATCH is not possible: "
                                    "set job.mode = \"STREAMING\" in env",
                                    source.plugin->name));
    }
  }
}

// False: a plugin is not there or could not be made; told.
bool MakeSteps(const Registry& registry, const JobFile& job, JobPlan& plan,
               Diagnostics& diagnostics) {
  bool all = !job.sources.empty() && !job.sinks.empty();
  for (const PluginConfig& config : job.sources) {
    SourceStep step{.plugin = FindPlugin(registry, PluginKind::kSource, config, diagnostics),
                    .config = config};
    if (step.plugin != nullptr) {
      step.source = step.plugin->make_source(config, job.env, diagnostics);
    }
    step.parallelism = static_cast<uint32_t>(config.parallelism.value_or(job.env.parallelism));
    all = all && step.source != nullptr;
    plan.sources.push_back(std::move(step));
  }
  for (const PluginConfig& config : job.transforms) {
    const Plugin* plugin = FindPlugin(registry, PluginKind::kTransform, config, diagnostics);
    const bool made = plugin != nullptr && plugin->make_transform(config, diagnostics) != nullptr;
    all = all && made;
    plan.transforms.push_back({plugin, config});
  }
  for (const PluginConfig& config : job.sinks) {
    SinkStep step{.plugin = FindPlugin(registry, PluginKind::kSink, config, diagnostics),
                  .config = config};
    if (step.plugin != nullptr) step.sink = step.plugin->make_sink(config, job.env, diagnostics);
    all = all && step.sink != nullptr;
    plan.sinks.push_back(std::move(step));
  }
  return all;
}

// As many writers as the widest source that feeds them has readers.
void SetWriters(JobPlan& plan) {
  for (const Route& route : plan.routes) {
    SinkStep& sink = plan.sinks[route.sink];
    sink.parallelism = std::max(sink.parallelism, plan.sources[route.source].parallelism);
  }
  for (SinkStep& sink : plan.sinks) {
    if (sink.config.parallelism) sink.parallelism = static_cast<uint32_t>(*sink.config.parallelism);
  }
}

}  // namespace

uint32_t JobPlan::readers() const {
  uint32_t sum = 0;
  for (const SourceStep& source : sources) sum += source.parallelism;
  return sum;
}

uint32_t JobPlan::writers() const {
  uint32_t sum = 0;
  for (const SinkStep& sink : sinks) sum += sink.parallelism;
  return sum;
}

bool JobPlan::endless() const {
  return std::ranges::any_of(sources, [](const SourceStep& step) {
    return step.source->boundedness() == Boundedness::kUnbounded;
  });
}

bool JobPlan::passes_schema_changes() const {
  return std::ranges::any_of(
      sources, [](const SourceStep& step) { return step.source->passes_schema_changes(); });
}

Status HoldPromise(JobPlan& plan) {
  if (!plan.promise.exactly_once) return {};
  for (const auto& [from, to] : PairsOf(plan)) {
    const SourceStep& source = plan.sources[from];
    const SinkStep& sink = plan.sinks[to];
    Promise one = Strongest(*source.source, *sink.sink);
    if (one.exactly_once) continue;
    if (plan.env.guarantee == Guarantee::kExactlyOnce) {
      return {Code::kInvalidConfig, NotKept(source, sink, one)};
    }
    LogWarn(fmt::format("at least once, not exactly: {}", one.why));
    plan.promise = std::move(one);
    return {};
  }
  return {};
}

bool JobPlan::replay_converges(std::string* why) const {
  return std::ranges::all_of(
      sinks, [&](const SinkStep& step) { return step.sink->replay_converges(why); });
}

Result<std::unique_ptr<Transform>> JobPlan::MakeTransform(size_t index) const {
  Diagnostics diagnostics;
  auto made = transforms[index].plugin->make_transform(transforms[index].config, diagnostics);
  RETURN_IF_ERROR(diagnostics.ToStatus());
  return made;
}

JobPlan BuildPlan(const Registry& registry, const JobFile& job, Diagnostics& diagnostics) {
  JobPlan plan;
  plan.env = job.env;
  const Wiring wiring = Wire(job, diagnostics);
  const bool made = MakeSteps(registry, job, plan, diagnostics);
  for (const Remark& note : diagnostics.notes()) plan.notes.push_back(note.ToString());
  if (!made || !diagnostics.ok()) return plan;
  plan.routes = FindRoutes(job, wiring, diagnostics);
  SetWriters(plan);
  CheckPromise(plan, diagnostics);
  CheckChanges(plan, diagnostics);
  CheckSources(plan, diagnostics);
  return plan;
}

}  // namespace sluice
