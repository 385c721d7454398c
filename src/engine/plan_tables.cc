// SPDX-License-Identifier: Apache-2.0
// The tables of a plan: what the sources have, and where each of it goes.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "engine/job_pieces.h"
#include "engine/plan.h"

namespace sluice {
namespace {

// Transforms of one route, in order.
using Chain = std::vector<std::unique_ptr<Transform>>;

Result<Chain> MakeChain(const JobPlan& plan, const Route& route) {
  Chain out;
  for (const size_t index : route.transforms) {
    ASSIGN_OR_RETURN(auto made, plan.MakeTransform(index));
    out.push_back(std::move(made));
  }
  return out;
}

Status FollowTable(const JobPlan& plan, Chain& chain, TablePlan& table) {
  const Route& route = plan.route(table);
  for (size_t i = 0; i < chain.size(); ++i) {
    auto after = chain[i]->Bind(table.result());
    if (!after) {
      return after.error().In(fmt::format("transform '{}' taking table {}",
                                          plan.transforms[route.transforms[i]].config.plugin_name,
                                          table.result()->path.ToString()));
    }
    if (!*after) {
      table.dropped = true;
      return {};
    }
    RETURN_IF_ERROR((*after)->Check());
    table.steps.push_back(std::move(*after));
  }
  ASSIGN_OR_RETURN(table.target, plan.sinks[route.sink].sink->Target(*table.result()));
  return {};
}

bool Alike(const Schema& a, const Schema& b) {
  return a.path == b.path && a.primary_key == b.primary_key &&
         std::ranges::equal(a.columns, b.columns, [](const ColumnInfo& x, const ColumnInfo& y) {
           return x.name == y.name && x.type == y.type;
         });
}

// Tables of different sources may meet, as parts of one that was spread over servers; tables of one
// source meet by mistake.
Status MayMeet(const JobPlan& plan, const TablePlan& one, const TablePlan& other) {
  const std::string where =
      fmt::format("the tables {} and {} would both be written to {}", one.source->path.ToString(),
                  other.source->path.ToString(), one.target.ToString());
  const Route& a = plan.route(one);
  const Route& b = plan.route(other);
  if (a.source == b.source) {
    return {Code::kInvalidConfig,
            where + ": rename one of them, for example with the TableRename transform"};
  }
  if (!Alike(*one.result(), *other.result())) {
    return {Code::kInvalidConfig,
            where + ", but their columns or keys differ: rename one of them, or make them alike"};
  }
  if (plan.sources[a.source].source->passes_schema_changes() ||
      plan.sources[b.source].source->passes_schema_changes()) {
    return {Code::kInvalidConfig,
            where +
                ", and changes of schema are passed on: rows of the source that changes later "
                "would not fit. Switch schema-changes.enabled off, or rename one of them"};
  }
  return {};
}

Status CheckTargets(JobPlan& plan) {
  std::map<std::pair<uint32_t, TablePath>, const TablePlan*> targets;
  for (const TablePlan& table : plan.tables) {
    if (table.dropped) continue;
    const auto [at, fresh] =
        targets.emplace(std::pair(plan.route(table).sink, table.target), &table);
    if (fresh) continue;
    RETURN_IF_ERROR(MayMeet(plan, *at->second, table));
    const std::string note = fmt::format(
        "table {} is filled by several sources: of rows with one key, the last that came counts",
        table.target.ToString());
    if (std::ranges::find(plan.notes, note) == plan.notes.end()) plan.notes.push_back(note);
  }
  return {};
}

// With the source's number where there are several.
Status OfSource(const JobPlan& plan, size_t i, const Status& status) {
  if (plan.sources.size() == 1) return status;
  return status.In(fmt::format("source {} '{}'", i + 1, plan.sources[i].plugin->name));
}

JoinedTables JoinedTo(const Source& source, const Bytes& state) {
  JoinedTables out;
  for (const JoinedTable& table : source.Joined(state)) {
    out[table.path] = table.prepared ? TableOrigin::kJoined : TableOrigin::kJoining;
  }
  return out;
}

Status Ask(JobPlan& plan, size_t i, Context& ctx, const Bytes* state) {
  SourceStep& step = plan.sources[i];
  auto tables = state != nullptr ? step.source->Restore(ctx, *state) : step.source->Discover(ctx);
  if (!tables) return OfSource(plan, i, tables.error());
  for (const SchemaRef& schema : *tables) RETURN_IF_ERROR(schema->Check());
  step.tables = std::move(*tables);
  step.joined = state != nullptr ? JoinedTo(*step.source, *state) : JoinedTables();
  return {};
}

Status FollowTables(JobPlan& plan) {
  plan.tables.clear();
  for (size_t route = 0; route < plan.routes.size(); ++route) {
    ASSIGN_OR_RETURN(Chain chain, MakeChain(plan, plan.routes[route]));
    const SourceStep& source = plan.sources[plan.routes[route].source];
    for (const SchemaRef& schema : source.tables) {
      TablePlan& table = plan.tables.emplace_back(TablePlan{.route = route, .source = schema});
      const auto joined = source.joined.find(schema->path);
      if (joined != source.joined.end()) table.origin = joined->second;
      RETURN_IF_ERROR(FollowTable(plan, chain, table));
    }
  }
  return CheckTargets(plan);
}

}  // namespace

Status DiscoverTables(JobPlan& plan, Context& ctx, const std::optional<Bytes>& saved) {
  std::vector<Bytes> states;
  if (saved) {
    ASSIGN_OR_RETURN(states, PartStates(*saved, plan.sources.size()));
  }
  for (size_t i = 0; i < plan.sources.size(); ++i) {
    RETURN_IF_ERROR(Ask(plan, i, ctx, saved ? &states[i] : nullptr));
  }
  return FollowTables(plan);
}

std::vector<Status> CheckEnds(JobPlan& plan, Context& ctx) {
  std::vector<Status> wrong;
  for (size_t i = 0; i < plan.sources.size(); ++i) {
    if (Status status = Ask(plan, i, ctx, nullptr); !status.ok())
      wrong.push_back(std::move(status));
  }
  if (wrong.empty()) {
    if (Status status = FollowTables(plan); !status.ok()) wrong.push_back(std::move(status));
  }
  for (size_t i = 0; i < plan.sinks.size(); ++i) {
    // Of a source that cannot be read the tables are not known.
    const std::vector<SchemaRef> tables = plan.TablesOf(i);
    for (Status& status : plan.sinks[i].sink->Check(ctx, tables)) {
      wrong.push_back(status.In(fmt::format("sink '{}'", plan.sinks[i].plugin->name)));
    }
  }
  return wrong;
}

bool JobPlan::JoinedAsOf(const Bytes& saved) const {
  const auto states = PartStates(saved, sources.size());
  if (!states) return false;
  for (size_t i = 0; i < sources.size(); ++i) {
    if (JoinedTo(*sources[i].source, (*states)[i]) != sources[i].joined) return false;
  }
  return true;
}

std::vector<SchemaRef> JobPlan::TablesOf(size_t sink) const {
  std::vector<SchemaRef> out;
  for (const TableOrigin origin :
       {TableOrigin::kFromStart, TableOrigin::kJoined, TableOrigin::kJoining}) {
    std::ranges::move(TablesOf(sink, origin), std::back_inserter(out));
  }
  return out;
}

std::vector<SchemaRef> JobPlan::TablesOf(size_t sink, TableOrigin origin) const {
  std::vector<SchemaRef> out;
  std::map<TablePath, TableOrigin> earliest;
  for (const TablePlan& table : tables) {
    if (table.dropped || route(table).sink != sink) continue;
    TableOrigin& known = earliest.emplace(table.result()->path, table.origin).first->second;
    known = std::min(known, table.origin);
  }
  for (const TablePlan& table : tables) {
    if (table.dropped || route(table).sink != sink) continue;
    const auto left = earliest.find(table.result()->path);
    if (left == earliest.end() || left->second != origin) continue;
    out.push_back(table.result());
    earliest.erase(left);
  }
  return out;
}

}  // namespace sluice
