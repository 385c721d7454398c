// SPDX-License-Identifier: Apache-2.0
#include "mysql/table_trail.h"

#include <algorithm>

#include "mysql/ddl_plan.h"

namespace sluice::mysql {

TableTrail::TableTrail(TableFacts facts, LogPoint from)
    : facts_(std::move(facts)), upto_(std::move(from)), told_(true) {
  for (const ColumnFacts& column : facts_.columns) names_.push_back(column.name);
}

void TableTrail::Take(const Query& query, const SqlDialect& dialect) {
  if (!told_) return;
  const StatementSession session = SessionOf(query.status, dialect);
  if (!session.takes_effect) return;
  const auto sql = Utf8Of(query.sql, session);
  if (!sql) return;
  // What the job makes of it is for the reader of the log to say.
  const DdlRules rules{.drop_table = DdlPolicy::kIgnore,
                       .rename_table = DdlPolicy::kIgnore,
                       .truncate_table = DdlPolicy::kIgnore};
  const DdlState state{{{facts_.path, &facts_}}, copies_, gone_};
  const auto statement = ParseStatement(*sql, query.schema, session.dialect);
  DdlPlan plan = PlanStatement(statement, state, session, rules);
  for (const DdlStep& step : plan.steps) {
    if (step.kind == DdlStep::Kind::kDefine) Follow(step.definition);
    if (step.kind == DdlStep::Kind::kAsk) told_ = false;
  }
  copies_ = std::move(plan.copies);
  gone_ = std::move(plan.gone);
}

void TableTrail::Follow(const Definition& definition) {
  for (std::string& name : names_) {
    const auto now =
        name.empty() ? definition.before.end() : std::ranges::find(definition.before, name);
    name =
        now == definition.before.end()
            ? ""
            : definition.facts.columns[static_cast<size_t>(now - definition.before.begin())].name;
  }
  facts_ = definition.facts;
}

std::optional<std::vector<std::string>> TableTrail::NamesIn(const TableDef& now) const {
  const bool there = std::ranges::equal(facts_.columns, now.columns,
                                        [](const ColumnFacts& column, const ColumnDef& found) {
                                          return SameWord(column.name, found.info.name);
                                        });
  return told_ && there ? std::optional(names_) : std::nullopt;
}

}  // namespace sluice::mysql
