// SPDX-License-Identifier: Apache-2.0
#include "assert/table_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/schema_block.h"

namespace sluice::asserts {
namespace {

class Differences {
 public:
  void Add(const std::string& what) { all_ += (all_.empty() ? "" : "; ") + what; }
  template <typename T>
  void Compare(std::string_view what, const T& must, const T& is) {
    if (must != is) Add(fmt::format("{} must be {}, but is {}", what, must, is));
  }
  const std::string& all() const { return all_; }

 private:
  std::string all_;
};

StringList Names(const Schema& table, const std::vector<uint32_t>& key) {
  StringList names;
  for (const uint32_t index : key) names.push_back(table.columns[index].name);
  return names;
}

std::string Shown(const StringList& names) {
  return fmt::format("({})", fmt::join(names, ", "));
}

void CompareColumn(const ColumnRule& rule, const ColumnInfo& column, Differences& out) {
  const std::string name = fmt::format("column '{}': ", rule.name);
  if (!rule.type.empty()) {
    std::string expected;
    const auto type = ParseTypeName(rule.type, expected);
    if (!type) {
      out.Add(fmt::format("{}type must be {}", name, expected));
    } else {
      // The fraction digits of times are no part of a type's name.
      const bool decimal = type->kind == TypeKind::kDecimal;
      const bool same = decimal ? *type == column.type : type->kind == column.type.kind;
      if (!same) out.Compare(name + "type", type->ToString(), column.type.ToString());
    }
  }
  if (rule.length) {
    out.Compare(name + "length", std::to_string(*rule.length),
                column.length ? std::to_string(*column.length) : "unlimited");
  }
  if (rule.nullable) out.Compare(name + "nullable", *rule.nullable, column.nullable);
  if (rule.comment) {
    out.Compare(name + "comment", "'" + *rule.comment + "'", "'" + column.comment + "'");
  }
}

void CompareColumns(const CatalogRule& rule, const Schema& table, Differences& out) {
  for (const ColumnRule& one : rule.columns) {
    const auto at = table.Find(one.name);
    if (at) {
      CompareColumn(one, table.columns[*at], out);
    } else {
      out.Add(fmt::format("there is no column '{}'", one.name));
    }
  }
  for (const ColumnInfo& column : table.columns) {
    const bool named =
        std::ranges::find(rule.columns, column.name, &ColumnRule::name) != rule.columns.end();
    if (!named) out.Add(fmt::format("there is a further column '{}'", column.name));
  }
}

void CompareKeys(const CatalogRule& rule, const Schema& table, Differences& out) {
  if (!rule.primary_key.empty()) {
    out.Compare("the primary key", Shown(rule.primary_key.front().columns),
                Shown(Names(table, table.primary_key)));
  }
  if (rule.constraint_keys.empty()) return;
  StringList must;
  for (const ConstraintKeyRule& key : rule.constraint_keys) {
    StringList columns;
    for (const auto& column : key.columns) columns.push_back(column.name);
    must.push_back(Shown(columns));
  }
  StringList are;
  for (const auto& key : table.unique_keys) are.push_back(Shown(Names(table, key)));
  std::ranges::sort(must);
  std::ranges::sort(are);
  if (must != are) {
    out.Add(fmt::format("the unique keys must be {}, but are {}", fmt::join(must, " "),
                        are.empty() ? "none" : fmt::format("{}", fmt::join(are, " "))));
  }
}

}  // namespace

Status CheckTable(const CatalogRule& rule, const Schema& table) {
  Differences out;
  if (!rule.table_path.empty()) out.Compare("its name", rule.table_path, table.path.ToString());
  CompareKeys(rule, table, out);
  if (!rule.columns.empty()) CompareColumns(rule, table, out);
  if (out.all().empty()) return {};
  return {Code::kSchemaMismatch,
          fmt::format("catalog_table_rule of table {}: {}", table.path.ToString(), out.all())};
}

}  // namespace sluice::asserts
