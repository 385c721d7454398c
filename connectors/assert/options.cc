// SPDX-License-Identifier: Apache-2.0
#include "assert/options.h"

namespace sluice::asserts {
namespace {

OptionSpec<RowRule> RowSpec() {
  using enum RowRule::Type;
  return OptionSpec<RowRule>("A rule for the number of rows.")
      .Choice("rule_type", &RowRule::type, {{"MIN_ROW", kMinRow}, {"MAX_ROW", kMaxRow}},
              "What rule_value is.")
      .Required("rule_value", &RowRule::value, "So many rows, this number included.", AtLeast(0));
}

OptionSpec<ValueRule> ValueSpec() {
  using enum ValueRule::Type;
  return OptionSpec<ValueRule>("A rule for a value.")
      .Choice("rule_type", &ValueRule::type,
              {{"NULL", kNull},
               {"NOT_NULL", kNotNull},
               {"MIN", kMin},
               {"MAX", kMax},
               {"MIN_LENGTH", kMinLength},
               {"MAX_LENGTH", kMaxLength}},
              "What the value must be; lengths are those of text, in UTF-16 units.")
      .Optional("rule_value", &ValueRule::value, "The limit, itself allowed.")
      .Optional("equals_to", &ValueRule::equals_to,
                "The value itself, written as in the rows of FakeSource.");
}

OptionSpec<FieldRule> FieldSpec() {
  return OptionSpec<FieldRule>("Rules for a column.")
      .Required("field_name", &FieldRule::field, "Name of the column.", AtLeast(1))
      .Optional("field_type", &FieldRule::type, "Type of the column, as a schema spells it.")
      .Objects("field_value", &FieldRule::values, ValueSpec(), "Rules that each value must keep.");
}

OptionSpec<CatalogRule> CatalogSpec() {
  using Key = ConstraintKeyRule;
  constexpr const char* kNoNames = "keys have no names here, so the name is not compared";
  auto key = OptionSpec<PrimaryKeyRule>("The primary key.")
                 .Ignored("primary_key_name", kNoNames)
                 .Required("primary_key_columns", &PrimaryKeyRule::columns, "Its columns.");
  auto column =
      OptionSpec<Key::Column>("A column of a key.")
          .Required("constraint_key_column_name", &Key::Column::name, "Name of the column.")
          .Ignored("constraint_key_sort_type", "keys have no order here");
  auto constraint =
      OptionSpec<Key>("A key.")
          .Ignored("constraint_key_name", kNoNames)
          .Choice("constraint_key_type", &Key::type, {{"UNIQUE_KEY", Key::Type::kUnique}},
                  "Kind of the key; tables have no other kinds here.")
          .Objects("constraint_key_columns", &Key::columns, std::move(column), "Its columns.");
  auto info = OptionSpec<ColumnRule>("A column; what is left out is not compared.")
                  .Required("name", &ColumnRule::name, "Name.", AtLeast(1))
                  .Optional("type", &ColumnRule::type, "Type, as a schema spells it.")
                  .Optional("column_length", &ColumnRule::length, "Declared length.")
                  .Optional("nullable", &ColumnRule::nullable, "Whether it may be null.")
                  .Ignored("default_value", "columns have no defaults here")
                  .Optional("comment", &ColumnRule::comment, "Comment.");
  return OptionSpec<CatalogRule>("What a table must be.")
      .Optional("table_path", &CatalogRule::table_path, "Full name of the table.")
      .Objects("primary_key_rule", &CatalogRule::primary_key, std::move(key), "Its primary key.")
      .Objects("constraint_key_rule", &CatalogRule::constraint_keys, std::move(constraint),
               "All of its unique keys.")
      .Objects("column_rule", &CatalogRule::columns, std::move(info), "All of its columns.");
}

template <typename Rules>
void AddTableRules(OptionSpec<Rules>& spec, const std::string& prefix) {
  spec.Objects(prefix + "row_rules", static_cast<std::vector<RowRule> Rules::*>(&Rules::rows),
               RowSpec(), "Rules for the number of rows of a table, checked when the job ends.")
      .Objects(prefix + "field_rules", static_cast<std::vector<FieldRule> Rules::*>(&Rules::fields),
               FieldSpec(), "Rules for columns; the first row that breaks one fails the job.")
      .Objects(prefix + "catalog_table_rule",
               static_cast<std::vector<CatalogRule> Rules::*>(&Rules::catalog), CatalogSpec(),
               "What the table itself must be; checked before the first row.");
}

}  // namespace

std::string_view ValueRuleName(ValueRule::Type type) {
  switch (type) {
    case ValueRule::Type::kNone:
      return "equals_to";
    case ValueRule::Type::kNull:
      return "NULL";
    case ValueRule::Type::kNotNull:
      return "NOT_NULL";
    case ValueRule::Type::kMin:
      return "MIN";
    case ValueRule::Type::kMax:
      return "MAX";
    case ValueRule::Type::kMinLength:
      return "MIN_LENGTH";
    case ValueRule::Type::kMaxLength:
      return "MAX_LENGTH";
  }
  return "UNKNOWN";
}

const OptionSpec<Options>& Spec() {
  static const OptionSpec<Options> spec = [] {
    OptionSpec<TableRules> one("Rules for one table.");
    one.Required("table_path", &TableRules::table_path, "Full name of the table.", AtLeast(1));
    AddTableRules(one, "");
    OptionSpec<Options> top("Fails the job when rows or tables are not what they must be.");
    AddTableRules(top, "rules.");
    top.Optional("rules.table-names", &Options::table_names,
                 "Full names of the tables that must come, all of them and no others.")
        .Objects("rules.tables_configs", &Options::tables, std::move(one),
                 "Rules for single tables, instead of those above.");
    return top;
  }();
  return spec;
}

}  // namespace sluice::asserts
