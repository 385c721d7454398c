// SPDX-License-Identifier: Apache-2.0
#include "starrocks/sink.h"

#include <fmt/format.h>

#include "base/logging.h"
#include "base/probe.h"
#include "config/placeholders.h"
#include "starrocks/any_sql.h"
#include "starrocks/running_labels.h"
#include "starrocks/scan.h"

namespace sluice::starrocks {

std::string StarrocksSink::Identity() const {
  // With another prefix, what earlier runs left would not be found.
  const std::string& prefix = options_.label_prefix;
  return fmt::format("StarRocks {}:{} {}.{}{}", options_.sql.host, options_.sql.port,
                     options_.database, options_.table, prefix.empty() ? "" : " as " + prefix);
}

Result<TablePath> StarrocksSink::Target(const Schema& table) const {
  TablePath target{ResolveForTable(options_.database, table), "",
                   ResolveForTable(options_.table, table)};
  if (!target.database.empty() && !target.table.empty()) return target;
  return Fail(Code::kInvalidConfig,
              fmt::format("sink 'StarRocks': database = {} and table = {} give table {} no name in "
                          "the target",
                          options_.database, options_.table, table.path.ToString()));
}

Status StarrocksSink::Prepare(Context& ctx, std::span<const SchemaRef> tables, bool fresh) {
  ASSIGN_OR_RETURN(auto session, OpenAnySql(ctx, options_));
  RETURN_IF_ERROR(CheckVersion(*session));
  for (const SchemaRef& schema : tables) {
    RETURN_IF_ERROR(ctx.cancel.Check());
    ASSIGN_OR_RETURN(const TablePath path, Target(*schema));
    const TableName name{path.database, path.table};
    if (fresh) RETURN_IF_ERROR(ApplySaveModes(*session, options_, name, *schema));
    ASSIGN_OR_RETURN(TargetTable table, LookAt(*session, *schema));
    // A job that resumes may stand before a change of schema that the target has gone through.
    if (fresh) RETURN_IF_ERROR(CheckColumns(table.facts, name, *schema));
    targets_->Put(schema->path, std::move(table));  // in place: the committer has the same
  }
  if (!options_.flush_interval) return {};
  Status may = MayFlush(*session, targets_->Databases());
  if (!may.ok() && may.code() != Code::kInvalidConfig) return may;
  flushes_ = may.ok();
  if (!flushes_) Probe("may not flush");
  if (!flushes_) LogWarn("sink 'StarRocks': " + std::string(may.message()));
  return {};
}

Status StarrocksSink::MayFlush(SqlSession& session, const std::set<std::string>& databases) const {
  for (const std::string& database : databases) {
    const auto labels = RunningLabels(session, database);
    if (labels) continue;
    // Whatever else it is may pass.
    if (labels.error().code() != Code::kInvalidConfig) {
      return {Code::kUnavailable, std::string(labels.error().message())};
    }
    return {Code::kInvalidConfig,
            fmt::format("rows become visible with their checkpoint and not within "
                        "batch_interval_ms, because what a dead run left could not be found: {}; "
                        "GRANT OPERATE ON SYSTEM TO USER {}",
                        labels.error().message(), options_.username)};
  }
  return {};
}

Result<TargetTable> StarrocksSink::LookAt(SqlSession& session, const Schema& schema) const {
  ASSIGN_OR_RETURN(const TablePath path, Target(schema));
  const TableName name{path.database, path.table};
  ASSIGN_OR_RETURN(std::optional<TargetFacts> facts, LookUp(session, name));
  if (!facts) {
    return Fail(Code::kInvalidConfig,
                fmt::format("the table {}.{} does not exist in StarRocks, or {} may not see it",
                            name.database, name.table, options_.username));
  }
  RETURN_IF_ERROR(CheckModel(*facts, options_, name, schema));
  const bool same_key = SameKey(*facts, schema);
  return TargetTable{name, std::move(*facts), same_key};
}

std::vector<Status> StarrocksSink::Check(Context& ctx, std::span<const SchemaRef> tables) {
  std::vector<Status> wrong;
  const auto note = [&](Status status) {
    if (!status.ok()) wrong.push_back(std::move(status));
  };
  auto session = OpenAnySql(ctx, options_);
  if (!session) {
    note(session.error());
  } else {
    note(CheckVersion(**session));
    for (const SchemaRef& schema : tables) note(CheckTable(**session, *schema));
  }
  if (tables.empty()) return wrong;
  // A label that nobody used: any answer shows that rows could be sent.
  const auto target = Target(*tables.front());
  if (!target) return wrong;
  TransactionClient client(ctx.http, options_, ctx.cancel);
  const auto state = client.State(target->database, "sluice-check");
  if (!state) note(state.error().In("asking the nodeUrls"));
  return wrong;
}

Status StarrocksSink::CheckTable(SqlSession& session, const Schema& schema) const {
  ASSIGN_OR_RETURN(const TablePath path, Target(schema));
  const TableName name{path.database, path.table};
  ASSIGN_OR_RETURN(const bool stays, WouldStay(session, options_, name, schema));
  if (!stays) return {};
  ASSIGN_OR_RETURN(const auto facts, LookUp(session, name));
  if (!facts) return {Code::kNotFound, fmt::format("{}.{} is gone", name.database, name.table)};
  RETURN_IF_ERROR(CheckColumns(*facts, name, schema));
  return CheckModel(*facts, options_, name, schema);
}

bool StarrocksSink::replay_converges(std::string* why) const {
  if (options_.enable_upsert_delete) return true;  // then every target is a primary-key table
  if (why != nullptr) *why = "enable_upsert_delete is off, so every row is appended";
  return false;
}

Status StarrocksSink::CheckScan(Context& ctx, const Schema& rows) {
  ASSIGN_OR_RETURN(auto session, OpenAnySql(ctx, options_));
  ASSIGN_OR_RETURN(const TablePath path, Target(rows));
  const TableName name{path.database, path.table};
  ASSIGN_OR_RETURN(const auto facts, LookUp(*session, name));
  if (!facts) {
    return {Code::kNotFound,
            fmt::format("the table {}.{} does not exist in StarRocks, or {} may not see it: create "
                        "it, empty, or begin with --fresh",
                        name.database, name.table, options_.username)};
  }
  RETURN_IF_ERROR(CheckColumns(*facts, name, rows));
  RETURN_IF_ERROR(CheckModel(*facts, options_, name, rows));
  return CheckScanned(*facts, name, rows);
}

Status StarrocksSink::Scan(Context& ctx, const SchemaRef& rows, const ScanFn& each) {
  ASSIGN_OR_RETURN(const TablePath path, Target(*rows));
  return ScanTable(ctx, options_, {path.database, path.table}, rows, each);
}

Result<std::unique_ptr<Writer>> StarrocksSink::Open(Context& ctx, uint32_t writer) {
  targets_->Opened(ctx.run, flushes_);
  return std::make_unique<StarrocksWriter>(ctx, options_, writer, targets_, flushes_);
}

Result<std::unique_ptr<Committer>> StarrocksSink::OpenCommitter(Context& ctx) {
  return std::make_unique<StarrocksCommitter>(ctx, options_, targets_, flushes_);
}

}  // namespace sluice::starrocks
