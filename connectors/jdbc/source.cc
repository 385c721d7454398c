// SPDX-License-Identifier: Apache-2.0
#include "jdbc/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "jdbc/source_session.h"

namespace sluice::jdbc {
namespace {

class Enumerator final : public SplitEnumerator {
 public:
  Enumerator(Context& ctx, const SourceOptions& options, ReadTables tables, PlanState state)
      : planner_(ctx, options, std::move(tables), std::move(state)) {}

  Result<std::vector<Split>> Next(size_t want) override {
    ASSIGN_OR_RETURN(const std::vector<JdbcSplit> taken, planner_.Take(want));
    std::vector<Split> out;
    for (const JdbcSplit& split : taken) out.push_back(ToSplit(split));
    return out;
  }
  Status OnFinished(const Split& /*split*/, const Bytes& /*report*/) override { return {}; }
  Bytes Save() override { return EncodePlan(planner_.state()); }
  bool done() const override { return planner_.done(); }

 private:
  SplitPlanner planner_;
};

}  // namespace

std::string JdbcSource::replay_note() const {
  return "Jdbc: queries, and tables without a key that can be read in order, are read from the "
         "beginning of their split again when the job restarts in it; a target that upserts by key "
         "ends up right";
}

Result<std::vector<SchemaRef>> JdbcSource::Discover(Context& ctx) {
  ASSIGN_OR_RETURN(auto session, ConnectSource(ctx.sql, options_));
  ASSIGN_OR_RETURN(ReadTables tables, DiscoverTables(*session, options_));
  std::vector<SchemaRef> schemas;
  for (const auto& [path, table] : tables) schemas.push_back(table->schema);
  const std::lock_guard lock(mutex_);
  tables_ = std::move(tables);
  return schemas;
}

Result<std::unique_ptr<SplitEnumerator>> JdbcSource::Enumerate(Context& ctx,
                                                               std::optional<Bytes> saved) {
  ReadTables tables;
  {
    const std::lock_guard lock(mutex_);
    tables = tables_;
  }
  PlanState state;
  if (saved) {
    ASSIGN_OR_RETURN(state, DecodePlan(*saved));
  } else {
    for (const auto& [path, table] : tables) state.tables.push_back(path);
  }
  return std::make_unique<Enumerator>(ctx, options_, std::move(tables), std::move(state));
}

Result<std::unique_ptr<Reader>> JdbcSource::Open(Context& ctx, Split split) {
  ASSIGN_OR_RETURN(JdbcSplit decoded, FromSplit(split.position));
  ReadTableRef table;
  {
    const std::lock_guard lock(mutex_);
    const auto found = tables_.find(decoded.table);
    if (found != tables_.end()) table = found->second;
  }
  if (!table) {
    return Fail(Code::kInvalidConfig,
                decoded.table.ToString() + " is no longer among what is read");
  }
  const bool fits =
      (decoded.after.empty() || decoded.after.size() == table->order.size()) &&
      (table->split.has_value() || (!decoded.lower && !decoded.upper && decoded.parts == 0));
  if (!fits) {
    return Fail(Code::kSchemaMismatch,
                fmt::format("the key of {} has changed since the job began; start it with --fresh",
                            decoded.table.ToString()));
  }
  return std::make_unique<JdbcReader>(ctx, options_, sessions_, std::move(table),
                                      std::move(decoded));
}

std::string JdbcSource::Identity() const {
  std::string items;
  for (const SourceItem& item : options_.items) {
    items += fmt::format("; {} {} {}", item.table_path, item.query, item.partition_column);
  }
  return fmt::format("Jdbc {}{} {}", options_.Place(), items, options_.where_condition);
}

}  // namespace sluice::jdbc
