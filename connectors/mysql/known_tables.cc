// SPDX-License-Identifier: Apache-2.0
#include "mysql/known_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/logging.h"
#include "mysql/binlog/thin_rows.h"
#include "mysql/catalog.h"
#include "mysql/changed_value.h"

namespace sluice::mysql {
namespace {

constexpr int kTriesMax = 12;  // at a table that is being altered
// Behind the second try; doubled from try to try: some ten seconds in all. MySQL 8.0 takes a
// statement by the new columns before its data dictionary tells of them; between the two lies the
// writing of its log, which can take long.
constexpr Duration kPause = std::chrono::milliseconds(10);

bool Same(const TableDef& a, const TableDef& b) {
  return std::ranges::equal(a.columns, b.columns, [](const ColumnDef& x, const ColumnDef& y) {
    return x.info.name == y.info.name && !Changed(x, y);
  });
}

std::string Neutral(const ColumnDef& column) {
  Column value(column.info.type);
  AppendNeutral(column, value);
  const std::string text = ValueText(value, 0);
  return text.empty() ? "an empty text" : text;
}

}  // namespace

Result<std::string> DescribeTable(SqlSession& session, const TableNow& now) {
  ASSIGN_OR_RETURN(const auto columns, session.Describe(now.select()));
  std::string text;
  for (const SqlColumn& column : columns) {
    text += fmt::format("{} {} {}\n", column.name, column.type, column.nullable);
  }
  // The order tells of columns of one type that have taken over each other's names.
  const TablePath& path = now.def()->path;
  ASSIGN_OR_RETURN(const auto all,
                   session.Describe(fmt::format("SELECT * FROM {}.{}", QuoteName(path.database),
                                                QuoteName(path.table))));
  for (const SqlColumn& column : all) text += column.name + "\n";
  return text;
}

Result<KnownTable> LearnTable(SqlSession& session, const TableDefRef& def, TableDefRef guess,
                              TableNow::Misfit misfit, const ConvertOptions& convert,
                              const CancelToken& stop, const NamesOf& names) {
  std::optional<TableNow::Names> named;
  Duration pause{0};
  for (int tries = 1; tries <= kTriesMax; ++tries) {
    if (stop.WaitFor(pause)) return Fail(stop.Check());
    if (tries > 1) pause = std::max(pause * 2, kPause);
    std::optional<KnownTable> known;
    if (guess) {
      ASSIGN_OR_RETURN(TableNow now, TableNow::Make(def, guess, misfit, named));
      auto described = DescribeTable(session, now);
      if (!described && described.error().retry() != Retry::kNever) return Fail(described.error());
      if (described) known = KnownTable{std::move(now), std::move(*described)};
    }
    ASSIGN_OR_RETURN(const TableFacts facts, LoadTable(session, def->path));
    ASSIGN_OR_RETURN(TableDefRef found, MakeTable(facts, convert));
    if (known && Same(*found, *guess)) return std::move(*known);
    guess = std::move(found);
    if (!names) continue;
    ASSIGN_OR_RETURN(named, names(*guess));
  }
  return Fail(Code::kUnavailable, "the table is being altered");
}

TableNow::Misfit KnownTables::misfit() const {
  const bool repeated = rules_.pass_on && rules_.modify_column == DdlPolicy::kFollow;
  return repeated ? TableNow::Misfit::kRepeated : TableNow::Misfit::kRefused;
}

KnownTableRef KnownTables::Find(const TableDefRef& def) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(def->path);
  return found != known_.end() && found->second->now.def() == def ? found->second : nullptr;
}

KnownTableRef KnownTables::Put(KnownTable known) {
  const std::lock_guard lock(mutex_);
  const TableNow& now = known.now;
  KnownTableRef& last = known_[now.def()->path];
  const bool follows = last && last->now.def() == now.def();
  if (follows && Same(*last->now.now(), *now.now()) && last->described == known.described) {
    return last;
  }
  const std::string changes = now.Changes();
  if (!changes.empty() && (!follows || last->now.Changes() != changes)) {
    LogInfo(
        fmt::format("table {} was altered while its snapshot is read: {}; the rows that are "
                    "still to be read get the columns of before, until the log comes to it",
                    now.def()->path.ToString(), changes));
  }
  if (!follows || last->now.Gone() != now.Gone()) TellLost(now);
  last = std::make_shared<const KnownTable>(std::move(known));
  return last;
}

// A target that drops the column too loses nothing.
void KnownTables::TellLost(const TableNow& now) const {
  if (now.Gone().empty()) return;
  if (rules_.pass_on && rules_.drop_column == DdlPolicy::kFollow) return;
  std::string lost;
  for (const uint32_t i : now.Gone()) {
    const ColumnDef& column = now.def()->columns[i];
    lost += fmt::format("{}{} ({})", lost.empty() ? "" : ", ", column.info.name, Neutral(column));
  }
  LogWarn(
      fmt::format("table {}: columns were dropped while its snapshot is read, and what they "
                  "held in rows that were not read before is not known any more; in the target "
                  "the rows of ranges read from now on have instead: {}",
                  now.def()->path.ToString(), lost));
}

void KnownTables::PutGone(const TablePath& table) {
  const std::lock_guard lock(mutex_);
  if (!gone_.insert(table).second) return;
  LogWarn(
      fmt::format("table {} was dropped or renamed away while its snapshot is read: what is "
                  "left of it is taken as empty, but for what the log brings",
                  table.ToString()));
}

}  // namespace sluice::mysql
