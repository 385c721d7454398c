// SPDX-License-Identifier: Apache-2.0
#include "assert/field_check.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "config/literal.h"
#include "config/schema_block.h"
#include "config/suggest.h"
#include "data/text.h"

namespace sluice::asserts {
namespace {

using RuleType = ValueRule::Type;

bool IsNumber(TypeKind kind) {
  switch (kind) {
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
    case TypeKind::kBigInt:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kDecimal:
      return true;
    default:
      return false;
  }
}

bool IsFloating(TypeKind kind) {
  return kind == TypeKind::kFloat || kind == TypeKind::kDouble;
}

// The nearest to what is written.
long double Read(std::string_view text) {
  long double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Of a rule for a column: of decimals what the rule says in digits, for 0.1 is not the double of
// that name.
long double LimitOf(double value, TypeKind kind) {
  return IsFloating(kind) ? static_cast<long double>(value) : Read(fmt::format("{}", value));
}

// Wide enough for every BIGINT.
long double NumberOf(const Column& column, uint32_t row) {
  switch (column.type().kind) {
    case TypeKind::kTinyInt:
      return column.value<int8_t>(row);
    case TypeKind::kSmallInt:
      return column.value<int16_t>(row);
    case TypeKind::kInt:
      return column.value<int32_t>(row);
    case TypeKind::kBigInt:
      return static_cast<long double>(column.value<int64_t>(row));
    case TypeKind::kFloat:
      return column.value<float>(row);
    case TypeKind::kDouble:
      return column.value<double>(row);
    case TypeKind::kDecimal: {
      std::string text;
      AppendDecimal(column.value<Int128>(row), column.type().scale, text);
      return Read(text);
    }
    default:
      return std::nanl("");
  }
}

// In UTF-16 units, as Java counts: characters of four bytes are two.
double LengthOf(std::string_view text) {
  size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    units += (byte & 0xc0U) == 0x80U ? 0 : byte >= 0xf0U ? 2 : 1;
  }
  return static_cast<double>(units);
}

bool Equal(const Column& a, uint32_t row, const Column& b) {
  if (a.is_null(row) || b.is_null(0)) return a.is_null(row) == b.is_null(0);
  if (const size_t width = FixedWidth(a.type().kind); width > 0) {
    if (IsFloating(a.type().kind)) return NumberOf(a, row) == NumberOf(b, 0);
    return std::string_view(a.data()).substr(row * width, width) == b.data();
  }
  return a.text(row) == b.text(0);
}

std::string RowText(const Chunk& chunk, uint32_t row) {
  std::string out;
  for (size_t i = 0; i < chunk.column_count(); ++i) {
    out += (i == 0 ? "" : ", ") + ValueText(chunk.column(i), row);
  }
  return out;
}

// What keeps `rule` from being for `column`; empty: nothing.
std::string Unfit(const ValueRule& rule, const ColumnInfo& column) {
  const std::string name(ValueRuleName(rule.type));
  const bool limits = rule.type != RuleType::kNone && rule.type != RuleType::kNull &&
                      rule.type != RuleType::kNotNull;
  if (limits && !rule.value) return name + " needs a rule_value";
  if ((rule.type == RuleType::kMin || rule.type == RuleType::kMax) && !IsNumber(column.type.kind)) {
    return fmt::format("{} is for numbers, but its type is {}", name, column.type.ToString());
  }
  if ((rule.type == RuleType::kMinLength || rule.type == RuleType::kMaxLength) &&
      column.type.kind != TypeKind::kString) {
    return fmt::format("{} is for text, but its type is {}", name, column.type.ToString());
  }
  if (rule.type == RuleType::kNone && !rule.equals_to) return "give rule_type or equals_to";
  return "";
}

// The same of the column's own rules.
std::string WrongType(const FieldRule& rule, const ColumnInfo& column) {
  if (rule.type.empty()) return "";
  std::string expected;
  const auto type = ParseTypeName(rule.type, expected);
  if (!type) return "field_type must be " + expected;
  const bool same =
      type->kind == TypeKind::kDecimal ? *type == column.type : type->kind == column.type.kind;
  if (same) return "";
  return fmt::format("its type must be {}, but is {}", type->ToString(), column.type.ToString());
}

}  // namespace

Result<FieldChecks> FieldChecks::Make(const std::vector<FieldRule>& rules, const Schema& table,
                                      int64_t now_micros) {
  FieldChecks out;
  std::string wrong;
  const auto refuse = [&](const FieldRule& rule, const std::string& what) {
    if (!what.empty()) wrong += fmt::format("; column '{}': {}", rule.field, what);
  };
  std::vector<std::string> names;
  for (const ColumnInfo& column : table.columns) names.push_back(column.name);
  for (const FieldRule& rule : rules) {
    const auto at = table.Find(rule.field);
    if (!at) {
      refuse(rule, "it is not there" + DidYouMean(rule.field, names));
      continue;
    }
    const ColumnInfo& column = table.columns[*at];
    refuse(rule, WrongType(rule, column));
    for (const ValueRule& value : rule.values) {
      const double limit = value.value.value_or(0);
      Rule made{*at, value.type, limit, LimitOf(limit, column.type.kind), std::nullopt};
      std::string unfit = Unfit(value, column);
      if (value.equals_to) {
        const std::string expected =
            AppendLiteral(*value.equals_to, now_micros, made.equal.emplace(column.type));
        if (!expected.empty()) unfit = "equals_to must be " + expected;
      }
      refuse(rule, unfit);
      out.rules_.push_back(std::move(made));
    }
  }
  if (wrong.empty()) return out;
  return Fail(Code::kSchemaMismatch,
              fmt::format("field_rules of table {}: {}", table.path.ToString(), wrong.substr(2)));
}

bool FieldChecks::Holds(const Rule& rule, const Column& column, uint32_t row) {
  const bool null = column.is_null(row);
  switch (rule.type) {
    case RuleType::kNone:
      break;
    case RuleType::kNull:
      return null;
    case RuleType::kNotNull:
      if (null) return false;
      break;
    case RuleType::kMin:
      if (null || !(NumberOf(column, row) >= rule.limit)) return false;
      break;
    case RuleType::kMax:
      if (null || !(NumberOf(column, row) <= rule.limit)) return false;
      break;
    case RuleType::kMinLength:
      if (null || LengthOf(column.text(row)) < rule.value) return false;
      break;
    case RuleType::kMaxLength:
      if (null || LengthOf(column.text(row)) > rule.value) return false;
      break;
  }
  return !rule.equal || Equal(column, row, *rule.equal);
}

Status FieldChecks::Check(const Chunk& chunk, uint64_t first) const {
  for (uint32_t row = 0; row < chunk.rows(); ++row) {
    for (const Rule& rule : rules_) {
      const Column& column = chunk.column(rule.column);
      if (Holds(rule, column, row)) continue;
      std::string must(ValueRuleName(rule.type));
      if (rule.type >= RuleType::kMin) must += fmt::format(" {}", rule.value);
      if (rule.equal) {
        must = fmt::format("{}equals_to {}", rule.type == RuleType::kNone ? "" : must + ", ",
                           ValueText(*rule.equal, 0));
      }
      return {Code::kSchemaMismatch,
              fmt::format("row {} of table {} ({} {}): column '{}' is {}, which breaks the rule {}",
                          first + row, chunk.schema()->path.ToString(),
                          RowKindSign(chunk.kind(row)), RowText(chunk, row),
                          chunk.schema()->columns[rule.column].name, ValueText(column, row), must)};
    }
  }
  return {};
}

}  // namespace sluice::asserts
