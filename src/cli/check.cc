// SPDX-License-Identifier: Apache-2.0
// check and explain: what a job would do, without doing it.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/job_plan.h"
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
  std::string out = fmt::format("\n  table {}\n", table.source->path.ToString());
  out += Columns(*table.source);
  SchemaRef before = table.source;
  for (size_t i = 0; i < table.steps.size(); ++i) {
    const SchemaRef& after = table.steps[i];
    out += fmt::format("    after {}: {}", plan.transforms[i].plugin->name, after->path.ToString());
    const bool same =
        before->columns == after->columns && before->primary_key == after->primary_key;
    out += same ? ", same columns\n" : "\n" + Columns(*after);
    before = after;
  }
  if (table.dropped) return out + "    dropped\n";
  return out + fmt::format("    into {} {}\n", plan.sink_plugin->name, table.target.ToString());
}

std::string GraphText(const JobPlan& plan) {
  std::string out =
      fmt::format("Source[{}]-{}", plan.source_config.index, plan.source_plugin->name);
  for (const TransformStep& step : plan.transforms) {
    out += fmt::format(" -> Transform[{}]-{}", step.config.index, step.plugin->name);
  }
  out += fmt::format(" -> Sink[{}]-{}", plan.sink_config.index, plan.sink_plugin->name);
  return out + fmt::format(", parallelism {}\n", plan.parallelism);
}

std::string PromiseText(const JobPlan& plan) {
  std::string out =
      fmt::format("\nDelivery: {}, because {}.\n",
                  plan.promise.exactly_once ? "exactly once" : "at least once", plan.promise.why);
  std::string why;
  if (plan.sink->replay_converges(&why)) {
    out += "Rows that come twice end in the same table contents.\n";
  } else if (!why.empty()) {
    out += fmt::format("Rows that come twice stay twice: {}.\n", why);
  }
  return out;
}

Status Discover(JobPlan& plan, const World& world) {
  Context ctx{.env = world.env,
              .http = world.http,
              .sql = world.sql,
              .phases = world.phases,
              .cancel = {},
              .job_name = plan.env.job_name,
              .job_id = "explain"};
  return DiscoverTables(plan, ctx, std::nullopt);
}

int Fail(const Status& status, const World& world) {
  world.err << ErrorBlock(status);
  return kExitFailed;
}

}  // namespace

int Check(const CheckArgs& args, World& world) {
  Diagnostics diagnostics;
  const JobPlan plan = LoadPlan(args.job, world, diagnostics);
  for (const std::string& note : plan.notes) world.out << "note: " << note << '\n';
  if (!diagnostics.ok()) return Fail(diagnostics.ToStatus(), world);
  world.out << args.job.config << " is right: " << GraphText(plan);
  return kExitOk;
}

int Explain(const ExplainArgs& args, World& world) {
  Diagnostics diagnostics;
  JobPlan plan = LoadPlan(args.job, world, diagnostics);
  if (!diagnostics.ok()) return Fail(diagnostics.ToStatus(), world);
  const Status status = Discover(plan, world);
  if (!status.ok()) return Fail(status, world);
  const bool endless = plan.source->boundedness() == Boundedness::kUnbounded;
  world.out << fmt::format("job {}, {}\n", plan.env.job_name,
                           endless ? "runs until it is stopped" : "ends when all is read")
            << GraphText(plan);
  for (const TablePlan& table : plan.tables) world.out << TableText(plan, table);
  world.out << PromiseText(plan);
  for (const std::string& note : plan.notes) world.out << "note: " << note << '\n';
  return kExitOk;
}

}  // namespace sluice::cli
