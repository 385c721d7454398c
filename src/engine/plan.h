// SPDX-License-Identifier: Apache-2.0
// JobPlan: a job file turned into plugin objects and, once the source was asked, into tables with
// their way through the transforms to the target. `check` stops after BuildPlan, `explain` after
// DiscoverTables.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/registry.h"

namespace sluice {

// One source table: its schema before the first transform and after each one.
struct TablePlan {
  SchemaRef source;
  std::vector<SchemaRef> steps;  // one a transform; shorter when a transform dropped the table
  bool dropped = false;
  TablePath target;

  const SchemaRef& result() const { return steps.empty() ? source : steps.back(); }
};

struct TransformStep {
  const Plugin* plugin = nullptr;
  PluginConfig config;
};

// What the job promises, and why not more.
struct Promise {
  bool exactly_once = false;
  std::string why;  // one sentence for people
};

struct JobPlan {
  EnvOptions env;
  const Plugin* source_plugin = nullptr;
  const Plugin* sink_plugin = nullptr;
  PluginConfig source_config;
  PluginConfig sink_config;
  std::unique_ptr<Source> source;
  std::vector<TransformStep> transforms;
  std::unique_ptr<Sink> sink;
  uint32_t parallelism = 1;
  Promise promise;
  std::vector<TablePlan> tables;   // after DiscoverTables
  std::vector<std::string> notes;  // ignored options and other remarks, each once

  // Fresh transform objects, bound to every table; one set a task.
  Result<std::vector<std::unique_ptr<Transform>>> MakeTransforms() const;
};

// Resolves plugins, parses their options and checks the wiring and the promise; connects to
// nothing. All mistakes go to `diagnostics`; the plan is complete only if diagnostics.ok()
// afterwards.
JobPlan BuildPlan(const Registry& registry, const JobFile& job, Diagnostics& diagnostics);

// Asks the source for its tables and follows each through the transforms to its target. `saved`:
// the source's state in the checkpoint that the job resumes from. Blocks. kInvalidConfig when two
// tables end in one target, naming both.
Status DiscoverTables(JobPlan& plan, Context& ctx, const std::optional<Bytes>& saved);

}  // namespace sluice
