// SPDX-License-Identifier: Apache-2.0
// LogReader at statements: definitions follow the log, and the job stops where rows cannot.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/logging.h"
#include "mysql/log_reader.h"

namespace sluice::mysql {
namespace {

// Rows written as statements cannot be told from the log; leaving out captured ones would lose
// them.
Status CheckPassedOver(const RowStatement& rows, const DdlState& state) {
  static constexpr auto kSystem =
      std::to_array<std::string_view>({"mysql", "sys", "performance_schema", "information_schema"});
  const bool captured = !rows.table || Captures(state, *rows.table);
  if (captured) {
    return {Code::kUnsupported,
            fmt::format("a client wrote rows as a statement ({} ...){}: SET PERSIST binlog_format "
                        "= 'ROW'; and let clients reconnect; then start again with --fresh to "
                        "read the tables anew",
                        rows.verb, rows.table ? " into " + rows.table->ToString() : "")};
  }
  const bool system =
      std::ranges::any_of(kSystem, [&](auto name) { return SameWord(name, rows.table->database); });
  if (system) return {};
  LogWarn(
      fmt::format("rows were written as a statement ({} ...) into {}, which is not captured: what "
                  "its triggers wrote to captured tables, or it itself if it is a view of one, "
                  "would be missing",
                  rows.verb, rows.table->ToString()));
  return {};
}

}  // namespace

Status LogReader::Statement(const Query& query, Emitter& out) {
  RunningDdl ddl;
  ddl.session = SessionOf(query.status, dialect_);
  if (fetcher_->server().utc) {
    ddl.session.server_zone = ZoneOffset();
  } else if (!setup_.options.server_time_zone.empty()) {
    ddl.session.server_zone = setup_.convert.zone;
  }
  if (!ddl.session.takes_effect) {
    if (!open_group_) EndTransaction();
    return {};
  }
  ASSIGN_OR_RETURN(ddl.sql, Utf8Of(query.sql, ddl.session));
  const DdlState state = StateOf();
  const RowStatement rows = RowStatementOf(ddl.sql, query.schema, ddl.session.dialect);
  if (!rows.verb.empty()) {
    RETURN_IF_ERROR(CheckPassedOver(rows, state));
    if (!open_group_) EndTransaction();
    return {};
  }
  const auto statement = ParseStatement(ddl.sql, query.schema, ddl.session.dialect);
  ddl.plan = PlanStatement(statement, state, ddl.session, setup_.options.ddl);
  if (InDefinition()) StopIfOlder(statement, ddl.plan);
  // The rows of a CREATE TABLE ... SELECT come in its transaction.
  const auto* create = std::get_if<CreateTable>(&statement);
  if (create != nullptr && create->rows_follow && ddl.plan.steps.empty()) return {};
  // After a restart inside it: steps count as rows events do.
  ddl.next = std::min<size_t>(skip_events_, ddl.plan.steps.size());
  skip_events_ -= ddl.next;
  ddl_ = std::move(ddl);
  return RunDdl(out);
}

// A table whose snapshot lies ahead is as if it were not there: all of it comes with that.
DdlState LogReader::StateOf() const {
  DdlState state{{}, copies_, gone_, [this](const TablePath& table) {
                   return setup_.matches(table) && !since_.contains(table);
                 }};
  for (const auto& [path, table] : tables_) {
    if (!since_.contains(path)) state.tables[path] = &table.facts();
  }
  return state;
}

// Before LogSplit::defined. Rows there that do not fit the definition have stopped the job already,
// and those that a new column is in come behind it; other changes cannot be undone from here.
void LogReader::StopIfOlder(const mysql::Statement& statement, DdlPlan& plan) const {
  bool only_adds = true;
  if (const auto* alter = std::get_if<AlterTable>(&statement)) {
    only_adds = std::ranges::all_of(alter->clauses, [](const AlterClause& clause) {
      return std::holds_alternative<AddColumn>(clause) || std::holds_alternative<KeySpec>(clause) ||
             std::holds_alternative<DropKey>(clause) || std::holds_alternative<RenameKey>(clause) ||
             std::holds_alternative<SetTableOptions>(clause);
    });
  }
  for (DdlStep& step : plan.steps) {
    const bool defines = step.kind == DdlStep::Kind::kDefine || step.kind == DdlStep::Kind::kAsk;
    if (!defines) continue;
    step.kind = only_adds ? DdlStep::Kind::kNote : DdlStep::Kind::kStop;
    step.why = only_adds ? "it is part of the definition that the job began with"
                         : fmt::format(
                               "the log up to {}:{} is read with the tables' definitions "
                               "of that place; begin behind this statement (startup.mode "
                               "= specific)",
                               defined_->file, defined_->offset);
  }
}

Status LogReader::RunDdl(Emitter& out) {
  if (ddl_->at_change()) return {};
  while (ddl_->next < ddl_->plan.steps.size()) {
    RETURN_IF_ERROR(RunStep(ddl_->plan.steps[ddl_->next], out));
    if (lookup_ || ddl_->at_change()) return {};
    StepDone();
  }
  EndDdl();
  return {};
}

void LogReader::StepDone() {
  ++position_.events;
  ++ddl_->next;
}

// Behind the last step the position is behind the statement.
void LogReader::EndDdl() {
  copies_ = std::move(ddl_->plan.copies);
  gone_ = std::move(ddl_->plan.gone);
  ddl_.reset();
  if (!open_group_) EndTransaction();
}

Status LogReader::RunStep(DdlStep& step, Emitter& out) {
  const auto at = position_.ToString();
  const auto table = tables_.find(step.table);
  if (table != tables_.end()) Emit(table->second, out);
  switch (step.kind) {
    case DdlStep::Kind::kNote:
      LogWarn(fmt::format("table {}: {} at {}: {}: {}", step.table.ToString(), step.what, at,
                          step.why, ddl_->sql));
      return {};
    case DdlStep::Kind::kStop:
      ddl_->stop = StopOf(step, step.why);
      return {};
    case DdlStep::Kind::kAsk:
      LogWarn(
          fmt::format("table {}: {} at {} cannot be followed from its text ({}): its definition "
                      "is asked of the server: {}",
                      step.table.ToString(), step.what, at, step.why, ddl_->sql));
      LookUp(step.table, Duration(0));
      return {};
    case DdlStep::Kind::kJoin:
      LogInfo(fmt::format("table {}: {} at {}: it joins the job: {}", step.table.ToString(),
                          step.what, at, ddl_->sql));
      LookUp(step.table, fetcher_->server().settle);
      return {};
    case DdlStep::Kind::kDefine:
      return Define(table->second, step, true);
  }
  return {};
}

Result<bool> LogReader::TakeLookup() {
  auto answer = lookup_->Poll();
  if (!answer) return false;
  lookup_.reset();
  DdlStep& step = ddl_->plan.steps[ddl_->next];
  if (step.kind == DdlStep::Kind::kJoin) {
    RETURN_IF_ERROR(Join(step, std::move(*answer)));
    StepDone();
    return true;
  }
  CapturedTable& table = tables_.at(step.table);
  if (!*answer && answer->error().code() == Code::kNotFound) {
    ddl_->stop = StopOf(step, step.why + ", and the table is gone by now");
    return true;
  }
  if (!*answer) return Fail(answer->error());
  TableFacts& now = (**answer).facts;
  now.assumed = true;
  step.definition = MatchByName(std::move(now), table.facts());
  RETURN_IF_ERROR(Define(table, step, false));
  if (!ddl_->at_change()) StepDone();
  return true;
}

void LogReader::LookUp(const TablePath& table, Duration settle) {
  lookup_ = std::make_unique<TableLookup>(setup_.ctx.sql, setup_.options.endpoint,
                                          fetcher_->server(), table, settle, setup_.ctx.wake);
}

// A table that cannot join does not keep the others from being followed.
Status LogReader::Join(DdlStep& step, Result<JoiningTable> found) {
  found = Fit(std::move(found));
  if (found) {
    joining_[found->facts.path] = std::move(*found);
    return {};
  }
  if (found.error().retry() == Retry::kInPlace) return found.error();
  LogWarn(fmt::format("table {}: {} at {}: it is left out of the job: {}", step.table.ToString(),
                      step.what, position_.ToString(), found.error().message()));
  return {};
}

Result<JoiningTable> LogReader::Fit(Result<JoiningTable> found) const {
  if (!found && found.error().code() == Code::kNotFound) {
    return Fail(Code::kNotFound, "it is gone by now");
  }
  if (!found) return found;
  NameKey(found->facts, setup_.options);
  const TablePath& path = found->facts.path;
  if (tables_.contains(path)) return Fail(Code::kUnsupported, "it is captured already");
  ASSIGN_OR_RETURN(const TableDefRef def, MakeTable(found->facts, setup_.convert));
  const TableKey key = KeyOf(found->facts, *def);
  if (!fetcher_->server().whole_rows) RETURN_IF_ERROR(CheckRereadable(*def, key));
  if (key.columns.empty()) {
    return Fail(Code::kUnsupported,
                fmt::format("it has no key; give it one, or name its key columns in "
                            "table-names-config, and start with --fresh to read it"));
  }
  return found;
}

Status LogReader::Define(CapturedTable& table, DdlStep& step, bool sure) {
  // The job file may have named another key than the table's own.
  for (const TableNamesConfig& named : setup_.options.table_names_config) {
    if (named.table != table.path().ToString() || named.primary_keys.empty()) continue;
    auto& key = step.definition.facts.primary_key;
    key.clear();
    for (const std::string& name : table.facts().primary_key) {
      const auto now = std::ranges::find(step.definition.before, name);
      if (now == step.definition.before.end()) continue;
      key.push_back(
          step.definition.facts.columns[static_cast<size_t>(now - step.definition.before.begin())]
              .name);
    }
  }
  auto effect = EffectOf(table.facts(), table.output(), step.definition, setup_.options.ddl,
                         setup_.convert, ddl_->session.strict, sure);
  if (!effect) {
    ddl_->stop = StopOf(step, std::string(effect.error().message()));
  } else if (!effect->why_not.empty()) {
    ddl_->stop = StopOf(step, effect->why_not);
  } else if (effect->announce) {
    ddl_->waiting = std::move(*effect);
  } else {
    return Redefine(table, step, std::move(*effect));
  }
  return {};
}

Status LogReader::Redefine(CapturedTable& table, DdlStep& step, TableEffect effect) {
  std::string notes;
  for (const std::string& note : effect.notes) notes += (notes.empty() ? "" : "; ") + note;
  LogInfo(fmt::format("table {}: {} at {} is followed{}: {}", table.path().ToString(), step.what,
                      position_.ToString(), notes.empty() ? "" : " (" + notes + ")", ddl_->sql));
  ASSIGN_OR_RETURN(const bool repeated, table.Redefine(std::move(step.definition),
                                                       std::move(effect.output), setup_.convert));
  if (repeated) {
    LogWarn(
        fmt::format("table {}: its key changed during the snapshot; changes that the snapshot "
                    "brought already are read once more from here on",
                    table.path().ToString()));
  }
  return {};
}

Result<SchemaChange> LogReader::TakeSchemaChange() {
  if (!ddl_ || !ddl_->at_change()) {
    return Fail(Code::kInternal, "the reader does not stand at a change of schema");
  }
  if (!ddl_->stop.ok()) return Fail(ddl_->stop);
  DdlStep& step = ddl_->plan.steps[ddl_->next];
  CapturedTable& table = tables_.at(step.table);
  SchemaChange change{ddl_->waiting->before, ddl_->waiting->output.schema, ddl_->sql};
  RETURN_IF_ERROR(Redefine(table, step, std::move(*std::exchange(ddl_->waiting, std::nullopt))));
  // What the snapshot brought from here on lacks what the target has now.
  if (table.Repeat()) {
    LogWarn(
        fmt::format("table {}: its schema changed during the snapshot; changes that the "
                    "snapshot brought already are read once more from here on",
                    table.path().ToString()));
  }
  StepDone();
  if (ddl_->next == ddl_->plan.steps.size()) EndDdl();
  return change;
}

Status LogReader::StopOf(const DdlStep& step, const std::string& why) const {
  return At({Code::kSchemaMismatch,
             fmt::format("the statement '{}' ({}) changes the captured table {} in a way that is "
                         "not followed: {}. Everything before it is in the target. Change the "
                         "target to match and start with --fresh, or remove the table from "
                         "table-names",
                         ddl_->sql, step.what, step.table.ToString(), why)});
}

}  // namespace sluice::mysql
