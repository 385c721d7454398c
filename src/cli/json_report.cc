// SPDX-License-Identifier: Apache-2.0
#include "cli/json_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/version.h"

namespace sluice::cli {
namespace {

using Json = nlohmann::ordered_json;

// What a server said may be no UTF-8.
std::string Text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

Json RemarkJson(const Remark& remark) {
  return {{"file", remark.origin.file},
          {"line", remark.origin.line},
          {"column", remark.origin.column},
          {"text", remark.text}};
}

Json StatusJson(const Status& status) {
  return {{"code", CodeName(status.code())}, {"text", status.message()}};
}

template <typename Step>
Json StepJson(const Step& step) {
  return {{"index", step.config.index}, {"plugin", step.plugin->name}};
}

Json SchemaJson(const Schema& schema) {
  Json columns = Json::array();
  for (uint32_t i = 0; i < schema.columns.size(); ++i) {
    const ColumnInfo& column = schema.columns[i];
    Json one = {
        {"name", column.name}, {"type", column.type.ToString()}, {"nullable", column.nullable}};
    const auto key = std::ranges::find(schema.primary_key, i);
    if (key != schema.primary_key.end()) one["key"] = key - schema.primary_key.begin() + 1;
    if (column.length) one["length"] = *column.length;
    if (!column.source_type.empty()) one["source_type"] = column.source_type;
    columns.push_back(std::move(one));
  }
  return {{"table", schema.path.ToString()}, {"columns", std::move(columns)}};
}

Json TableJson(const TablePlan& table) {
  Json steps = Json::array();
  for (const SchemaRef& step : table.steps) steps.push_back(SchemaJson(*step));
  Json out = {{"source", SchemaJson(*table.source)}, {"steps", std::move(steps)}};
  out["target"] = table.dropped ? Json() : Json(table.target.ToString());
  return out;
}

Json RouteJson(const JobPlan& plan, size_t index) {
  const Route& route = plan.routes[index];
  const SourceStep& source = plan.sources[route.source];
  const SinkStep& sink = plan.sinks[route.sink];
  Json out = {{"source", StepJson(source)}};
  out["source"]["parallelism"] = source.parallelism;
  out["transforms"] = Json::array();
  for (const size_t i : route.transforms) out["transforms"].push_back(StepJson(plan.transforms[i]));
  out["sink"] = StepJson(sink);
  out["sink"]["parallelism"] = sink.parallelism;
  out["tables"] = Json::array();
  for (const TablePlan& table : plan.tables) {
    if (table.route == index) out["tables"].push_back(TableJson(table));
  }
  return out;
}

std::string_view OutcomeName(Outcome outcome) {
  if (outcome == Outcome::kFinished) return "FINISHED";
  return outcome == Outcome::kStopped ? "STOPPED" : "FAILED";
}

}  // namespace

std::string CheckJson(const JobPlan& plan, const Diagnostics& diagnostics,
                      std::span<const Status> wrong) {
  Json mistakes = Json::array();
  for (const Remark& remark : diagnostics.errors()) mistakes.push_back(RemarkJson(remark));
  Json connections = Json::array();
  for (const Status& status : wrong) connections.push_back(StatusJson(status));
  const bool right = diagnostics.ok() && wrong.empty();
  return Text({{"right", right},
               {"mistakes", std::move(mistakes)},
               {"connections", std::move(connections)},
               {"notes", plan.notes}});
}

std::string ExplainJson(const JobPlan& plan) {
  Json routes = Json::array();
  for (size_t i = 0; i < plan.routes.size(); ++i) routes.push_back(RouteJson(plan, i));
  return Text(
      {{"job", plan.env.job_name},
       {"endless", plan.endless()},
       {"routes", std::move(routes)},
       {"delivery", {{"exactly_once", plan.promise.exactly_once}, {"why", plan.promise.why}}},
       {"notes", plan.notes}});
}

std::string RunJson(const std::string& job, const JobSummary& summary) {
  const JobProgress& progress = summary.progress;
  Json out = {{"job", job},
              {"outcome", OutcomeName(summary.outcome)},
              {"started_micros", summary.started_wall_micros},
              {"ended_micros", summary.ended_wall_micros},
              {"rows_read", progress.rows_read},
              {"bytes_read", progress.bytes_read},
              {"rows_written", progress.rows_written},
              {"rows_committed", progress.rows_committed},
              {"checkpoints", progress.checkpoints},
              {"last_checkpoint", progress.last_checkpoint},
              {"restarts", progress.restarts}};
  if (!summary.status.ok()) out["error"] = StatusJson(summary.status);
  return Text(out);
}

std::string SavepointJson(const Savepoint& savepoint) {
  return Text({{"savepoint", savepoint.record.latest.id},
               {"path", savepoint.path},
               {"job_id", savepoint.record.job_id}});
}

std::string ErrorJson(const Status& status) {
  return Text({{"error", StatusJson(status)}});
}

std::string VersionJson() {
  return Text({{"name", "sluice"}, {"version", kVersion}});
}

}  // namespace sluice::cli
