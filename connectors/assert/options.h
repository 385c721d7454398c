// SPDX-License-Identifier: Apache-2.0
// The rules of Assert as a job file gives them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/option_spec.h"

namespace sluice::asserts {

struct RowRule {
  enum class Type : uint8_t { kMinRow, kMaxRow };
  Type type = Type::kMinRow;
  int64_t value = 0;
};

// What one value must be: `type` and its number, or equal to a literal, or both.
struct ValueRule {
  enum class Type : uint8_t { kNone, kNull, kNotNull, kMin, kMax, kMinLength, kMaxLength };
  Type type = Type::kNone;
  std::optional<double> value;
  std::optional<Value> equals_to;
};
std::string_view ValueRuleName(ValueRule::Type type);  // "MIN_LENGTH"

struct FieldRule {
  std::string field;
  std::string type;  // as a schema block spells it; empty: any
  std::vector<ValueRule> values;
};

struct PrimaryKeyRule {
  StringList columns;
};
struct ConstraintKeyRule {
  struct Column {
    std::string name;
  };
  enum class Type : uint8_t { kUnique };
  Type type = Type::kUnique;
  std::vector<Column> columns;
};
struct ColumnRule {
  std::string name;
  std::string type;
  std::optional<int64_t> length;
  std::optional<bool> nullable;
  std::optional<std::string> comment;
};
struct CatalogRule {
  std::string table_path;
  std::vector<PrimaryKeyRule> primary_key;  // at most one
  std::vector<ConstraintKeyRule> constraint_keys;
  std::vector<ColumnRule> columns;
};

// The rules for one table.
struct TableRules {
  std::string table_path;  // in tables_configs only
  std::vector<RowRule> rows;
  std::vector<FieldRule> fields;
  std::vector<CatalogRule> catalog;  // at most one
};

struct Options : TableRules {      // at the top: for tables that `tables` does not name
  StringList table_names;          // exactly those that must come; empty: any
  std::vector<TableRules> tables;  // tables_configs
};

const OptionSpec<Options>& Spec();

}  // namespace sluice::asserts
