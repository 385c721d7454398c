// SPDX-License-Identifier: Apache-2.0
#include "jdbc/committer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/checksum.h"
#include "base/logging.h"
#include "io/cancel_watch.h"
#include "jdbc/alter_table.h"
#include "jdbc/sink_tables.h"

namespace sluice::jdbc {
namespace {

constexpr CheckpointId kLedgerKept = 64;  // checkpoints of a job whose rows stay

}  // namespace

JdbcCommitter::JdbcCommitter(Context& ctx, const SinkOptions& options, TablePath ledger,
                             std::vector<std::string> schemas,
                             std::shared_ptr<SharedTargets> targets)
    : ctx_(ctx),
      options_(options),
      dialect_(Dialect::Of(options.endpoints.front().server)),
      ledger_(std::move(ledger)),
      schemas_(std::move(schemas)),
      job_(StageJob(ctx.job_id)),
      targets_(std::move(targets)) {}

Status JdbcCommitter::CreateLedger(SqlSession& session, const Dialect& dialect,
                                   const TablePath& ledger) {
  RETURN_IF_ERROR(dialect.EnsureSchema(session, ledger));
  ASSIGN_OR_RETURN(const auto facts, dialect.LookUp(session, ledger));
  // An account that may not create tables can still use it.
  if (facts && facts->transactional) return {};
  if (facts) {
    return {Code::kInvalidConfig,
            fmt::format("the table {} has an engine without transactions, so it cannot tell what "
                        "was committed; drop it, or make it InnoDB",
                        ledger.ToString())};
  }
  return session.Execute(fmt::format(
      "CREATE TABLE IF NOT EXISTS {} (job VARCHAR(12) NOT NULL, run BIGINT NOT NULL, checkpoint "
      "BIGINT NOT NULL, writer BIGINT NOT NULL, attempt VARCHAR(16) NOT NULL, PRIMARY KEY (job, "
      "checkpoint, run, writer)){}",
      dialect.FullName(ledger), dialect.Transactional()));
}

Status JdbcCommitter::Connected() {
  if (session_) return {};
  ASSIGN_OR_RETURN(session_, Connect(ctx_.sql, options_));
  for (const std::string& statement : dialect_.WriterSetup()) {
    if (Status status = session_->Execute(statement); !status.ok()) {
      session_.reset();
      return status;
    }
  }
  return {};
}

Status JdbcCommitter::Commit(CheckpointId id, std::span<const Prepared> prepared) {
  ASSIGN_OR_RETURN(const std::vector<StagedWork> work, DecodeAll(prepared));
  if (work.empty()) return {};
  RETURN_IF_ERROR(Connected());
  Status status;
  {
    const CancelWatch watch(ctx_.cancel, *session_);
    status = Merge(id, work);
    if (status.ok()) status = DropStages(work);
  }
  // Whatever was begun ends with its session.
  if (!status.ok()) session_.reset();
  if (status.ok()) targets_->Committed(id);
  return status.In(fmt::format("committing checkpoint {}", id));
}

Status JdbcCommitter::Merge(CheckpointId id, std::span<const StagedWork> work) {
  RETURN_IF_ERROR(session_->Execute("START TRANSACTION"));
  ASSIGN_OR_RETURN(const std::vector<const StagedWork*> mine, Claim(id, work));
  if (mine.empty()) return session_->Execute("ROLLBACK");  // it was committed before
  RETURN_IF_ERROR(CheckStages(mine));
  for (const StagedWork* piece : mine) {
    for (const StagedTable& table : piece->tables) {
      for (const std::string& statement : table.merge) {
        RETURN_IF_ERROR(session_->Execute(statement).In("merging into " + table.target));
      }
    }
  }
  if (id > kLedgerKept && id % kLedgerKept == 0) {
    RETURN_IF_ERROR(
        session_->Execute(fmt::format("DELETE FROM {} WHERE job = '{}' AND checkpoint "
                                      "< {}",
                                      dialect_.FullName(ledger_), job_, id - kLedgerKept)));
  }
  return session_->Execute("COMMIT");
}

Result<std::vector<const StagedWork*>> JdbcCommitter::Claim(CheckpointId id,
                                                            std::span<const StagedWork> work) {
  const std::string attempt = Hex64(ctx_.env.Random());
  std::string rows;
  for (const StagedWork& piece : work) {
    rows += fmt::format("{}('{}', {}, {}, {}, '{}')", rows.empty() ? "" : ", ", job_, piece.run, id,
                        piece.writer, attempt);
  }
  const std::string table = dialect_.FullName(ledger_);
  RETURN_IF_ERROR(session_->Execute(
      fmt::format("INSERT {}INTO {} (job, run, checkpoint, writer, attempt) VALUES {}{}",
                  options_.postgres() ? "" : "IGNORE ", table, rows,
                  options_.postgres() ? " ON CONFLICT DO NOTHING" : "")));
  ASSIGN_OR_RETURN(const SqlTable written,
                   session_->Query(fmt::format("SELECT run, writer FROM {} WHERE job = '{}' AND "
                                               "checkpoint = {} AND attempt = '{}'",
                                               table, job_, id, attempt)));
  std::vector<const StagedWork*> mine;
  for (const StagedWork& piece : work) {
    const bool is_mine = std::ranges::any_of(written, [&](const auto& row) {
      return row[0] == std::to_string(piece.run) && row[1] == std::to_string(piece.writer);
    });
    if (is_mine) mine.push_back(&piece);
  }
  return mine;
}

// A server that took over from another may have a stage and not its rows, which came later.
Status JdbcCommitter::CheckStages(std::span<const StagedWork* const> work) {
  ASSIGN_OR_RETURN(const auto found, FindStages(StageLabel::Prefix(job_)));
  // By their names alone, which are of one target each: a server may spell the schema otherwise.
  std::set<std::string> there;
  for (const auto& [schema, stage] : found) there.insert(stage);
  std::string lost;
  for (const StagedWork* piece : work) {
    for (const StagedTable& table : piece->tables) {
      const std::string stage = StageName(table.schema, table.stage);
      std::string rows = "0";
      if (there.contains(table.stage)) {
        ASSIGN_OR_RETURN(const SqlTable count, session_->Query("SELECT COUNT(*) FROM " + stage));
        rows = count[0][0].value_or("");
      }
      if (rows == std::to_string(table.rows)) continue;
      lost += fmt::format("{}{} ({} of {} rows are in {})", lost.empty() ? "" : ", ", table.target,
                          rows, table.rows, stage);
    }
  }
  if (lost.empty()) return {};
  return {Code::kCommitLost, "staged rows are gone from the target: " + lost};
}

Result<std::vector<std::pair<std::string, std::string>>> JdbcCommitter::FindStages(
    const std::string& prefix) {
  std::string schemas;
  for (const std::string& schema : schemas_) {
    schemas += (schemas.empty() ? "" : ", ") + session_->Quote(schema);
  }
  std::string pattern;  // an underscore of LIKE is any character
  for (const char c : prefix) pattern += c == '_' ? "|_" : std::string(1, c);
  ASSIGN_OR_RETURN(
      const SqlTable rows,
      session_->Query(fmt::format("SELECT table_schema, table_name FROM information_schema.tables "
                                  "WHERE table_schema IN ({}) AND table_name LIKE '{}%' ESCAPE '|'",
                                  schemas, pattern)));
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& row : rows) out.emplace_back(row[0].value_or(""), row[1].value_or(""));
  return out;
}

std::string JdbcCommitter::StageName(const std::string& schema, const std::string& stage) const {
  return dialect_.FullName({schema, schema, stage});
}

Status JdbcCommitter::DropStages(std::span<const StagedWork> work) {
  std::string names;
  for (const StagedWork& piece : work) {
    for (const StagedTable& table : piece.tables) {
      names += (names.empty() ? "" : ", ") + StageName(table.schema, table.stage);
    }
  }
  return session_->Execute("DROP TABLE IF EXISTS " + names);
}

Status JdbcCommitter::Apply(const SchemaChange& change) {
  const auto target = targets_->Find(change.before->path);
  if (!target) {
    return {Code::kInternal, "a change of the unknown table " + change.before->path.ToString()};
  }
  RETURN_IF_ERROR(Connected());
  Status status;
  {
    const CancelWatch watch(ctx_.cancel, *session_);
    status = Alter(change, *target);
  }
  if (!status.ok()) session_.reset();
  return status;
}

Status JdbcCommitter::Alter(const SchemaChange& change, const TargetTable& target) {
  // Somebody's long transaction holds the table: ask again rather than hold up everybody behind us.
  RETURN_IF_ERROR(session_->Execute(options_.postgres() ? "SET lock_timeout = '5s'"
                                                        : "SET SESSION lock_wait_timeout = 5"));
  ASSIGN_OR_RETURN(const auto facts, dialect_.LookUp(*session_, target.path));
  if (!facts) {
    return {Code::kNotFound, fmt::format("the table {} is gone", target.path.ToString())};
  }
  const Alteration plan = PlanAlteration(*session_, options_, *facts, target.path, change);
  for (const std::string& note : plan.notes) LogWarn(target.path.ToString() + ": " + note);
  for (const std::string& statement : plan.statements) {
    const Status status = session_->Execute(statement);
    if (status.ok()) continue;
    if (status.retry() == Retry::kInPlace) return status.In("changing " + target.path.ToString());
    return {Code::kSchemaMismatch,
            fmt::format("the target does not follow '{}' ({}): {}. Make {} fit by hand and start "
                        "again, or set schema-changes.enabled = false and let the policy decide",
                        change.ddl, statement, status.message(), target.path.ToString())};
  }
  ASSIGN_OR_RETURN(TargetTable changed,
                   BindTarget(*session_, options_, target.path, *change.after));
  targets_->Put(change.after->path, std::move(changed));
  return {};
}

Status JdbcCommitter::AbortOrphans(const OrphanRange& range) {
  if (!options_.stages || schemas_.empty()) return {};
  RETURN_IF_ERROR(Connected());
  const auto drop = [&]() -> Status {
    ASSIGN_OR_RETURN(const auto found,
                     FindStages(fmt::format("{}{}_c", StageLabel::Prefix(job_), range.run)));
    for (const auto& [schema, name] : found) {
      const auto label = StageLabel::Parse(name);
      const bool mine = label && label->run == range.run && label->checkpoint >= range.first &&
                        label->checkpoint <= range.last && label->writer < range.writers;
      if (mine) {
        RETURN_IF_ERROR(session_->Execute("DROP TABLE IF EXISTS " + StageName(schema, name)));
      }
    }
    return {};
  };
  Status status;
  {
    const CancelWatch watch(ctx_.cancel, *session_);
    status = drop();
  }
  if (!status.ok()) session_.reset();
  return status.In("dropping leftovers of an earlier run");
}

}  // namespace sluice::jdbc
