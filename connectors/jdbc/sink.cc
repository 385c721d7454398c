// SPDX-License-Identifier: Apache-2.0
#include "jdbc/sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "jdbc/scan.h"
#include "jdbc/sink_tables.h"

namespace sluice::jdbc {

std::string JdbcSink::Identity() const {
  if (!options_.query.empty()) {
    return fmt::format("Jdbc {} by {}", options_.Place(), options_.query);
  }
  return fmt::format("Jdbc {} {}.{}{}{}", options_.Place(), options_.target_database,
                     options_.table_prefix, options_.table, options_.table_suffix);
}

Result<TablePath> JdbcSink::Target(const Schema& table) const {
  // A statement of the user goes where it says, from each table; nothing can be said of that.
  if (!options_.query.empty()) return table.path;
  return TargetPath(options_, table);
}

Status JdbcSink::PrepareStatement(std::span<const SchemaRef> tables) {
  auto statement = CustomStatement::Parse(options_.query);
  if (!statement) return statement.error().In("sink 'Jdbc': query");
  for (const SchemaRef& schema : tables) {
    if (schema->columns.size() >= statement->parameters()) continue;
    return {Code::kInvalidConfig,
            fmt::format("sink 'Jdbc': query has {} parameters, but table {} has {} columns",
                        statement->parameters(), schema->path.ToString(), schema->columns.size())};
  }
  const std::lock_guard lock(mutex_);
  statement_ = std::move(*statement);
  return {};
}

Status JdbcSink::Prepare(Context& ctx, std::span<const SchemaRef> tables, bool fresh) {
  if (!options_.query.empty()) RETURN_IF_ERROR(PrepareStatement(tables));
  ASSIGN_OR_RETURN(auto session, Connect(ctx.sql, options_));
  if (!options_.query.empty()) return {};  // save modes are for generated statements
  for (const SchemaRef& schema : tables) {
    RETURN_IF_ERROR(ctx.cancel.Check());
    ASSIGN_OR_RETURN(const TablePath path, Target(*schema));
    if (fresh) RETURN_IF_ERROR(ApplySaveModes(*session, options_, path, *schema));
    auto bound = BindTarget(*session, options_, path, *schema);
    const bool waits = !bound && !fresh && bound.error().code() == Code::kSchemaMismatch;
    if (!bound && !waits) return bound.error();
    targets_->Put(schema->path,
                  bound ? std::move(*bound) : TargetTable{.path = path, .unfit = bound.error()});
  }
  return PrepareLedger(*session);
}

Status JdbcSink::PrepareLedger(SqlSession& session) {
  const std::lock_guard lock(mutex_);
  const auto targets = targets_->All();
  if (!options_.stages || targets.empty()) return {};
  if (!ledger_) {
    ledger_ = targets.front()->path;
    ledger_->table = kLedgerTable;
  }
  // Of a target that does not fit yet nothing is known.
  const bool staged = std::ranges::any_of(targets, [](const auto& target) {
    return target->merge != Merge::kAppend || !target->unfit.ok();
  });
  if (!options_.two_phase && !staged) return {};
  const Dialect& dialect = Dialect::Of(options_.endpoints.front().server);
  const Status status = JdbcCommitter::CreateLedger(session, dialect, *ledger_);
  const std::string& place = options_.postgres() ? ledger_->schema : ledger_->database;
  return ForStages(status, options_, place).In("making the ledger table");
}

std::vector<Status> JdbcSink::Check(Context& ctx, std::span<const SchemaRef> tables) {
  std::vector<Status> wrong;
  auto session = Connect(ctx.sql, options_);
  if (!session) return {session.error()};
  if (!options_.query.empty()) {
    if (Status status = PrepareStatement(tables); !status.ok()) wrong.push_back(std::move(status));
    return wrong;
  }
  for (const SchemaRef& schema : tables) {
    const auto check = [&]() -> Status {
      ASSIGN_OR_RETURN(const TablePath path, Target(*schema));
      ASSIGN_OR_RETURN(const bool stays, WouldStay(**session, options_, path, *schema));
      if (!stays) return {};
      const auto bound = BindTarget(**session, options_, path, *schema);
      return bound ? Status() : bound.error();
    };
    if (Status status = check(); !status.ok()) wrong.push_back(std::move(status));
  }
  return wrong;
}

bool JdbcSink::replay_converges(std::string* why) const {
  const auto append = [&](std::string_view reason) {
    if (why != nullptr) *why = reason;
    return false;
  };
  if (!options_.query.empty()) return append("query runs for every row");
  if (options_.use_copy) return append("use_copy_statement appends every row");
  const std::lock_guard lock(mutex_);
  for (const auto& target : targets_->All()) {
    if (target->merge != Merge::kAppend) continue;
    return append(
        fmt::format("table {} has no key, so every row is appended", target->path.ToString()));
  }
  return true;
}

Status JdbcSink::CheckScan(Context& ctx, const Schema& rows) {
  ASSIGN_OR_RETURN(const TablePath path, Target(rows));
  return CheckScanned(ctx, options_, path, rows);
}

Status JdbcSink::Scan(Context& ctx, const SchemaRef& rows, const ScanFn& each) {
  ASSIGN_OR_RETURN(const TablePath path, Target(*rows));
  return ScanTable(ctx, options_, path, rows, each);
}

bool JdbcSink::shares_rows_by_key(const Schema& rows) const {
  const auto target = targets_->Find(rows.path);
  // Else rows of one key of the target may go to different writers.
  const bool keyed = target && !target->key.empty();
  const bool same = !keyed || std::ranges::all_of(rows.primary_key, [&](uint32_t i) {
    return std::ranges::find(target->key, i) != target->key.end();
  });
  // Collations of MySQL take texts for equal that differ in case, accents or spaces at the end.
  const bool collated =
      !options_.postgres() && std::ranges::any_of(rows.primary_key, [&](uint32_t i) {
        return rows.columns[i].type.kind == TypeKind::kString;
      });
  return same && !collated && !(target && target->further_keys);
}

Result<std::unique_ptr<Writer>> JdbcSink::Open(Context& ctx, uint32_t writer) {
  const std::lock_guard lock(mutex_);
  return std::make_unique<JdbcWriter>(ctx, options_, writer, targets_, statement_);
}

Result<std::unique_ptr<Committer>> JdbcSink::OpenCommitter(Context& ctx) {
  const std::lock_guard lock(mutex_);
  const auto tables = targets_->All();
  std::set<std::string> schemas;
  for (const auto& target : tables) {
    schemas.insert(options_.postgres() ? target->path.schema : target->path.database);
  }
  return std::make_unique<JdbcCommitter>(ctx, options_, ledger_.value_or(TablePath()),
                                         std::vector<std::string>(schemas.begin(), schemas.end()),
                                         targets_);
}

}  // namespace sluice::jdbc
