// SPDX-License-Identifier: Apache-2.0
#include "jdbc/alter_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/ascii.h"
#include "jdbc/sink_tables.h"
#include "jdbc/text_values.h"

namespace sluice::jdbc {
namespace {

// Digits of the greatest value; 0: no whole number.
int DigitsOf(TypeKind kind) {
  switch (kind) {
    case TypeKind::kTinyInt:
      return 3;
    case TypeKind::kSmallInt:
      return 5;
    case TypeKind::kInt:
      return 10;
    case TypeKind::kBigInt:
      return 19;
    default:
      return 0;
  }
}

bool HoldsNumber(const Type& type, const Type& wanted) {
  const int digits = DigitsOf(wanted.kind);
  if (type.kind != TypeKind::kDecimal) return DigitsOf(type.kind) >= digits;
  return type.precision - type.scale >= digits;
}

bool HoldsLength(const ColumnInfo& column, const ColumnInfo& wanted) {
  constexpr int64_t kUnlimited = 1 << 24;  // what the largest texts of both servers exceed
  if (!column.length || *column.length >= kUnlimited) return true;
  return wanted.length && *wanted.length > 0 && *column.length >= *wanted.length;
}

const ColumnInfo* Find(const Schema& schema, const std::string& name) {
  const auto found = std::ranges::find_if(
      schema.columns, [&](const ColumnInfo& column) { return SameWord(column.name, name); });
  return found == schema.columns.end() ? nullptr : &*found;
}

class Planner {
 public:
  Planner(const SqlSession& session, const SinkOptions& options, const TargetFacts& facts,
          const TablePath& path, const SchemaChange& change)
      : session_(session),
        options_(options),
        server_(options.endpoints.front().server),
        dialect_(Dialect::Of(server_)),
        facts_(facts),
        before_(*change.before),
        after_(*change.after),
        head_("ALTER TABLE " + dialect_.FullName(path) + " ") {}

  Alteration Plan() {
    const std::vector<std::string> gone = ColumnNames(options_, before_);
    const std::vector<std::string> names = ColumnNames(options_, after_);
    for (const RenamedColumn& renamed : RenamedColumns(before_, after_)) {
      const TargetColumn* from = FindColumn(facts_, gone[renamed.before]);
      const std::string& to = names[renamed.after];
      was_[renamed.after] = {&before_.columns[renamed.before], from};
      if (from == nullptr || FindColumn(facts_, to) != nullptr) continue;
      Add(fmt::format("RENAME COLUMN {} TO {}", dialect_.Name(from->name), dialect_.Name(to)));
      renamed_.insert(from);
    }
    for (size_t i = 0; i < gone.size(); ++i) {
      if (Find(after_, before_.columns[i].name) != nullptr) continue;
      const TargetColumn* target = FindColumn(facts_, gone[i]);
      if (target == nullptr || renamed_.contains(target)) continue;
      Add("DROP COLUMN " + dialect_.Name(target->name));
    }
    for (size_t i = 0; i < names.size(); ++i) Column(i, names[i]);
    return std::move(out_);
  }

 private:
  bool postgres() const { return server_ == SqlServer::kPostgres; }
  void Add(const std::string& clause) { out_.statements.push_back(head_ + clause); }

  void Column(size_t index, const std::string& name) {
    const ColumnInfo& column = after_.columns[index];
    const ColumnInfo* before = Find(before_, column.name);
    const TargetColumn* target = FindColumn(facts_, name);
    if (const auto was = was_.find(index); was != was_.end()) {
      before = was->second.first;
      if (target == nullptr) target = was->second.second;
    }
    if (target == nullptr) return AddColumn(column, name);
    const bool same = before != nullptr && before->type == column.type &&
                      before->nullable == column.nullable && before->length == column.length;
    if (same) return;
    const bool holds = Holds(server_, *target, column);
    const bool takes_null = target->nullable || !column.nullable;
    if (holds && takes_null) return;
    const std::string place = dialect_.Name(renamed_.contains(target) ? name : target->name);
    const std::string type = holds ? target->type : dialect_.ColumnType(column);
    if (!postgres()) {
      const bool null = target->nullable || column.nullable;
      return Add(fmt::format("MODIFY COLUMN {} {} {}", place, type, null ? "NULL" : "NOT NULL"));
    }
    if (!holds) Add(fmt::format("ALTER COLUMN {0} TYPE {1} USING {0}::{1}", place, type));
    if (!takes_null) Add(fmt::format("ALTER COLUMN {} DROP NOT NULL", place));
  }

  void AddColumn(const ColumnInfo& column, const std::string& name) {
    const std::string type = dialect_.ColumnType(column);
    // Rows of the source bring a value if it must be there; those that are in the target have none.
    std::string clause = fmt::format("ADD COLUMN {} {} NULL", dialect_.Name(name), type);
    if (column.initial) {
      if (const auto value = DefaultOf(column, type)) {
        clause += " DEFAULT " + *value;
      } else {
        out_.notes.push_back(fmt::format(
            "rows that are there already have null in the new column {}, which takes no such "
            "default",
            column.name));
      }
    }
    Add(clause);
  }

  // What rows that are there already hold; nothing when the server takes no such default.
  std::optional<std::string> DefaultOf(const ColumnInfo& column, const std::string& type) const {
    const std::string& text = *column.initial;
    if (column.type.kind == TypeKind::kBytes) return std::nullopt;
    if (column.type.kind == TypeKind::kBoolean) {
      const bool set = text == "true" || text == "1";
      if (postgres()) return set ? "true" : "false";
      return set ? "1" : "0";
    }
    // Long texts take a default only as an expression.
    const bool expression = !postgres() && type.ends_with("TEXT");
    return expression ? "(" + session_.Quote(text) + ")" : session_.Quote(text);
  }

  const SqlSession& session_;
  const SinkOptions& options_;
  const SqlServer server_;
  const Dialect& dialect_;
  const TargetFacts& facts_;
  const Schema& before_;
  const Schema& after_;
  const std::string head_;
  // By index into after_, of renamed columns: what they were, at the source and in the target.
  std::map<size_t, std::pair<const ColumnInfo*, const TargetColumn*>> was_;
  std::set<const TargetColumn*> renamed_;  // by the statements so far
  Alteration out_;
};

}  // namespace

bool Holds(SqlServer server, const TargetColumn& column, const ColumnInfo& wanted) {
  const auto reader = ReaderOf(column.name, column.type, std::nullopt, {.server = server});
  if (!reader) return false;
  const Type& type = reader->info.type;
  switch (wanted.type.kind) {
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
    case TypeKind::kBigInt:
      return HoldsNumber(type, wanted.type);
    case TypeKind::kFloat:
      return type.kind == TypeKind::kFloat || type.kind == TypeKind::kDouble;
    case TypeKind::kDecimal:
      return type.kind == TypeKind::kDecimal && type.scale >= wanted.type.scale &&
             type.precision - type.scale >= wanted.type.precision - wanted.type.scale;
    case TypeKind::kString:
    case TypeKind::kBytes:
      return type.kind == wanted.type.kind && HoldsLength(reader->info, wanted);
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
      return type.kind == wanted.type.kind && type.scale >= wanted.type.scale;
    default:
      return type.kind == wanted.type.kind;
  }
}

Alteration PlanAlteration(const SqlSession& session, const SinkOptions& options,
                          const TargetFacts& facts, const TablePath& path,
                          const SchemaChange& change) {
  return Planner(session, options, facts, path, change).Plan();
}

}  // namespace sluice::jdbc
