// SPDX-License-Identifier: Apache-2.0
#include "engine/healing_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/logging.h"
#include "engine/healing_hash.h"

namespace sluice {
namespace {

constexpr std::string_view kFilePrefix = "healing-";  // the mark itself is another file
constexpr size_t kRunRows = size_t{1} << 20U;         // 32 MiB, sorted at once
constexpr size_t kRowsKept = size_t{1} << 20U;        // in memory, of all tables together
constexpr Duration kProgressEvery = std::chrono::seconds(10);

bool SameTypes(const Schema& a, const Schema& b) {
  return std::ranges::equal(a.primary_key, b.primary_key, [&](uint32_t x, uint32_t y) {
    return a.columns[x].type == b.columns[y].type;
  });
}

}  // namespace

HealingTables::HealingTables(Env& env, std::string folder)
    : env_(env), folder_(std::move(folder)) {}

Status HealingTables::RemoveLeftovers() const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, env_.List(folder_));
  for (const std::string& name : names) {
    if (name.starts_with(kFilePrefix)) RETURN_IF_ERROR(env_.RemoveFile(folder_ + "/" + name));
  }
  return {};
}

Status HealingTables::Scan(const JobPlan& plan, Context& ctx) {
  scanned_ = false;
  Release();
  rows_in_memory_ = 0;
  std::map<Place, Table> tables;
  RETURN_IF_ERROR(RemoveLeftovers());
  ctx.phases.Reach("comparing", 0);
  for (uint32_t sink = 0; sink < plan.sinks.size(); ++sink) {
    for (const SchemaRef& rows : plan.TablesOf(sink)) {
      const std::string path = fmt::format("{}/{}{}-{}", folder_, kFilePrefix, sink, tables.size());
      Table table{nullptr, rows};
      RETURN_IF_ERROR(ScanTable(*plan.sinks[sink].sink, rows, path, ctx, table)
                          .In("reading the target of " + rows->path.ToString()));
      tables.emplace(Place{sink, rows->path}, std::move(table));
    }
  }
  scanned_ = true;
  const std::lock_guard lock(mutex_);
  tables_ = std::move(tables);
  return {};
}

Status HealingTables::ScanTable(Sink& sink, const SchemaRef& rows, const std::string& path,
                                Context& ctx, Table& table) {
  DigestBuilder builder(env_, path, kRunRows);
  RowHasher hasher;
  TimePoint told = ctx.env.Now();
  const auto each = [&](const ScannedRows& some) -> Status {
    RETURN_IF_ERROR(ctx.cancel.Check());
    auto unlike = some.unlike.begin();
    for (uint32_t row = 0; row < some.rows->rows(); ++row) {
      const bool odd = unlike != some.unlike.end() && *unlike == row;
      if (odd) ++unlike;
      RETURN_IF_ERROR(
          builder.Add({hasher.Key(*some.rows, row), odd ? kUnlike : hasher.Row(*some.rows, row)}));
    }
    if (ctx.env.Now() - told < kProgressEvery) return {};
    told = ctx.env.Now();
    LogInfo(fmt::format("healing: the target of {} is read: {} rows so far", rows->path.ToString(),
                        builder.rows()));
    return {};
  };
  RETURN_IF_ERROR(sink.Scan(ctx, rows, each));
  ASSIGN_OR_RETURN(table.digest, builder.Finish(kRowsKept - rows_in_memory_));
  if (!table.digest->in_file()) rows_in_memory_ += table.digest->rows();
  LogInfo(fmt::format("healing: the target of {} holds {} rows{}", rows->path.ToString(),
                      builder.rows(),
                      table.digest->in_file() ? "; what they are is kept in a file" : ""));
  return {};
}

std::shared_ptr<TableDigest> HealingTables::Find(uint32_t sink, const TablePath& rows) const {
  const std::lock_guard lock(mutex_);
  const auto found = tables_.find({sink, rows});
  return found == tables_.end() ? nullptr : found->second.digest;
}

SchemaRef HealingTables::RowsOf(uint32_t sink, const TablePath& rows) const {
  const std::lock_guard lock(mutex_);
  const auto found = tables_.find({sink, rows});
  return found == tables_.end() ? nullptr : found->second.rows;
}

Result<bool> HealingTables::Rebind(uint32_t sink, const SchemaRef& rows) {
  const std::lock_guard lock(mutex_);
  const auto found = tables_.find({sink, rows->path});
  if (found == tables_.end() || *found->second.rows == *rows) return false;
  if (!SameTypes(*found->second.rows, *rows)) {
    return Fail(Code::kSchemaMismatch,
                fmt::format("the key of table {} was changed while its target was being healed; "
                            "start again: healing then begins anew with the new key",
                            rows->path.ToString()));
  }
  found->second.rows = rows;
  return true;
}

void HealingTables::TakeSchemas(const JobPlan& plan) {
  const std::lock_guard lock(mutex_);
  for (uint32_t sink = 0; sink < plan.sinks.size(); ++sink) {
    for (const SchemaRef& rows : plan.TablesOf(sink)) {
      const auto found = tables_.find({sink, rows->path});
      if (found != tables_.end()) found->second.rows = rows;
    }
  }
}

std::vector<HealingTables::Place> HealingTables::All() const {
  std::vector<Place> all;
  const std::lock_guard lock(mutex_);
  for (const auto& [place, table] : tables_) all.push_back(place);
  return all;
}

void HealingTables::Release() {
  const std::lock_guard lock(mutex_);
  tables_.clear();
}

}  // namespace sluice
