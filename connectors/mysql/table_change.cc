// SPDX-License-Identifier: Apache-2.0
#include "mysql/table_change.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/chunk.h"

namespace sluice::mysql {
namespace {

constexpr char kPassOn[] =
    "schema-changes.enabled = true would pass it on to a target that can follow";

// What rows that are there hold in an added column, as the project writes values. False: `text` is
// no value of it.
bool SetInitial(const ColumnDef& def, const std::optional<std::string>& text,
                std::optional<std::string>& initial) {
  if (!text) return true;
  Column column(def.info.type);
  if (!AppendText(def, *text, column).ok()) return false;
  if (!column.is_null(0)) initial = ValueText(column, 0);
  return true;
}

class Effect {
 public:
  Effect(const TableFacts& before, const TableOutput& output, const Definition& after,
         const DdlRules& rules, bool strict, bool sure)
      : before_(before),
        old_output_(output),
        after_(after),
        rules_(rules),
        strict_(strict),
        sure_(sure) {}

  Result<TableEffect> Find(const ConvertOptions& convert) {
    ASSIGN_OR_RETURN(old_def_, MakeTable(before_, convert));
    ASSIGN_OR_RETURN(new_def_, MakeTable(after_.facts, convert));
    Keys();
    for (size_t i = 0; i < old_output_.schema->columns.size(); ++i) OldColumn(i);
    for (size_t j = 0; j < after_.facts.columns.size(); ++j) {
      if (after_.before[j].empty()) NewColumn(j);
    }
    Store();
    return std::move(effect_);
  }

 private:
  void Stop(std::string why) {
    if (effect_.why_not.empty()) effect_.why_not = std::move(why);
  }
  void Note(std::string note) { effect_.notes.push_back(std::move(note)); }
  bool InKey(size_t output_column) const {
    const auto& key = old_output_.schema->primary_key;
    return std::ranges::find(key, static_cast<uint32_t>(output_column)) != key.end();
  }
  // Where a column of the table before is now.
  std::optional<size_t> Now(const std::string& name) const {
    const auto found = std::ranges::find(after_.before, name);
    if (name.empty() || found == after_.before.end()) return std::nullopt;
    return static_cast<size_t>(found - after_.before.begin());
  }

  void Keys() {
    std::vector<std::string> expected;
    for (const std::string& name : before_.primary_key) {
      const auto now = Now(name);
      expected.push_back(now ? after_.facts.columns[*now].name : "");
    }
    if (expected != after_.facts.primary_key) Stop("its primary key is another one");
  }

  void OldColumn(size_t i) {
    ColumnInfo info = old_output_.schema->columns[i];
    info.renamed_from.clear();  // of an earlier change
    std::string source = old_output_.sources[i];
    const auto now = Now(source);
    if (source.empty()) {
      Keep(std::move(info), "", i);
    } else if (!now) {
      Dropped(std::move(info), i);
    } else {
      Kept(std::move(info), i, *now);
    }
  }

  void Keep(ColumnInfo info, std::string source, size_t old) {
    columns_.push_back(std::move(info));
    sources_.push_back(std::move(source));
    old_.push_back(old);
  }

  void Dropped(ColumnInfo info, size_t i) {
    const std::string name = info.name;
    if (!sure_) return Stop(fmt::format("column {} is gone", name));
    if (InKey(i)) return Stop(fmt::format("column {} of the key is dropped", name));
    if (rules_.drop_column == DdlPolicy::kStop) {
      return Stop(fmt::format("column {} is dropped (schema-changes.policy)", name));
    }
    if (rules_.drop_column == DdlPolicy::kIgnore) {
      if (!info.nullable) {
        return Stop(fmt::format("column {} is dropped, and the target takes no null in it", name));
      }
      Note(fmt::format("column {} was dropped; the target keeps it, with null from here on", name));
      return Keep(std::move(info), "", i);
    }
    if (!rules_.pass_on) return Stop(fmt::format("column {} is dropped; {}", name, kPassOn));
    dropped_.push_back(name);
    effect_.announce = true;
  }

  void Kept(ColumnInfo info, size_t i, size_t j) {
    const std::string& name = after_.facts.columns[j].name;
    const std::string& old_name = old_output_.sources[i];
    if (!SameWord(name, old_name)) Renamed(info, old_name, name);
    Modified(info, i, j);
    Keep(std::move(info), name, i);
  }

  void Renamed(ColumnInfo& info, const std::string& from, const std::string& to) {
    const std::string what = fmt::format("column {} is renamed to {}", from, to);
    if (rules_.rename_column == DdlPolicy::kIgnore) {
      return Note(fmt::format("{}; its values go on as {}", what, info.name));
    }
    constexpr char kIgnore[] =
        "schema-changes.policy { rename-column = ignore } would go on under the old name";
    if (rules_.rename_column == DdlPolicy::kStop || !rules_.pass_on) {
      return Stop(fmt::format("{}; {}{}", what, rules_.pass_on ? "" : std::string(kPassOn) + "; ",
                              kIgnore));
    }
    if (old_output_.schema->Find(to)) {
      return Stop(
          fmt::format("{}, and the target has another one of that name; {}", what, kIgnore));
    }
    if (!before_marked_) before_marked_ = std::make_shared<Schema>(*old_output_.schema);
    before_marked_->columns[*old_output_.schema->Find(info.name)].renamed_from = info.name;
    info.renamed_from = std::exchange(info.name, to);
    renamed_.push_back(info.renamed_from);
    effect_.announce = true;
  }

  void Modified(ColumnInfo& info, size_t i, size_t j) {
    const ColumnDef& now = new_def_->columns[j];
    const auto old = old_def_->schema->Find(old_output_.sources[i]);
    const ColumnDef& was = old_def_->columns[*old];
    if (after_.facts.columns[j] == before_.columns[*old]) return;
    const std::string what = fmt::format("column {} becomes {} from {}", now.info.name,
                                         now.info.source_type, was.info.source_type);
    const bool other_type = now.info.type != was.info.type;
    const ValueFit fit = other_type ? FitOfOther(was, now) : FitOf(was, now);
    const bool values = was.info.source_type != now.info.source_type ||
                        was.info.nullable != now.info.nullable || was.charset != now.charset;
    if (values && rules_.modify_column == DdlPolicy::kStop) {
      return Stop(what + " (schema-changes.policy)");
    }
    if (fit == ValueFit::kRewritten) {
      return Stop(what + ", which rewrote its values without a word in the log");
    }
    if ((fit == ValueFit::kNarrower || other_type) && !strict_) {
      return Stop(what +
                  " without strict mode, which may have cut values without a word in the "
                  "log");
    }
    const bool passes = rules_.pass_on && rules_.modify_column == DdlPolicy::kFollow;
    if (other_type && InKey(i)) return Stop(what + ", and it is of the key");
    if (other_type && !passes) return Stop(fmt::format("{}; {}", what, kPassOn));
    if (passes) return Follow(info, now.info);
    if (values) Note(what + "; the target keeps its column");
  }

  // The column keeps the name that the target knows.
  void Follow(ColumnInfo& info, const ColumnInfo& now) {
    const bool same = info.type == now.type && info.nullable == now.nullable &&
                      info.length == now.length && info.comment == now.comment;
    if (same) return;
    effect_.announce = true;
    const ColumnInfo known = std::exchange(info, now);
    info.name = known.name;
    info.renamed_from = known.renamed_from;
  }

  void NewColumn(size_t j) {
    const ColumnFacts& facts = after_.facts.columns[j];
    if (rules_.add_column == DdlPolicy::kStop) {
      return Stop(fmt::format("column {} is added (schema-changes.policy)", facts.name));
    }
    if (!rules_.pass_on || rules_.add_column == DdlPolicy::kIgnore) {
      return Note(fmt::format("column {} was added; it is not passed on", facts.name));
    }
    if (std::ranges::any_of(dropped_, [&](const auto& one) { return SameWord(one, facts.name); })) {
      return Stop(fmt::format(
          "column {} is dropped and added in one statement, which a target cannot tell from a "
          "change of its type",
          facts.name));
    }
    if (std::ranges::any_of(renamed_, [&](const auto& one) { return SameWord(one, facts.name); })) {
      return Stop(fmt::format(
          "column {0} is renamed and another {0} is added in one statement, which a target cannot "
          "tell apart",
          facts.name));
    }
    const auto named = [&](const ColumnInfo& info) { return SameWord(info.name, facts.name); };
    if (std::ranges::any_of(columns_, named)) {
      return Stop(fmt::format("column {} is added, and the target keeps another one of that name",
                              facts.name));
    }
    ColumnInfo info = new_def_->columns[j].info;
    const auto& computed = after_.computed;
    const bool told = std::ranges::find(computed, facts.name) == computed.end();
    if (!told || !SetInitial(new_def_->columns[j], after_.initial[j], info.initial)) {
      Note(
          fmt::format("what the rows that were there hold in the new column {} is not written; "
                      "they have null in the target until they change",
                      facts.name));
      info.nullable = true;
    }
    effect_.announce = true;
    // Behind the nearest column before it that leaves too.
    size_t at = 0;
    for (size_t before = j; before > 0 && at == 0; --before) {
      const auto found = std::ranges::find(sources_, after_.facts.columns[before - 1].name);
      if (found != sources_.end()) at = static_cast<size_t>(found - sources_.begin()) + 1;
    }
    columns_.insert(columns_.begin() + static_cast<ptrdiff_t>(at), std::move(info));
    sources_.insert(sources_.begin() + static_cast<ptrdiff_t>(at), facts.name);
    old_.insert(old_.begin() + static_cast<ptrdiff_t>(at), std::nullopt);
  }

  void Store() {
    effect_.output.sources = sources_;
    effect_.output.schema = effect_.before = old_output_.schema;
    if (before_marked_) effect_.before = before_marked_;
    if (!effect_.announce || !effect_.why_not.empty()) return;
    auto schema = std::make_shared<Schema>(*old_output_.schema);
    const auto moved = [&](std::vector<uint32_t>& key) {
      for (uint32_t& index : key) {
        const auto found = std::ranges::find(old_, std::optional<size_t>(index));
        if (found == old_.end()) return false;
        index = static_cast<uint32_t>(found - old_.begin());
      }
      return true;
    };
    schema->columns = columns_;
    if (!moved(schema->primary_key)) Stop("its primary key is another one");
    std::erase_if(schema->unique_keys, [&](auto& key) { return !moved(key); });
    ++schema->version;
    effect_.output.schema = std::move(schema);
  }

  const TableFacts& before_;
  const TableOutput& old_output_;
  const Definition& after_;
  const DdlRules& rules_;
  const bool strict_;
  const bool sure_;
  TableDefRef old_def_;
  TableDefRef new_def_;
  TableEffect effect_;
  std::shared_ptr<Schema> before_marked_;   // TableEffect::before, where a column is renamed
  std::vector<std::string> dropped_;        // names that the target loses
  std::vector<std::string> renamed_;        // names that the target changes
  std::vector<ColumnInfo> columns_;         // of the output afterwards
  std::vector<std::string> sources_;        // TableOutput::sources
  std::vector<std::optional<size_t>> old_;  // where each was in the output before
};

}  // namespace

TableOutput TableOutput::Of(SchemaRef schema) {
  TableOutput out{std::move(schema), {}};
  for (const ColumnInfo& column : out.schema->columns) out.sources.push_back(column.name);
  return out;
}

Result<TableEffect> EffectOf(const TableFacts& before, const TableOutput& output,
                             const Definition& after, const DdlRules& rules,
                             const ConvertOptions& convert, bool strict, bool sure) {
  return Effect(before, output, after, rules, strict, sure).Find(convert);
}

}  // namespace sluice::mysql
