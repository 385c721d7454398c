// SPDX-License-Identifier: Apache-2.0
#include "starrocks/create_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/ascii.h"
#include "config/placeholders.h"

namespace sluice::starrocks {
namespace {

constexpr int64_t kVarcharMax = 65'533;

// Keys know fewer types than other columns.
std::string KeyType(const ColumnInfo& column) {
  if (column.type.kind != TypeKind::kDecimal) return ColumnType(column);
  if (column.type.scale == 0) return column.type.precision <= 18 ? "BIGINT" : "LARGEINT";
  return "VARCHAR(41)";  // sign, point and 38 digits, and a zero before the point
}

std::string Definition(const ColumnInfo& column, bool key) {
  std::string out =
      fmt::format("{} {} {}", QuotedName(column.name), key ? KeyType(column) : ColumnType(column),
                  key || !column.nullable ? "NOT NULL" : "NULL");
  if (!column.comment.empty()) out += fmt::format(" COMMENT \"{}\"", EscapedText(column.comment));
  return out;
}

// For the place between two backticks.
std::string InBackticks(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '`') out += '`';
    out += c;
  }
  return out;
}

std::string Names(const Schema& schema, const std::vector<uint32_t>& columns) {
  std::string out;
  for (const uint32_t i : columns)
    out += (out.empty() ? "" : ", ") + QuotedName(schema.columns[i].name);
  return out;
}

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// Reads `text` from `begin` on, outside of brackets and quotes, up to one of `ends`.
size_t FindOutside(std::string_view text, size_t begin, std::string_view ends) {
  int depth = 0;
  char quote = 0;
  for (size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
      continue;
    }
    if (depth == 0 && ends.find(c) != std::string_view::npos) return i;
    if (c == '`' || c == '\'' || c == '"') quote = c;
    if (c == '(' || c == '{' || c == '<') ++depth;
    if (c == ')' || c == '}' || c == '>') --depth;
  }
  return text.size();
}

// A template: a head, the list of columns in brackets, and the clauses behind it. In the list, keys
// and fields stand for definitions, in the clauses for names.
class Template {
 public:
  Template(const TableName& name, const Schema& schema) : name_(name), schema_(schema) {}

  Result<std::string> Fill(const std::string& text) {
    const size_t open = std::min(FindOutside(text, 0, "("), text.size());
    const size_t close = FindOutside(text, std::min(open + 1, text.size()), ")");
    std::string out = FillNames(text.substr(0, open));
    if (open < text.size()) out += FillList(text.substr(open + 1, close - open - 1));
    if (close < text.size()) out += FillNames(text.substr(close + 1));
    if (missing_.empty()) return out;
    return Fail(Code::kInvalidConfig,
                fmt::format("table {} has no {}, which the create template needs: give it a key, "
                            "or a save_mode_create_template without",
                            schema_.path.ToString(), missing_));
  }

 private:
  std::string FillNames(const std::string& part) {
    return ReplacePlaceholders(
        part,
        [&](std::string_view name, std::optional<std::string_view>) -> std::optional<std::string> {
          if (name == "database") return InBackticks(name_.database);
          if (name == "table" || name == "table_name") return InBackticks(name_.table);
          if (name == "comment") return EscapedText(schema_.comment);
          const std::vector<uint32_t>* key = KeyOf(name);
          if (key == nullptr) return std::nullopt;
          return Names(schema_, *key);
        });
  }

  // The columns of a key placeholder; null for any other name.
  const std::vector<uint32_t>* KeyOf(std::string_view name) {
    const bool primary = name == "rowtype_primary_key";
    if (!primary && name != "rowtype_unique_key" && name != "rowtype_duplicate_key") return nullptr;
    static const std::vector<uint32_t> none;
    const auto& unique = schema_.unique_keys.empty() ? none : schema_.unique_keys.front();
    const auto& key = primary ? schema_.primary_key : unique;
    if (key.empty()) missing_ = primary ? "primary key" : "unique key";
    return &key;
  }

  std::string FillList(std::string_view list) {
    std::vector<std::string_view> items;
    for (size_t begin = 0; begin <= list.size();) {
      const size_t end = FindOutside(list, begin, ",");
      items.push_back(Trimmed(list.substr(begin, end - begin)));
      begin = end + 1;
    }
    // What the template names itself does not come again among the fields.
    std::set<uint32_t> named;
    for (const std::string_view item : items) {
      if (const auto column = ColumnOf(item)) named.insert(*column);
      if (const auto* key = KeyIn(item)) named.insert(key->begin(), key->end());
    }
    std::string out;
    for (const std::string_view item : items) {
      const std::string text = FillItem(item, named);
      if (!text.empty()) out += (out.empty() ? "\n" : ",\n") + text;
    }
    return "(" + out + "\n)";
  }

  std::string FillItem(std::string_view item, const std::set<uint32_t>& named) {
    std::string out;
    const auto add = [&](uint32_t column, bool key) {
      out += (out.empty() ? "" : ",\n") + Definition(schema_.columns[column], key);
    };
    if (const auto* key = KeyIn(item)) {
      for (const uint32_t column : *key) add(column, true);
      return out;
    }
    if (item == "${rowtype_fields}") {
      for (uint32_t i = 0; i < schema_.columns.size(); ++i) {
        if (!named.contains(i)) add(i, false);
      }
      return out;
    }
    const auto column = ColumnOf(item);
    const bool alone = item.find_first_of(" \t\r\n") == std::string_view::npos;
    if (column && alone) {
      add(*column, std::ranges::find(schema_.primary_key, *column) != schema_.primary_key.end());
      return out;
    }
    return FillNames(std::string(item));
  }

  const std::vector<uint32_t>* KeyIn(std::string_view item) {
    if (!item.starts_with("${") || !item.ends_with("}")) return nullptr;
    return KeyOf(item.substr(2, item.size() - 3));
  }

  // The column that an item of the list defines.
  std::optional<uint32_t> ColumnOf(std::string_view item) const {
    std::string name(item.substr(0, FindOutside(item, 0, " \t\r\n(")));
    if (name.size() > 2 && name.front() == '`' && name.back() == '`') {
      name = name.substr(1, name.size() - 2);
    }
    for (uint32_t i = 0; i < schema_.columns.size(); ++i) {
      if (SameWord(schema_.columns[i].name, name)) return i;
    }
    return std::nullopt;
  }

  const TableName& name_;
  const Schema& schema_;
  std::string missing_;
};

}  // namespace

std::string QuotedName(std::string_view name) {
  return "`" + InBackticks(name) + "`";
}

std::string EscapedText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\'' || c == '\\') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

std::string ColumnType(const ColumnInfo& column) {
  switch (column.type.kind) {
    case TypeKind::kBoolean:
      return "BOOLEAN";
    case TypeKind::kTinyInt:
      return "TINYINT";
    case TypeKind::kSmallInt:
      return "SMALLINT";
    case TypeKind::kInt:
      return "INT";
    case TypeKind::kBigInt:
      return "BIGINT";
    case TypeKind::kFloat:
      return "FLOAT";
    case TypeKind::kDouble:
      return "DOUBLE";
    case TypeKind::kDecimal:
      return fmt::format("DECIMAL({}, {})", column.type.precision, column.type.scale);
    case TypeKind::kDate:
      return "DATE";
    case TypeKind::kTimestamp:
      return "DATETIME";
    case TypeKind::kTime:
      return "VARCHAR(20)";  // "-838:59:59.000000", which eight characters do not hold
    case TypeKind::kBytes:
      return "STRING";
    case TypeKind::kString:
      break;
  }
  const int64_t length = column.length.value_or(0);
  return length > 0 && length <= kVarcharMax ? fmt::format("VARCHAR({})", length) : "STRING";
}

Result<std::string> CreateStatement(const std::string& create_template, const TableName& name,
                                    const Schema& schema) {
  return Template(name, schema).Fill(create_template);
}

}  // namespace sluice::starrocks
