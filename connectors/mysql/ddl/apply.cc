// SPDX-License-Identifier: Apache-2.0
#include "mysql/ddl/apply.h"

#include <fmt/format.h>

#include <algorithm>

#include "mysql/ddl/initial_value.h"
#include "mysql/ddl/keys.h"

namespace sluice::mysql {
namespace {

struct NewColumn {
  ColumnFacts facts;
  std::string before;
  std::optional<std::string> initial;
  bool computed = false;
};

// What the rows that are there hold in an added column that names no DEFAULT and may not be null.
std::optional<std::string> ImplicitDefault(const ColumnFacts& facts, const ColumnSpec& spec) {
  if (facts.nullable) return std::nullopt;
  const std::string& type = facts.data_type;
  if (type == "enum") return spec.labels.empty() ? "" : spec.labels.front();
  if (type == "bit") return std::string((facts.precision.value_or(1) + 7) / 8, '\0');
  if (type == "date") return "0000-00-00";
  if (type == "datetime" || type == "timestamp") return "0000-00-00 00:00:00";
  if (type == "time") return "00:00:00";
  if (type == "json") return "null";
  if (type == "uuid") return "00000000-0000-0000-0000-000000000000";
  if (type == "inet4") return "0.0.0.0";
  if (type == "inet6") return "::";
  if (type == "binary") return std::string(facts.octet_length.value_or(0), '\0');
  if (facts.precision || type == "year") return "0";
  return "";
}

Result<NewColumn> Make(const ColumnSpec& spec, const std::string& before, const TableFacts& table,
                       const StatementSession& session) {
  NewColumn column;
  ASSIGN_OR_RETURN(column.facts, FactsOf(spec, table, session));
  column.before = before;
  if (!before.empty()) return column;
  const bool first_timestamp =
      spec.type == "timestamp" && !session.explicit_timestamps.value_or(true);
  column.computed = spec.computed || spec.auto_increment || spec.generated || first_timestamp;
  if (column.computed) return column;
  if (!spec.initial) {
    column.initial = ImplicitDefault(column.facts, spec);
  } else {
    column.initial = InitialText(spec, column.facts, session);
    column.computed = !column.initial;
  }
  return column;
}

Result<Definition> Finish(TableFacts table, std::vector<NewColumn> columns, KeyList keys) {
  Definition out;
  out.facts = std::move(table);
  out.facts.columns.clear();
  for (NewColumn& column : columns) {
    const auto primary = [&](const std::string& name) { return SameWord(name, column.facts.name); };
    if (std::ranges::any_of(keys.primary(), primary)) column.facts.nullable = false;
    if (column.computed) out.computed.push_back(column.facts.name);
    out.facts.columns.push_back(std::move(column.facts));
    out.before.push_back(std::move(column.before));
    out.initial.push_back(std::move(column.initial));
  }
  RETURN_IF_ERROR(std::move(keys).Store(out.facts));
  return out;
}

// One ALTER TABLE, in the order in which a server does it: columns that stay, in their places; then
// those that are added or moved; then the keys.
class Alteration {
 public:
  Alteration(const TableFacts& before, const AlterTable& alter, const StatementSession& session)
      : before_(before), alter_(alter), session_(session), table_(before), keys_(before) {}

  Result<Definition> Run() {
    RETURN_IF_ERROR(Options());
    RETURN_IF_ERROR(OldColumns());
    for (const AlterClause& clause : alter_.clauses) RETURN_IF_ERROR(PlaceColumn(clause));
    RETURN_IF_ERROR(Missing());
    keys_.FollowColumns([this](const std::string& name) { return NewName(name); });
    for (const AlterClause& clause : alter_.clauses) RETURN_IF_ERROR(AddKeys(clause));
    return Finish(std::move(table_), std::move(columns_), std::move(keys_));
  }

 private:
  template <typename Clause, typename Match>
  const Clause* FindClause(Match match) const {
    for (const AlterClause& one : alter_.clauses) {
      const auto* clause = std::get_if<Clause>(&one);
      if (clause != nullptr && match(*clause)) return clause;
    }
    return nullptr;
  }

  Status Options() {
    for (const AlterClause& clause : alter_.clauses) {
      if (const auto* unclear = std::get_if<UnclearClause>(&clause)) {
        return {Code::kUnsupported, unclear->what};
      }
      if (const auto* options = std::get_if<SetTableOptions>(&clause)) {
        if (options->charset) table_.charset = *options->charset;
        if (options->comment) table_.comment = *options->comment;
      } else if (const auto* convert = std::get_if<ConvertCharset>(&clause)) {
        if (convert->charset.empty()) {
          return {Code::kUnsupported, "the character set of the database is not written"};
        }
        convert_ = &convert->charset;
        table_.charset = *convert_;
      } else if (const auto* drop = std::get_if<DropKey>(&clause)) {
        RETURN_IF_ERROR(keys_.Drop(*drop));
      } else if (const auto* rename = std::get_if<RenameKey>(&clause)) {
        RETURN_IF_ERROR(keys_.Rename(*rename));
      }
    }
    return {};
  }

  Status OldColumns() {
    for (const ColumnFacts& column : before_.columns) {
      const auto named = [&](const auto& clause) { return SameWord(clause.name, column.name); };
      if (FindClause<DropColumn>(named) != nullptr) continue;
      if (const auto* change = FindClause<ChangeColumn>(named)) {
        ASSIGN_OR_RETURN(NewColumn made, MakeColumn(change->column, column.name));
        columns_.push_back(std::move(made));
        continue;
      }
      NewColumn kept{column, column.name, std::nullopt, false};
      if (convert_ != nullptr) {
        ASSIGN_OR_RETURN(kept.facts, Converted(column, *convert_));
      }
      const auto* rename = FindClause<RenameColumn>(
          [&](const RenameColumn& clause) { return SameWord(clause.from, column.name); });
      if (rename != nullptr) kept.facts.name = rename->to;
      columns_.push_back(std::move(kept));
    }
    return {};
  }

  Status PlaceColumn(const AlterClause& clause) {
    if (const auto* add = std::get_if<AddColumn>(&clause)) {
      if (add->if_not_exists && Stays(add->column.name)) return {};
      ASSIGN_OR_RETURN(NewColumn made, MakeColumn(add->column, ""));
      return Insert(std::move(made), add->column);
    }
    const auto* change = std::get_if<ChangeColumn>(&clause);
    if (change == nullptr || (!change->column.first && change->column.after.empty())) return {};
    const auto at = std::ranges::find_if(
        columns_, [&](const NewColumn& one) { return SameWord(one.before, change->name); });
    if (at == columns_.end()) return {};
    NewColumn moved = std::move(*at);
    columns_.erase(at);
    return Insert(std::move(moved), change->column);
  }

  // CONVERT TO holds for columns that name a character set too.
  Result<NewColumn> MakeColumn(ColumnSpec spec, const std::string& before) const {
    const bool is_long = spec.type.ends_with("text") || spec.type.ends_with("blob");
    if (convert_ != nullptr && !before.empty() && is_long) {
      return Fail(Code::kUnsupported,
                  fmt::format("servers choose the length of column {} by what it was", spec.name));
    }
    if (convert_ != nullptr && spec.charset != "binary") spec.charset = *convert_;
    return Make(spec, before, table_, session_);
  }

  Status Insert(NewColumn column, const ColumnSpec& spec) {
    if (Find(columns_, column.facts.name) != columns_.end()) {
      return {Code::kUnsupported, fmt::format("column {} is there already", column.facts.name)};
    }
    auto at = columns_.end();
    if (spec.first) {
      at = columns_.begin();
    } else if (!spec.after.empty()) {
      at = Find(columns_, spec.after);
      if (at == columns_.end()) return {Code::kUnsupported, NoColumn(spec.after)};
      ++at;
    }
    columns_.insert(at, std::move(column));
    return {};
  }

  // Every clause must have met its column.
  Status Missing() const {
    for (const AlterClause& clause : alter_.clauses) {
      const std::string* missing = nullptr;
      if (const auto* drop = std::get_if<DropColumn>(&clause)) {
        if (!drop->if_exists && Old(drop->name) == nullptr) missing = &drop->name;
      } else if (const auto* change = std::get_if<ChangeColumn>(&clause)) {
        if (!change->if_exists && Old(change->name) == nullptr) missing = &change->name;
      } else if (const auto* rename = std::get_if<RenameColumn>(&clause)) {
        if (!rename->if_exists && Old(rename->from) == nullptr) missing = &rename->from;
      }
      if (missing != nullptr) return {Code::kUnsupported, NoColumn(*missing)};
    }
    for (auto it = columns_.begin(); it != columns_.end(); ++it) {
      const auto same = [&](const NewColumn& one) {
        return SameWord(one.facts.name, it->facts.name);
      };
      if (std::any_of(it + 1, columns_.end(), same)) {
        return {Code::kUnsupported, fmt::format("column {} is there already", it->facts.name)};
      }
    }
    return {};
  }

  Status AddKeys(const AlterClause& clause) {
    if (const auto* key = std::get_if<KeySpec>(&clause)) return keys_.Add(*key);
    if (const auto* add = std::get_if<AddColumn>(&clause)) {
      if (add->if_not_exists && Stays(add->column.name)) return {};
      return keys_.AddOf(add->column);
    }
    if (const auto* change = std::get_if<ChangeColumn>(&clause)) {
      if (Old(change->name) != nullptr) return keys_.AddOf(change->column);
    }
    return {};
  }

  static std::vector<NewColumn>::iterator Find(std::vector<NewColumn>& columns,
                                               const std::string& name) {
    return std::ranges::find_if(
        columns, [&](const NewColumn& column) { return SameWord(column.facts.name, name); });
  }
  const ColumnFacts* Old(const std::string& name) const {
    const auto found = std::ranges::find_if(
        before_.columns, [&](const ColumnFacts& column) { return SameWord(column.name, name); });
    return found == before_.columns.end() ? nullptr : &*found;
  }
  bool Stays(const std::string& name) const {
    const auto named = [&](const DropColumn& clause) { return SameWord(clause.name, name); };
    return Old(name) != nullptr && FindClause<DropColumn>(named) == nullptr;
  }
  std::string NoColumn(const std::string& name) const {
    return fmt::format("table {} has no column {}", before_.path.ToString(), name);
  }
  // Of a column before; empty when it is gone.
  std::string NewName(const std::string& name) const {
    const auto found = std::ranges::find_if(
        columns_, [&](const NewColumn& column) { return SameWord(column.before, name); });
    return found == columns_.end() ? "" : found->facts.name;
  }

  const TableFacts& before_;
  const AlterTable& alter_;
  const StatementSession& session_;
  TableFacts table_;
  KeyList keys_;
  const std::string* convert_ = nullptr;  // the character set
  std::vector<NewColumn> columns_;
};

}  // namespace

Definition Definition::Of(TableFacts facts) {
  Definition out;
  for (const ColumnFacts& column : facts.columns) out.before.push_back(column.name);
  out.initial.resize(facts.columns.size());
  out.facts = std::move(facts);
  return out;
}

Result<Definition> ApplyAlter(const TableFacts& before, const AlterTable& alter,
                              const StatementSession& session) {
  return Alteration(before, alter, session).Run();
}

Result<Definition> ApplyCreate(const CreateTable& create, const TableFacts* like,
                               const StatementSession& session) {
  if (!create.unclear.empty()) return Fail(Code::kUnsupported, create.unclear);
  if (create.like) {
    if (like == nullptr) {
      return Fail(Code::kUnsupported,
                  fmt::format("the definition of {} is not known", create.like->ToString()));
    }
    Definition copy = Definition::Of(*like);
    copy.facts.path = create.table;
    return copy;
  }
  TableFacts table;
  table.path = create.table;
  table.charset = create.options.charset.value_or("");
  table.comment = create.options.comment.value_or("");
  std::vector<NewColumn> columns;
  KeyList keys(table);
  for (const ColumnSpec& spec : create.columns) {
    ASSIGN_OR_RETURN(NewColumn made, Make(spec, "", table, session));
    columns.push_back(std::move(made));
    RETURN_IF_ERROR(keys.AddOf(spec));
  }
  for (const KeySpec& key : create.keys) RETURN_IF_ERROR(keys.Add(key));
  return Finish(std::move(table), std::move(columns), std::move(keys));
}

}  // namespace sluice::mysql
