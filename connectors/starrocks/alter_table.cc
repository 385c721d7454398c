// SPDX-License-Identifier: Apache-2.0
#include "starrocks/alter_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/ascii.h"
#include "starrocks/create_table.h"
#include "starrocks/type_text.h"

namespace sluice::starrocks {
namespace {

constexpr int kStringLength = 65'533;  // of STRING, where nothing else is told

// Of whole numbers, by what they hold; 0: none.
int RankOf(const TypeText& type) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"tinyint", "smallint", "int", "bigint", "bigint unsigned", "largeint"});
  if (type.name == "tinyint" && type.numbers[0] == 1) return 0;  // how BOOLEAN is shown
  const auto found = std::ranges::find(kNames, type.name);
  return found == kNames.end() ? 0 : static_cast<int>(found - kNames.begin()) + 1;
}

bool IsText(const TypeText& type) {
  return type.name == "varchar" || type.name == "char" || type.name == "string";
}

int LengthOf(const TypeText& type) {
  return type.numbers[0] >= 0 ? type.numbers[0] : kStringLength;
}

bool HoldsDecimal(const TypeText& type, const Type& wanted) {
  if (!type.name.starts_with("decimal")) return false;
  const int scale = std::max(type.numbers[1], 0);
  return scale >= wanted.scale && type.numbers[0] - scale >= wanted.precision - wanted.scale;
}

const ColumnInfo* Find(const Schema& schema, const std::string& name) {
  const auto found = std::ranges::find_if(
      schema.columns, [&](const ColumnInfo& column) { return SameWord(column.name, name); });
  return found == schema.columns.end() ? nullptr : &*found;
}

// What rows that are there already hold, as DEFAULT takes it; nothing when it takes no such value.
std::optional<std::string> DefaultOf(const ColumnInfo& column) {
  const std::string& text = *column.initial;
  const bool plain =
      std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' '; });
  if (!plain) return std::nullopt;
  switch (column.type.kind) {
    case TypeKind::kBytes:
      return std::nullopt;
    case TypeKind::kBoolean:
      return text == "true" || text == "1" ? "1" : "0";
    case TypeKind::kTimestamp: {
      // A fraction of zeros says nothing; any other is no literal that every version reads.
      const size_t point = text.find('.');
      if (text.find_first_not_of('0', std::min(point, text.size() - 1) + 1) == std::string::npos) {
        return text.substr(0, point);
      }
      return std::nullopt;
    }
    default:
      return text;
  }
}

// CURRENT_TIMESTAMP as a definition takes it, of a default that is shown as that or as "now(3)".
std::optional<std::string> MomentIn(const std::string& text) {
  const std::string upper = Upper(text);
  for (const std::string_view name : {"CURRENT_TIMESTAMP", "NOW"}) {
    if (!upper.starts_with(name)) continue;
    const std::string digits = upper.substr(name.size());
    return "CURRENT_TIMESTAMP" + (digits == "()" ? "" : digits);
  }
  return std::nullopt;
}

// The DEFAULT that a column has, as a definition takes it: one that is not restated counts as
// changed, which the server refuses.
std::string DefaultClause(const TargetColumn& column) {
  if (!column.initial || (column.nullable && *column.initial == "NULL")) return "";
  const std::string& text = *column.initial;
  // Functions are shown as texts are.
  const auto moment = column.type == "datetime" ? MomentIn(text) : std::nullopt;
  if (moment) return " DEFAULT " + *moment;
  if (text == "uuid()" || text == "uuid_numeric()") return " DEFAULT (" + text + ")";
  std::string literal;
  for (const char c : text) {
    if (c == '"' || c == '\\') literal += '\\';
    if (c == '\n') literal += "\\n";
    if (c == '\r') literal += "\\r";
    if (c != '\n' && c != '\r') literal += c;
  }
  return " DEFAULT \"" + literal + "\"";
}

class Planner {
 public:
  Planner(const TargetFacts& facts, const TableName& name, const SchemaChange& change)
      : facts_(facts),
        before_(*change.before),
        after_(*change.after),
        head_(
            fmt::format("ALTER TABLE {}.{} ", QuotedName(name.database), QuotedName(name.table))) {}

  Alteration Plan() {
    for (const RenamedColumn& renamed : RenamedColumns(before_, after_)) {
      const TargetColumn* from = FindColumn(facts_, before_.columns[renamed.before].name);
      const std::string& to = after_.columns[renamed.after].name;
      if (from == nullptr || FindColumn(facts_, to) != nullptr) continue;
      Add(fmt::format("RENAME COLUMN {} TO {}", QuotedName(from->name), QuotedName(to)));
    }
    // The rest goes by the names that these give.
    if (!out_.statements.empty()) return std::move(out_);
    for (const ColumnInfo& column : before_.columns) {
      const TargetColumn* target = FindColumn(facts_, column.name);
      if (target == nullptr || Find(after_, column.name) != nullptr) continue;
      Add("DROP COLUMN " + QuotedName(target->name));
    }
    for (size_t i = 0; i < after_.columns.size(); ++i) Column(i);
    return std::move(out_);
  }

 private:
  void Add(const std::string& clause) { out_.statements.push_back(head_ + clause); }

  void Column(size_t index) {
    const ColumnInfo& column = after_.columns[index];
    const ColumnInfo* before = Before(index);
    const TargetColumn* target = FindColumn(facts_, column.name);
    if (target == nullptr) return AddColumn(index);
    const bool same = before != nullptr && before->type == column.type &&
                      before->nullable == column.nullable && before->length == column.length;
    if (!same && !target->key) ModifyColumn(*target, column);
  }

  const ColumnInfo* Before(size_t index) const {
    for (const RenamedColumn& renamed : RenamedColumns(before_, after_)) {
      if (renamed.after == index) return &before_.columns[renamed.before];
    }
    return Find(before_, after_.columns[index].name);
  }

  void AddColumn(size_t index) {
    const ColumnInfo& column = after_.columns[index];
    // Rows of the source bring a value if it must be there; those that are in the target have none.
    std::string clause =
        fmt::format("ADD COLUMN {} {} NULL", QuotedName(column.name), ColumnType(column));
    if (column.initial) {
      if (const auto value = DefaultOf(column)) {
        clause += fmt::format(" DEFAULT \"{}\"", EscapedText(*value));
      } else {
        out_.notes.push_back(fmt::format(
            "rows that are there already have null in the new column {}, for StarRocks takes no "
            "such default",
            column.name));
      }
    }
    if (!column.comment.empty()) {
      clause += fmt::format(" COMMENT \"{}\"", EscapedText(column.comment));
    }
    Add(clause + PlaceOf(index));
  }

  // Behind its neighbour, unless that is of the key, which stands together.
  std::string PlaceOf(size_t index) const {
    if (index == 0) return "";
    const TargetColumn* neighbour = FindColumn(facts_, after_.columns[index - 1].name);
    if (neighbour == nullptr || neighbour->key) return "";
    return " AFTER " + QuotedName(neighbour->name);
  }

  void ModifyColumn(const TargetColumn& target, const ColumnInfo& wanted) {
    const bool holds = Holds(target.full_type, wanted);
    const bool takes_null = target.nullable || !wanted.nullable;
    if (holds && takes_null) return;
    const bool null = target.nullable || wanted.nullable;
    Add(fmt::format("MODIFY COLUMN {} {} {}{}", QuotedName(target.name),
                    holds ? target.full_type : ColumnType(wanted), null ? "NULL" : "NOT NULL",
                    DefaultClause(target)));
  }

  const TargetFacts& facts_;
  const Schema& before_;
  const Schema& after_;
  const std::string head_;
  Alteration out_;
};

}  // namespace

bool Holds(const std::string& column_type, const ColumnInfo& wanted) {
  const TypeText type = ReadType(column_type);
  const TypeText own = ReadType(ColumnType(wanted));
  switch (wanted.type.kind) {
    case TypeKind::kBoolean:
      return type.name == "boolean" || type.name == "tinyint" || RankOf(type) > 0;
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
    case TypeKind::kBigInt:
      return RankOf(type) >= RankOf(own);
    case TypeKind::kFloat:
      return type.name == "float" || type.name == "double";
    case TypeKind::kDecimal:
      return HoldsDecimal(type, wanted.type);
    case TypeKind::kTime:
    case TypeKind::kBytes:
    case TypeKind::kString:
      return type.name == "json" || (IsText(type) && LengthOf(type) >= LengthOf(own));
    case TypeKind::kDouble:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
      return type.name == own.name;
  }
  return false;
}

Alteration PlanAlteration(const TargetFacts& facts, const TableName& name,
                          const SchemaChange& change) {
  return Planner(facts, name, change).Plan();
}

}  // namespace sluice::starrocks
