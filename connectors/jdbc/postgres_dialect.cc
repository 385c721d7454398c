// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/text.h"
#include "jdbc/dialect.h"

namespace sluice::jdbc {
namespace {

constexpr int64_t kVarcharMax = 10'485'760;

std::string Text(const std::optional<std::string>& value) {
  return value.value_or("");
}

// As COPY's text format wants it.
// https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
bool AppendEscaped(std::string_view text, std::string& out) {
  for (const char c : text) {
    switch (c) {
      case '\0':
        return false;  // no text of PostgreSQL holds it
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        out += c;
    }
  }
  return true;
}

void AppendHex(std::string_view bytes, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += "\\\\x";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
}

template <typename T>
void AppendFloating(T value, void (*append)(T, std::string&), std::string& out) {
  if (std::isfinite(value)) {
    append(value, out);
  } else {
    out += std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  }
}

std::string WithScale(const char* name, int scale) {
  return fmt::format("{}({})", name, std::clamp(scale, 0, 6));
}

class Postgres final : public Dialect {
 public:
  std::string Name(std::string_view name) const override {
    std::string out = "\"";
    for (const char c : name) {
      if (c == '"') out += '"';
      out += c;
    }
    return out + "\"";
  }
  std::string FullName(const TablePath& path) const override {
    return Name(path.schema) + "." + Name(path.table);
  }

  std::string ColumnType(const ColumnInfo& column) const override {
    const Type& type = column.type;
    switch (type.kind) {
      case TypeKind::kBoolean:
        return "bool";
      case TypeKind::kTinyInt:
      case TypeKind::kSmallInt:
        return "int2";
      case TypeKind::kInt:
        return "int4";
      case TypeKind::kBigInt:
        return "int8";
      case TypeKind::kFloat:
        return "float4";
      case TypeKind::kDouble:
        return "float8";
      case TypeKind::kDecimal:
        if (column.source_type == "money") return "money";
        if (type.precision <= 0) return "numeric(38,18)";
        return fmt::format("numeric({},{})", type.precision, type.scale);
      case TypeKind::kString: {
        const int64_t length = column.length.value_or(0);
        if (length <= 0 || length > kVarcharMax) return "text";
        return fmt::format("varchar({})", length);
      }
      case TypeKind::kBytes:
        return "bytea";
      case TypeKind::kDate:
        return "date";
      case TypeKind::kTime:
        return WithScale("time", type.scale);
      case TypeKind::kTimestamp:
        return WithScale("timestamp", type.scale);
    }
    return "";
  }

  std::vector<std::string> WriterSetup() const override {
    return {"SET lock_timeout = '60s'", "SET synchronous_commit = on"};
  }

  Result<std::optional<TargetFacts>> LookUp(SqlSession& session,
                                            const TablePath& path) const override;

  Status EnsureSchema(SqlSession& session, const TablePath& path) const override {
    ASSIGN_OR_RETURN(
        const SqlTable found,
        session.Query("SELECT 1 FROM pg_namespace WHERE nspname = " + session.Quote(path.schema)));
    if (!found.empty()) return {};
    return session.Execute("CREATE SCHEMA IF NOT EXISTS " + Name(path.schema));
  }

  std::string_view Transactional() const override { return ""; }

  std::vector<std::string> CreateTable(const SqlSession& session, const TablePath& path,
                                       const Schema& schema, const std::vector<std::string>& names,
                                       const std::vector<uint32_t>& key,
                                       bool with_keys) const override;

  std::string CreateStage(const TargetTable& target, const std::string& stage,
                          bool temporary) const override {
    std::string columns;
    for (const TargetColumn& column : target.columns) {
      columns += fmt::format(", {} {}", Name(column.name), column.type);
    }
    return fmt::format("CREATE {}TABLE {} ({} int8, {} \"char\"{}){}", temporary ? "TEMP " : "",
                       StageName(target, stage, temporary), Name(kStageSeq), Name(kStageOp),
                       columns, temporary ? " ON COMMIT DELETE ROWS" : "");
  }

  std::string StageName(const TargetTable& target, const std::string& stage,
                        bool temporary) const override {
    return temporary ? Name(stage) : FullName({"", target.path.schema, stage});
  }

  bool AppendValue(const TargetColumn& target, const Column& column, uint32_t row,
                   std::string& out) const override;
  std::optional<std::string> Literal(const Column& column, uint32_t row) const override;

  const RowForm& form() const override {
    static constexpr RowForm kForm{"", "\t", "\n", "\\N", "U", "D"};
    return kForm;
  }
  Status Send(SqlSession& session, const std::string& table, const std::string& columns,
              std::string_view rows) const override {
    return session.CopyIn(fmt::format("COPY {} ({}) FROM STDIN", table, columns), rows);
  }

 protected:
  std::string StageRows(const TargetTable& target, const std::string& stage,
                        bool repeated) const override {
    if (!repeated) return stage + " s";
    std::string key;
    for (const uint32_t i : target.key) {
      key += (key.empty() ? "" : ", ") + Name(target.columns[i].name);
    }
    return fmt::format("(SELECT DISTINCT ON ({0}) * FROM {1} ORDER BY {0}, {2} DESC) s", key, stage,
                       Name(kStageSeq));
  }
  std::string DeleteByStage(const TargetTable& target, const std::string& rows) const override {
    return fmt::format("DELETE FROM {} t USING {} WHERE {} AND {}", FullName(target.path), rows,
                       SameKey(target, "t"), Removed(target, "t"));
  }
  std::string Differ(const std::string& one, const std::string& other) const override {
    return fmt::format("{} IS DISTINCT FROM {}", one, other);
  }
  std::string UpdateByStage(const TargetTable& target, const std::string& rows) const override {
    const std::string set = Assignments(target, "s.");
    if (set.empty()) return "";
    return fmt::format("UPDATE {} t SET {} FROM {} WHERE {} AND s.{} = 'U'", FullName(target.path),
                       set, rows, SameKey(target, "t"), Name(kStageOp));
  }
  std::string Upsert(const TargetTable& target, const std::string& rows) const override {
    std::string key;
    for (const uint32_t i : target.key) {
      key += (key.empty() ? "" : ", ") + Name(target.columns[i].name);
    }
    const std::string set = Assignments(target, "EXCLUDED.");
    return fmt::format("{} {} ON CONFLICT ({}) DO {}", Insert(target), rows, key,
                       set.empty() ? "NOTHING" : "UPDATE SET " + set);
  }
  // Identity columns take the source's numbers.
  std::string Insert(const TargetTable& target) const override {
    return fmt::format("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE", FullName(target.path),
                       Names(target, ""));
  }

 private:
  std::string Assignments(const TargetTable& target, std::string_view from) const {
    std::string out;
    for (uint32_t i = 0; i < target.columns.size(); ++i) {
      const bool key = std::ranges::find(target.key, i) != target.key.end();
      if (key && !target.update_keys) continue;
      const std::string name = Name(target.columns[i].name);
      out += fmt::format("{}{} = {}{}", out.empty() ? "" : ", ", name, from, name);
    }
    return out;
  }
};

Result<std::optional<TargetFacts>> Postgres::LookUp(SqlSession& session,
                                                    const TablePath& path) const {
  const std::string of =
      fmt::format("n.nspname = {} AND c.relname = {} AND c.relkind IN ('r', 'p')",
                  session.Quote(path.schema), session.Quote(path.table));
  // attgenerated is of PostgreSQL 12.
  ASSIGN_OR_RETURN(
      const SqlTable columns,
      session.Query(
          "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
          "coalesce(to_jsonb(a)->>'attgenerated', '') <> '', a.atthasdef OR a.attidentity <> '' "
          "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid "
          "= c.relnamespace WHERE a.attnum > 0 AND NOT a.attisdropped AND " +
          of + " ORDER BY a.attnum"));
  if (columns.empty()) return std::nullopt;
  TargetFacts facts;
  for (const auto& row : columns) {
    facts.columns.push_back({.name = Text(row[0]),
                             .type = Text(row[1]),
                             .nullable = row[2] == "f",
                             .generated = row[3] == "t",
                             .has_default = row[4] == "t"});
  }
  ASSIGN_OR_RETURN(
      const SqlTable keys,
      session.Query(
          "SELECT i.indexrelid, CASE WHEN i.indisunique AND i.indisvalid AND i.indimmediate AND "
          "i.indpred IS NULL THEN coalesce(a.attname, '') ELSE '' END FROM pg_index i JOIN "
          "pg_class c "
          "ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace CROSS "
          "JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, place) LEFT "
          "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum AND k.attnum "
          "> 0 WHERE (i.indisunique OR i.indisexclusion) AND k.place <= i.indnkeyatts AND " +
          of + " ORDER BY i.indexrelid, k.place"));
  std::string last;
  for (const auto& row : keys) {
    if (facts.unique.empty() || Text(row[0]) != last) facts.unique.emplace_back();
    last = Text(row[0]);
    facts.unique.back().push_back(Text(row[1]));
  }
  if (facts.unique.size() < 2) return facts;
  ASSIGN_OR_RETURN(
      const SqlTable felt,
      session.Query(
          "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE " + of +
          " AND (EXISTS (SELECT 1 FROM pg_constraint WHERE confrelid = c.oid) OR EXISTS (SELECT 1 "
          "FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal))"));
  facts.deletes_spread = !felt.empty();
  return facts;
}

std::vector<std::string> Postgres::CreateTable(const SqlSession& session, const TablePath& path,
                                               const Schema& schema,
                                               const std::vector<std::string>& names,
                                               const std::vector<uint32_t>& key,
                                               bool with_keys) const {
  const auto list = [&](const std::vector<uint32_t>& columns) {
    std::string out;
    for (const uint32_t i : columns) out += (out.empty() ? "" : ", ") + Name(names[i]);
    return out;
  };
  std::string body;
  std::vector<std::string> comments;
  if (!schema.comment.empty()) {
    comments.push_back(
        fmt::format("COMMENT ON TABLE {} IS {}", FullName(path), session.Quote(schema.comment)));
  }
  for (uint32_t i = 0; i < schema.columns.size(); ++i) {
    const ColumnInfo& column = schema.columns[i];
    const bool in_key = std::ranges::find(key, i) != key.end();
    body += fmt::format("{}{} {}{}", body.empty() ? "" : ", ", Name(names[i]), ColumnType(column),
                        in_key || !column.nullable ? " NOT NULL" : "");
    if (column.comment.empty()) continue;
    comments.push_back(fmt::format("COMMENT ON COLUMN {}.{} IS {}", FullName(path), Name(names[i]),
                                   session.Quote(column.comment)));
  }
  if (with_keys && !key.empty()) body += fmt::format(", PRIMARY KEY ({})", list(key));
  for (const auto& unique : schema.unique_keys) {
    if (with_keys && unique != key) body += fmt::format(", UNIQUE ({})", list(unique));
  }
  std::vector<std::string> out = {
      fmt::format("CREATE TABLE IF NOT EXISTS {} ({})", FullName(path), body)};
  out.insert(out.end(), comments.begin(), comments.end());
  return out;
}

bool Postgres::AppendValue(const TargetColumn& target, const Column& column, uint32_t row,
                           std::string& out) const {
  const Type& type = column.type();
  switch (type.kind) {
    case TypeKind::kBoolean: {
      const bool set = column.value<uint8_t>(row) != 0;
      if (target.type.starts_with("bool")) {
        out += set ? 't' : 'f';
      } else {
        out += set ? '1' : '0';
      }
      return true;
    }
    case TypeKind::kTinyInt:
      fmt::format_to(std::back_inserter(out), "{}", column.value<int8_t>(row));
      return true;
    case TypeKind::kSmallInt:
      fmt::format_to(std::back_inserter(out), "{}", column.value<int16_t>(row));
      return true;
    case TypeKind::kInt:
      fmt::format_to(std::back_inserter(out), "{}", column.value<int32_t>(row));
      return true;
    case TypeKind::kBigInt:
      fmt::format_to(std::back_inserter(out), "{}", column.value<int64_t>(row));
      return true;
    case TypeKind::kFloat:
      AppendFloating<float>(column.value<float>(row), AppendFloat, out);
      return true;
    case TypeKind::kDouble:
      AppendFloating<double>(column.value<double>(row), AppendDouble, out);
      return true;
    case TypeKind::kDecimal:
      AppendDecimal(column.value<Int128>(row), type.scale, out);
      return true;
    case TypeKind::kString:
      return AppendEscaped(column.text(row), out);
    case TypeKind::kBytes:
      AppendHex(column.text(row), out);
      return true;
    case TypeKind::kDate:
      AppendDate(column.value<int32_t>(row), out);
      return true;
    case TypeKind::kTime:
      AppendTime(column.value<int64_t>(row), 6, out);
      return true;
    case TypeKind::kTimestamp:
      AppendTimestamp(column.value<int64_t>(row), 6, out);
      return true;
  }
  return false;
}

// Outside of COPY a backslash is none but itself (standard_conforming_strings).
std::optional<std::string> Postgres::Literal(const Column& column, uint32_t row) const {
  if (column.is_null(row)) return "NULL";
  std::string out;
  const TypeKind kind = column.type().kind;
  if (kind == TypeKind::kString) {
    out += '\'';
    for (const char c : column.text(row)) {
      if (c == '\0') return std::nullopt;
      if (c == '\'') out += c;
      out += c;
    }
    return out + "'";
  }
  const TargetColumn as_bool{.name = "", .type = "bool"};
  if (!AppendValue(as_bool, column, row, out)) return std::nullopt;
  if (kind == TypeKind::kBytes) return "'" + out.substr(1) + "'::bytea";
  const bool quoted = kind == TypeKind::kBoolean || kind == TypeKind::kFloat ||
                      kind == TypeKind::kDouble || kind >= TypeKind::kDate;
  return quoted ? "'" + out + "'" : out;
}

}  // namespace

const Dialect& PostgresDialect() {
  static const Postgres dialect;
  return dialect;
}

}  // namespace sluice::jdbc
