// SPDX-License-Identifier: Apache-2.0
// check and explain: what a job would do, without doing it.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/job_plan.h"
#include "cli/json_report.h"
#include "cli/report.h"

namespace sluice::cli {
namespace {

std::string ColumnLine(const Schema& schema, uint32_t index) {
  const ColumnInfo& column = schema.columns[index];
  std::string out = fmt::format("      {} {}", column.name, column.type.ToString());
  if (column.length) out += fmt::format(" length {}", *column.length);
  if (!column.nullable) out += " not null";
  for (size_t i = 0; i < schema.primary_key.size(); ++i) {
    if (schema.primary_key[i] == index) out += fmt::format(" key {}", i + 1);
  }
  if (!column.source_type.empty()) out += fmt::format("  ({})", column.source_type);
  return out + "\n";
}

std::string Columns(const Schema& schema) {
  std::string out;
  for (uint32_t i = 0; i < schema.columns.size(); ++i) out += ColumnLine(schema, i);
  return out;
}

std::string TableText(const JobPlan& plan, const TablePlan& table) {
  const Route& route = plan.route(table);
  std::string out = fmt::format("\n  table {}\n", table.source->path.ToString());
  out += Columns(*table.source);
  SchemaRef before = table.source;
  for (size_t i = 0; i < table.steps.size(); ++i) {
    const SchemaRef& after = table.steps[i];
    out += fmt::format("    after {}: {}", plan.transforms[route.transforms[i]].plugin->name,
                       after->path.ToString());
    const bool same =
        before->columns == after->columns && before->primary_key == after->primary_key;
    out += same ? ", same columns\n" : "\n" + Columns(*after);
    before = after;
  }
  if (table.dropped) return out + "    dropped\n";
  return out + fmt::format("    into {} {}\n", plan.sinks[route.sink].plugin->name,
                           table.target.ToString());
}

template <typename Step>
std::string StepText(std::string_view kind, const Step& step) {
  return fmt::format("{}[{}]-{}", kind, step.config.index, step.plugin->name);
}

std::string RouteText(const JobPlan& plan, const Route& route) {
  std::string out = StepText("Source", plan.sources[route.source]);
  for (const size_t i : route.transforms) {
    out += " -> " + StepText("Transform", plan.transforms[i]);
  }
  out += " -> " + StepText("Sink", plan.sinks[route.sink]);
  const uint32_t readers = plan.sources[route.source].parallelism;
  const uint32_t writers = plan.sinks[route.sink].parallelism;
  if (readers == writers) return out + fmt::format(", parallelism {}", readers);
  return out + fmt::format(", parallelism {} to {}", readers, writers);
}

// A line for each way that rows take.
std::string GraphText(const JobPlan& plan) {
  if (plan.routes.size() == 1) return RouteText(plan, plan.routes.front()) + "\n";
  std::string out = fmt::format("{} ways from {} to {}\n", plan.routes.size(),
                                plan.sources.size() == 1 ? "one source" : "several sources",
                                plan.sinks.size() == 1 ? "one sink" : "several sinks");
  for (const Route& route : plan.routes) out += "  " + RouteText(plan, route) + "\n";
  return out;
}

std::string PromiseText(const JobPlan& plan) {
  std::string out =
      fmt::format("\nDelivery: {}, because {}.\n",
                  plan.promise.exactly_once ? "exactly once" : "at least once", plan.promise.why);
  std::string why;
  if (plan.replay_converges(&why)) {
    out += "Rows that come twice end in the same table contents.\n";
  } else if (!why.empty()) {
    out += fmt::format("Rows that come twice stay twice: {}.\n", why);
  }
  return out;
}

Context MakeContext(const JobPlan& plan, const World& world) {
  return {.env = world.env,
          .http = world.http,
          .sql = world.sql,
          .phases = world.phases,
          .cancel = {},
          .job_name = plan.env.job_name,
          .job_id = "explain"};
}

// All of it as one.
Status Together(std::span<const Status> wrong) {
  if (wrong.size() == 1) return wrong.front();
  std::string text = fmt::format("{} things are wrong", wrong.size());
  for (const Status& status : wrong) text += fmt::format("\n{}", status.message());
  return {wrong.front().code(), text};
}

int Fail(const Status& status, bool json, const World& world) {
  if (json) world.out << ErrorJson(status) << '\n';
  if (!json) world.err << ErrorBlock(status);
  return kExitFailed;
}

}  // namespace

int Check(const CheckArgs& args, World& world) {
  Diagnostics diagnostics;
  JobPlan plan = LoadPlan(args.job, world, diagnostics);
  std::vector<Status> wrong;
  if (args.connect && diagnostics.ok()) {
    Context ctx = MakeContext(plan, world);
    wrong = CheckEnds(plan, ctx);
  }
  const bool right = diagnostics.ok() && wrong.empty();
  if (args.json) {
    world.out << CheckJson(plan, diagnostics, wrong) << '\n';
    return right ? kExitOk : kExitFailed;
  }
  for (const std::string& note : plan.notes) world.out << "note: " << note << '\n';
  if (!diagnostics.ok()) return Fail(diagnostics.ToStatus(), false, world);
  if (!wrong.empty()) return Fail(Together(wrong), false, world);
  world.out << args.job.config << " is right" << (args.connect ? ", and so are its ends: " : ": ")
            << GraphText(plan);
  return kExitOk;
}

int Explain(const ExplainArgs& args, World& world) {
  Diagnostics diagnostics;
  JobPlan plan = LoadPlan(args.job, world, diagnostics);
  if (!diagnostics.ok()) return Fail(diagnostics.ToStatus(), args.json, world);
  Context ctx = MakeContext(plan, world);
  const Status status = DiscoverTables(plan, ctx, std::nullopt);
  if (!status.ok()) return Fail(status, args.json, world);
  if (args.json) {
    world.out << ExplainJson(plan) << '\n';
    return kExitOk;
  }
  world.out << fmt::format("job {}, {}\n", plan.env.job_name,
                           plan.endless() ? "runs until it is stopped" : "ends when all is read")
            << GraphText(plan);
  for (size_t i = 0; i < plan.routes.size(); ++i) {
    if (plan.routes.size() > 1) world.out << "\n" << RouteText(plan, plan.routes[i]) << "\n";
    for (const TablePlan& table : plan.tables) {
      if (table.route == i) world.out << TableText(plan, table);
    }
  }
  world.out << PromiseText(plan);
  for (const std::string& note : plan.notes) world.out << "note: " << note << '\n';
  return kExitOk;
}

}  // namespace sluice::cli
