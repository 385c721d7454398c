// SPDX-License-Identifier: Apache-2.0
// JobPlan: a job file turned into plugin objects and, once the sources were asked, into tables with
// their ways through the transforms to the targets. `check` stops after BuildPlan, `explain` after
// DiscoverTables.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/registry.h"
#include "engine/routes.h"

namespace sluice {

// Since when a job has a table.
enum class TableOrigin : uint8_t {
  kFromStart,
  kJoined,
  kJoining,  // and its targets are not prepared yet
};

using JoinedTables = std::map<TablePath, TableOrigin>;

// One source table on one route: its schema before the first transform and after each one.
struct TablePlan {
  size_t route = 0;  // in JobPlan::routes
  SchemaRef source;
  std::vector<SchemaRef> steps;  // one a transform; shorter when a transform dropped the table
  bool dropped = false;
  TablePath target;
  TableOrigin origin = TableOrigin::kFromStart;

  const SchemaRef& result() const { return steps.empty() ? source : steps.back(); }
};

struct SourceStep {
  const Plugin* plugin = nullptr;
  PluginConfig config;
  std::unique_ptr<Source> source;
  uint32_t parallelism = 1;       // readers
  std::vector<SchemaRef> tables;  // after DiscoverTables
  JoinedTables joined;            // of these, all but kFromStart
};

struct TransformStep {
  const Plugin* plugin = nullptr;
  PluginConfig config;
};

struct SinkStep {
  const Plugin* plugin = nullptr;
  PluginConfig config;
  std::unique_ptr<Sink> sink;
  uint32_t parallelism = 1;  // writers
};

// What the job promises, and why not more.
struct Promise {
  bool exactly_once = false;
  std::string why;  // one sentence for people
};

struct JobPlan {
  EnvOptions env;
  // By index in the job file.
  std::vector<SourceStep> sources;
  std::vector<TransformStep> transforms;
  std::vector<SinkStep> sinks;
  std::vector<Route> routes;
  Promise promise;
  std::vector<TablePlan> tables;   // after DiscoverTables, by route
  std::vector<std::string> notes;  // ignored options and other remarks, each once

  uint32_t readers() const;  // of all sources
  uint32_t writers() const;  // of all sinks
  bool endless() const;      // a source never ends
  bool passes_schema_changes() const;
  // The tables that joined the sources are those of `saved`, the sources' states in a checkpoint.
  bool JoinedAsOf(const Bytes& saved) const;
  // Every sink keeps one row of those that come twice. `why` says which does not.
  bool replay_converges(std::string* why) const;
  const Route& route(const TablePlan& table) const { return routes[table.route]; }
  // The tables that `sink` takes, each once; of several sources' tables that meet in one, the
  // earliest origin counts.
  std::vector<SchemaRef> TablesOf(size_t sink) const;
  std::vector<SchemaRef> TablesOf(size_t sink, TableOrigin origin) const;
  // A fresh transform object, bound to nothing yet.
  Result<std::unique_ptr<Transform>> MakeTransform(size_t index) const;
};

// Resolves plugins, parses their options and checks the wiring and the promise; connects to
// nothing. All mistakes go to `diagnostics`; the plan is complete only if diagnostics.ok()
// afterwards.
JobPlan BuildPlan(const Registry& registry, const JobFile& job, Diagnostics& diagnostics);

// Asks the sources for their tables and follows each through the transforms to its targets.
// `saved`: the sources' states in the checkpoint that the job resumes from (job_pieces.h). Blocks.
// kInvalidConfig when two tables end in one target without being alike, naming both.
Status DiscoverTables(JobPlan& plan, Context& ctx, const std::optional<Bytes>& saved);

// Once the sinks are prepared, and know how they write their tables: what the job promises may be
// less than it seemed. kInvalidConfig when the job file asks for more.
Status HoldPromise(JobPlan& plan);

// What a start anew would complain of, all of it, without changing anything in a target. Blocks.
std::vector<Status> CheckEnds(JobPlan& plan, Context& ctx);

}  // namespace sluice
