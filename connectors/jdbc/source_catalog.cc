// SPDX-License-Identifier: Apache-2.0
#include "jdbc/source_catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sluice::jdbc {
namespace {

std::string Text(const std::optional<std::string>& value) {
  return value.value_or("");
}

std::optional<int64_t> Number(const std::optional<std::string>& text) {
  int64_t value = 0;
  if (!text) return std::nullopt;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
  if (parsed.ec != std::errc() || value < 0) return std::nullopt;
  return value;
}

struct Statements {
  std::string columns;  // name, type, nullable (1), comment, octets
  std::string keys;     // index, column, primary (1); in order
  std::string table;    // comment, rows
};

Statements Mysql(const SqlSession& session, const TablePath& path) {
  const std::string of = fmt::format(" WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {}",
                                     session.Quote(path.database), session.Quote(path.table));
  return {
      "SELECT COLUMN_NAME, COLUMN_TYPE, IF(IS_NULLABLE = 'YES', 1, 0), COLUMN_COMMENT, "
      "CHARACTER_OCTET_LENGTH FROM information_schema.COLUMNS" +
          of + " ORDER BY ORDINAL_POSITION",
      // A prefix of a column, or an expression, is no column.
      "SELECT INDEX_NAME, IF(SUB_PART IS NULL, COLUMN_NAME, NULL), IF(INDEX_NAME = 'PRIMARY', 1, "
      "0) FROM information_schema.STATISTICS" +
          of + " AND NON_UNIQUE = 0 ORDER BY INDEX_NAME, SEQ_IN_INDEX",
      "SELECT TABLE_COMMENT, TABLE_ROWS FROM information_schema.TABLES" + of};
}

Statements Postgres(const SqlSession& session, const TablePath& path) {
  const std::string of =
      fmt::format("n.nspname = {} AND c.relname = {} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
                  session.Quote(path.schema), session.Quote(path.table));
  const std::string from = "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace ";
  return {
      "SELECT a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 0 ELSE "
      "1 END, coalesce(col_description(c.oid, a.attnum), ''), NULL FROM " +
          from + "JOIN pg_attribute a ON a.attrelid = c.oid WHERE a.attnum > 0 AND NOT " +
          "a.attisdropped AND " + of + " ORDER BY a.attnum",
      "SELECT i.indexrelid, a.attname, CASE WHEN i.indisprimary THEN 1 ELSE 0 END FROM " + from +
          "JOIN pg_index i ON i.indrelid = c.oid CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH "
          "ORDINALITY k(attnum, place) LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum "
          "= k.attnum AND k.attnum > 0 WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL "
          "AND k.place <= i.indnkeyatts AND " +
          of + " ORDER BY i.indexrelid, k.place",
      "SELECT coalesce(obj_description(c.oid, 'pg_class'), ''), c.reltuples::int8 FROM " + from +
          "WHERE " + of};
}

void TakeKeys(const SqlTable& rows, CatalogTable& table) {
  std::string last;
  std::vector<std::string>* key = nullptr;
  for (const auto& row : rows) {
    if (key == nullptr || Text(row[0]) != last) {
      key = row[2] == "1" ? &table.primary_key : &table.unique_keys.emplace_back();
    }
    last = Text(row[0]);
    key->push_back(Text(row[1]));
  }
  std::erase_if(table.unique_keys, [](const std::vector<std::string>& names) {
    return std::ranges::find(names, "") != names.end();
  });
}

}  // namespace

Result<std::optional<CatalogTable>> DescribeTable(SqlSession& session, SqlServer server,
                                                  const TablePath& path) {
  const Statements statements =
      server == SqlServer::kPostgres ? Postgres(session, path) : Mysql(session, path);
  ASSIGN_OR_RETURN(const SqlTable columns, session.Query(statements.columns));
  if (columns.empty()) return std::nullopt;
  CatalogTable table;
  for (const auto& row : columns) {
    table.columns.push_back(
        {Text(row[0]), Text(row[1]), row[2] == "1", Text(row[3]), Number(row[4])});
  }
  ASSIGN_OR_RETURN(const SqlTable keys, session.Query(statements.keys));
  TakeKeys(keys, table);
  ASSIGN_OR_RETURN(const SqlTable about, session.Query(statements.table));
  if (about.empty()) return table;
  table.comment = Text(about[0][0]);
  table.rows = static_cast<uint64_t>(Number(about[0][1]).value_or(0));
  return table;
}

}  // namespace sluice::jdbc
