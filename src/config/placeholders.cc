// SPDX-License-Identifier: Apache-2.0
#include "config/placeholders.h"

#include <span>

namespace sluice {
namespace {

std::string Names(const Schema& table, std::span<const uint32_t> columns) {
  std::string out;
  for (const uint32_t column : columns)
    out += (out.empty() ? "" : ",") + table.columns[column].name;
  return out;
}

std::string AllNames(const Schema& table) {
  std::string out;
  for (const ColumnInfo& column : table.columns) out += (out.empty() ? "" : ",") + column.name;
  return out;
}

std::string UniqueKey(const Schema& table) {
  return table.unique_keys.empty() ? "" : Names(table, table.unique_keys.front());
}

}  // namespace

std::string ReplacePlaceholders(const std::string& text, const PlaceholderValue& value) {
  std::string out;
  size_t at = 0;
  for (;;) {
    const size_t open = text.find("${", at);
    const size_t close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) return out + text.substr(at);
    const std::string_view inside = std::string_view(text).substr(open + 2, close - open - 2);
    const size_t colon = inside.find(':');
    const std::string_view name = inside.substr(0, colon);
    std::optional<std::string_view> otherwise;
    if (colon != std::string_view::npos) otherwise = inside.substr(colon + 1);
    const bool odd = name.empty() || inside.find('{') != std::string_view::npos;
    const auto replaced = odd ? std::nullopt : value(name, otherwise);
    const size_t end = odd ? open + 2 : close + 1;
    out += text.substr(at, open - at);
    out += replaced ? *replaced : text.substr(open, end - open);
    at = end;
  }
}

std::string ResolveForTable(const std::string& text, const Schema& table) {
  const TablePath& path = table.path;
  return ReplacePlaceholders(
      text,
      [&](std::string_view name,
          std::optional<std::string_view> otherwise) -> std::optional<std::string> {
        std::string value;
        bool key = false;
        if (name == "database_name") {
          value = path.database;
        } else if (name == "schema_name") {
          value = path.schema;
        } else if (name == "table_name") {
          value = path.table;
        } else if (name == "schema_full_name") {
          value = TablePath{path.database, "", path.schema}.ToString();
        } else if (name == "table_full_name") {
          value = path.ToString();
        } else if (name == "primary_key") {
          value = Names(table, table.primary_key);
          key = true;
        } else if (name == "unique_key") {
          value = UniqueKey(table);
          key = true;
        } else if (name == "field_names") {
          value = AllNames(table);
          key = true;
        } else {
          return std::nullopt;
        }
        if (!value.empty()) return value;
        if (otherwise) return std::string(*otherwise);
        return key ? std::nullopt : std::optional<std::string>("");
      });
}

}  // namespace sluice
