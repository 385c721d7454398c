// SPDX-License-Identifier: Apache-2.0
#include "mysql/ddl_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace sluice::mysql {
namespace {

constexpr size_t kCopiesMax = 1'000;
constexpr char kRowsChanged[] = "rows changed without a word in the log; the target keeps its own";

bool SamePath(const TablePath& a, const TablePath& b) {
  return SameWord(a.database, b.database) && SameWord(a.table, b.table);
}

// `next` begins where `first` ended.
Definition Compose(const Definition& first, Definition next) {
  std::set<std::string> computed(next.computed.begin(), next.computed.end());
  for (size_t i = 0; i < next.before.size(); ++i) {
    if (next.before[i].empty()) continue;
    const auto from = std::ranges::find(first.facts.columns, next.before[i], &ColumnFacts::name);
    const auto at = static_cast<size_t>(from - first.facts.columns.begin());
    const auto& unknown = first.computed;
    if (std::ranges::find(unknown, from->name) != unknown.end()) {
      computed.insert(next.facts.columns[i].name);
    }
    next.before[i] = first.before[at];
    next.initial[i] = first.initial[at];
  }
  next.computed.assign(computed.begin(), computed.end());
  return next;
}

class Planner {
 public:
  Planner(const DdlState& state, const StatementSession& session, const DdlRules& rules)
      : state_(state), session_(session), rules_(rules) {
    plan_.copies = state.copies;
    plan_.gone = state.gone;
  }

  DdlPlan Plan(const Statement& statement) {
    std::visit([this](const auto& one) { Take(one); }, statement);
    return std::move(plan_);
  }

 private:
  // In any case of letters: where names have none, statements come as clients wrote them. Elsewhere
  // a name that differs in case alone stops the job without need, which loses nothing.
  const TablePath* Captured(const TablePath& name) const {
    for (const auto& [path, facts] : state_.tables) {
      if (SamePath(path, name)) return &path;
    }
    return nullptr;
  }
  TableCopy* Copy(const TablePath& name) {
    for (auto& [path, copy] : plan_.copies) {
      if (SamePath(path, name)) return &copy;
    }
    return nullptr;
  }
  void Forget(const TablePath& name) {
    std::erase_if(plan_.copies, [&](const auto& one) { return SamePath(one.first, name); });
  }

  DdlStep& Step(DdlStep::Kind kind, const TablePath& table, std::string what, std::string why) {
    return plan_.steps.emplace_back(DdlStep{kind, table, std::move(what), {}, std::move(why)});
  }
  void Define(const TablePath& table, std::string what, Definition definition) {
    plan_.gone.erase(table);
    Step(DdlStep::Kind::kDefine, table, std::move(what), "").definition = std::move(definition);
    // Copies made of the table as it was have other names to go by now.
    for (auto& [path, copy] : plan_.copies) {
      if (copy.of == table) copy.of = {};
    }
  }
  void Ask(const TablePath& table, std::string what, std::string why) {
    plan_.gone.erase(table);
    Step(DdlStep::Kind::kAsk, table, std::move(what), std::move(why));
  }
  // A kind of statement whose only way to go on is to leave it out.
  bool Leave(DdlPolicy policy, const TablePath& table, const std::string& what,
             const std::string& done, const std::string& option) {
    if (policy == DdlPolicy::kIgnore) {
      Step(DdlStep::Kind::kNote, table, what, done);
      return true;
    }
    Step(DdlStep::Kind::kStop, table, what,
         fmt::format("the target would keep its rows; schema-changes.policy {{ {} = ignore }} lets "
                     "it",
                     option));
    return false;
  }

  void Take(const OtherStatement& /*statement*/) {}

  void Take(const AlterTable& alter) {
    if (const TablePath* table = Captured(alter.table)) {
      if (!alter.clauses.empty()) Alter(*table, alter);
    } else if (TableCopy* copy = Copy(alter.table)) {
      auto applied = ApplyAlter(copy->definition.facts, alter, session_);
      if (applied) {
        copy->definition = Compose(copy->definition, std::move(*applied));
      } else {
        Forget(alter.table);
      }
    }
    for (const AlterClause& clause : alter.clauses) {
      if (const auto* rows = std::get_if<ChangeRows>(&clause)) Other(*rows);
    }
    if (alter.renamed) Take(RenameTables{{{alter.table, *alter.renamed}}});
  }

  // The other table that a partition changes places with, comes from or becomes.
  void Other(const ChangeRows& rows) {
    if (rows.role == ChangeRows::Other::kNone) return;
    const std::string what = "ALTER TABLE " + rows.what;
    const TablePath* table = Captured(rows.other);
    if (rows.role != ChangeRows::Other::kExchanged) Forget(rows.other);
    if (table == nullptr) {
      if (rows.role == ChangeRows::Other::kMade) Appeared(rows.other, what);
    } else if (rows.role == ChangeRows::Other::kAbsorbed) {
      Dropped(*table, what);
    } else if (rows.role == ChangeRows::Other::kExchanged) {
      Leave(rules_.truncate_table, *table, what, kRowsChanged, "truncate-table");
    } else {
      Step(DdlStep::Kind::kStop, *table, what, "its rows come from the partition");
    }
  }

  void Alter(const TablePath& table, const AlterTable& alter) {
    for (const AlterClause& clause : alter.clauses) {
      const auto* rows = std::get_if<ChangeRows>(&clause);
      if (rows == nullptr) continue;
      const std::string what = "ALTER TABLE " + rows->what;
      if (!Leave(rules_.truncate_table, table, what, kRowsChanged, "truncate-table")) return;
    }
    auto applied = ApplyAlter(*state_.tables.at(table), alter, session_);
    if (applied) return Define(table, "ALTER TABLE", std::move(*applied));
    Ask(table, "ALTER TABLE", std::string(applied.error().message()));
  }

  void Take(const CreateTable& create) {
    const TablePath* table = Captured(create.table);
    if (table != nullptr) return Recreate(*table, create);
    const TablePath* of = CopiedTable(create.table, state_);
    if (of == nullptr) return Appeared(create.table, "CREATE TABLE");
    if (create.if_not_exists && Copy(create.table) != nullptr) return;
    if (plan_.copies.size() >= kCopiesMax) return;
    const TablePath* source = create.like ? Captured(*create.like) : nullptr;
    const TableFacts* like = source == nullptr ? nullptr : state_.tables.at(*source);
    auto applied = ApplyCreate(create, like, session_);
    Forget(create.table);
    if (!applied) return;  // asked of the server when it takes the table's place
    if (source != of) *applied = MatchByName(std::move(applied->facts), *state_.tables.at(*of));
    plan_.copies[create.table] = {std::move(*applied), *of};
  }

  // A table of this name is captured: it was dropped or renamed away before.
  void Recreate(const TablePath& table, const CreateTable& create) {
    const std::string what = create.or_replace ? "CREATE OR REPLACE TABLE" : "CREATE TABLE";
    if (create.if_not_exists) return MayRecreate(table, create, what + " IF NOT EXISTS");
    if (create.or_replace &&
        !Leave(rules_.drop_table, table, what, "the target keeps the rows of the table before",
               "drop-table")) {
      return;
    }
    if (create.rows_follow || rules_.create_table == DdlPolicy::kStop) {
      return void(Step(DdlStep::Kind::kStop, table, what,
                       create.rows_follow ? "its rows come in the same statement"
                                          : "schema-changes.policy says so"));
    }
    const TablePath* like = create.like ? Captured(*create.like) : nullptr;
    auto applied =
        ApplyCreate(create, like == nullptr ? nullptr : state_.tables.at(*like), session_);
    if (!applied) {
      return Ask(table, what, std::string(applied.error().message()));
    }
    applied->facts.path = table;
    Define(table, what, MatchByName(std::move(applied->facts), *state_.tables.at(table)));
  }

  // Applications run such statements at each start, and seldom mend them when the table changes.
  void MayRecreate(const TablePath& table, const CreateTable& create, const std::string& what) {
    const bool gone = plan_.gone.contains(table);
    if (gone && !IsOf(create, *state_.tables.at(table))) {
      return Ask(table, what, "it was dropped or renamed away before, and its columns are others");
    }
    plan_.gone.erase(table);
    Step(DdlStep::Kind::kNote, table, what, "taken as of a table that is there");
  }

  // The columns and the key that `create` makes are those of `table`.
  bool IsOf(CreateTable create, const TableFacts& table) const {
    const TablePath* like = create.like ? Captured(*create.like) : nullptr;
    // That of the database is not written.
    if (!create.options.charset) create.options.charset = table.charset;
    const auto applied =
        ApplyCreate(create, like == nullptr ? nullptr : state_.tables.at(*like), session_);
    return applied && applied->facts.columns == table.columns &&
           applied->facts.primary_key == table.primary_key;
  }

  void Appeared(const TablePath& table, const std::string& what) {
    if (!state_.matches(table) || IsToolsTable(table, state_)) return;
    switch (rules_.create_table) {
      case DdlPolicy::kStop:
        Step(DdlStep::Kind::kStop, table, what, "schema-changes.policy says so");
        return;
      case DdlPolicy::kIgnore:
        Step(DdlStep::Kind::kNote, table, what,
             "a new table that would be captured is left out, as schema-changes.policy says");
        return;
      case DdlPolicy::kFollow:
        Step(DdlStep::Kind::kJoin, table, what, "");
        return;
    }
  }

  void Take(const DropTables& drop) {
    for (const TablePath& name : drop.tables) {
      Forget(name);
      if (const TablePath* table = Captured(name)) Dropped(*table, "DROP TABLE");
    }
  }

  void Take(const DropDatabase& drop) {
    std::erase_if(plan_.copies,
                  [&](const auto& one) { return SameWord(one.first.database, drop.name); });
    for (const auto& [path, facts] : state_.tables) {
      if (SameWord(path.database, drop.name)) Dropped(path, "DROP DATABASE");
    }
  }

  void Dropped(const TablePath& table, const std::string& what) {
    if (Leave(rules_.drop_table, table, what, "the target keeps its rows", "drop-table")) {
      plan_.gone.insert(table);
    }
  }

  void Take(const TruncateTable& truncate) {
    if (const TablePath* table = Captured(truncate.table)) {
      Leave(rules_.truncate_table, *table, "TRUNCATE TABLE", "the target keeps its rows",
            "truncate-table");
    }
  }

  // Tables change places one after another; what counts is what stands under each name at the end.
  void Take(const RenameTables& rename) {
    std::map<TablePath, TablePath> origin;  // what stands under a name, by the name it had
    std::set<TablePath> empty;              // names under which nothing stands now
    const auto canonical = [this](const TablePath& name) {
      const TablePath* table = Captured(name);
      return table == nullptr ? name : *table;
    };
    for (const auto& [from_name, to_name] : rename.names) {
      const TablePath from = canonical(from_name);
      const TablePath to = canonical(to_name);
      const auto found = origin.find(from);
      const TablePath moved = found == origin.end() ? from : found->second;
      origin.erase(from);
      empty.insert(from);
      empty.erase(to);
      origin[to] = moved;
    }
    auto copies = plan_.copies;
    for (const auto& [name, was] : origin) {
      if (Captured(name) != nullptr && name != was) Replaced(name, was);
    }
    for (const TablePath& name : empty) {
      if (Captured(name) != nullptr) RenamedAway(name);
    }
    for (const auto& [name, was] : origin) {
      if (Captured(name) == nullptr) Appeared(name, "RENAME TABLE " + was.ToString() + " TO");
    }
    MoveCopies(origin, empty, copies);
  }

  void Replaced(const TablePath& table, const TablePath& by) {
    if (rules_.rename_table == DdlPolicy::kStop) {
      return void(
          Step(DdlStep::Kind::kStop, table, "RENAME TABLE", "schema-changes.policy says so"));
    }
    const TableCopy* copy = Copy(by);
    const TablePath* of = CopiedTable(by, state_);
    if (of == nullptr || *of != table) {  // its rows are others
      const std::string what = fmt::format("RENAME TABLE {} TO", by.ToString());
      if (!Leave(rules_.drop_table, table, what, "the target keeps the rows of the table before",
                 "drop-table")) {
        return;
      }
    }
    if (copy == nullptr) {
      return Ask(table, "RENAME TABLE",
                 fmt::format("the definition of {} is not known", by.ToString()));
    }
    Definition definition = copy->definition;
    const TableFacts& before = *state_.tables.at(table);
    if (copy->of != table) definition = MatchByName(std::move(definition.facts), before);
    definition.facts.path = table;
    Define(table, fmt::format("RENAME TABLE {} TO", by.ToString()), std::move(definition));
  }

  void RenamedAway(const TablePath& table) {
    if (rules_.rename_table == DdlPolicy::kIgnore) {
      Step(DdlStep::Kind::kNote, table, "RENAME TABLE",
           "its rows are no longer read; the target keeps what it has");
      plan_.gone.insert(table);
      return;
    }
    Step(DdlStep::Kind::kStop, table, "RENAME TABLE",
         "it has another name now; schema-changes.policy { rename-table = ignore } would go on "
         "without it");
  }

  void MoveCopies(const std::map<TablePath, TablePath>& origin, const std::set<TablePath>& empty,
                  const std::map<TablePath, TableCopy>& before) {
    for (const TablePath& name : empty) Forget(name);
    for (const auto& [name, was] : origin) {
      Forget(name);
      const auto copy = before.find(was);
      if (copy == before.end() || Captured(name) != nullptr) continue;
      plan_.copies[name] = copy->second;
      plan_.copies[name].definition.facts.path = name;
    }
  }

  const DdlState& state_;
  const StatementSession& session_;
  const DdlRules& rules_;
  DdlPlan plan_;
};

}  // namespace

DdlPlan PlanStatement(const Statement& statement, const DdlState& state,
                      const StatementSession& session, const DdlRules& rules) {
  return Planner(state, session, rules).Plan(statement);
}

namespace {

// _t_gho; _t_new, and more bars in front while such a table is there.
const TablePath* TableBehind(const TablePath& name, const DdlState& state,
                             std::initializer_list<std::string_view> suffixes) {
  if (!name.table.starts_with("_")) return nullptr;
  const std::string_view bare =
      std::string_view(name.table)
          .substr(std::min(name.table.find_first_not_of('_'), name.table.size()));
  for (const auto& [path, facts] : state.tables) {
    if (!SameWord(path.database, name.database)) continue;
    // A captured name may begin with bars itself.
    std::string_view table = path.table;
    table.remove_prefix(std::min(table.find_first_not_of('_'), table.size()));
    for (const std::string_view suffix : suffixes) {
      if (SameWord(bare, std::string(table).append(suffix))) return &path;
    }
  }
  return nullptr;
}

}  // namespace

bool Captures(const DdlState& state, const TablePath& name) {
  return state.matches(name) || std::ranges::any_of(state.tables, [&](const auto& one) {
           return SamePath(one.first, name);
         });
}

const TablePath* CopiedTable(const TablePath& name, const DdlState& state) {
  return TableBehind(name, state, {"_gho", "_new"});
}

bool IsToolsTable(const TablePath& name, const DdlState& state) {
  return TableBehind(name, state, {"_gho", "_ghc", "_del", "_new", "_old"}) != nullptr;
}

Definition MatchByName(TableFacts facts, const TableFacts& before) {
  Definition out = Definition::Of(std::move(facts));
  for (std::string& name : out.before) {
    const auto found = std::ranges::find_if(
        before.columns, [&](const ColumnFacts& column) { return SameWord(column.name, name); });
    name = found == before.columns.end() ? "" : found->name;
  }
  return out;
}

}  // namespace sluice::mysql
