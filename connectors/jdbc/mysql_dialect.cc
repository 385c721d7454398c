// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "data/text.h"
#include "jdbc/dialect.h"

namespace sluice::jdbc {
namespace {

std::string Text(const std::optional<std::string>& value) {
  return value.value_or("");
}

void AppendQuoted(std::string_view text, std::string& out) {
  out += '\'';
  for (const char c : text) {
    switch (c) {
      case '\0':
        out += "\\0";
        break;
      case '\'':
      case '\\':
        out += '\\';
        [[fallthrough]];
      default:
        out += c;
    }
  }
  out += '\'';
}

void AppendHex(std::string_view bytes, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += "x'";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  out += '\'';
}

std::string StringType(int64_t length) {
  if (length <= 0) return "LONGTEXT";
  if (length < 256) return fmt::format("VARCHAR({})", length);
  if (length < 65'536) return "TEXT";
  return length < (1 << 24) ? "MEDIUMTEXT" : "LONGTEXT";
}

std::string BytesType(int64_t length) {
  if (length <= 0) return "VARBINARY(32766)";
  if (length < 65'535) return fmt::format("VARBINARY({})", length);
  return length < (1 << 24) ? "MEDIUMBLOB" : "LONGBLOB";
}

std::string DecimalType(const Type& type) {
  if (type.precision <= 0) return "DECIMAL(38,18)";
  return fmt::format("DECIMAL({},{})", std::min(type.precision, 65), std::min(type.scale, 30));
}

std::string WithScale(const char* name, int scale) {
  return scale > 0 ? fmt::format("{}({})", name, std::min(scale, 6)) : name;
}

class Mysql final : public Dialect {
 public:
  std::string Name(std::string_view name) const override {
    std::string out = "`";
    for (const char c : name) {
      if (c == '`') out += '`';
      out += c;
    }
    return out + "`";
  }
  std::string FullName(const TablePath& path) const override {
    return Name(path.database) + "." + Name(path.table);
  }

  std::string ColumnType(const ColumnInfo& column) const override {
    switch (column.type.kind) {
      case TypeKind::kBoolean:
        return "TINYINT(1)";
      case TypeKind::kTinyInt:
      case TypeKind::kSmallInt:
      case TypeKind::kInt:
      case TypeKind::kBigInt:
      case TypeKind::kFloat:
      case TypeKind::kDouble:
      case TypeKind::kDate:
        return std::string(TypeKindName(column.type.kind));
      case TypeKind::kDecimal:
        return DecimalType(column.type);
      case TypeKind::kString:
        return StringType(column.length.value_or(0));
      case TypeKind::kBytes:
        return BytesType(column.length.value_or(0));
      case TypeKind::kTime:
        return WithScale("TIME", column.type.scale);
      case TypeKind::kTimestamp:
        return WithScale("DATETIME", column.type.scale);
    }
    return "";
  }

  // Values that do not fit are errors, and 0 is a key like any other.
  std::vector<std::string> WriterSetup() const override {
    return {
        "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION'",
        "SET SESSION lock_wait_timeout = 60, SESSION innodb_lock_wait_timeout = 60",
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"};
  }

  Result<std::optional<TargetFacts>> LookUp(SqlSession& session,
                                            const TablePath& path) const override;

  Status EnsureSchema(SqlSession& session, const TablePath& path) const override {
    ASSIGN_OR_RETURN(
        const SqlTable found,
        session.Query("SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = " +
                      session.Quote(path.database)));
    if (!found.empty()) return {};
    return session.Execute("CREATE DATABASE IF NOT EXISTS " + Name(path.database));
  }

  std::string_view Transactional() const override { return " ENGINE=InnoDB"; }

  std::vector<std::string> CreateTable(const SqlSession& session, const TablePath& path,
                                       const Schema& schema, const std::vector<std::string>& names,
                                       const std::vector<uint32_t>& key,
                                       bool with_keys) const override;

  std::string CreateStage(const TargetTable& target, const std::string& stage,
                          bool temporary) const override {
    std::string columns;
    for (const TargetColumn& column : target.columns) {
      columns += fmt::format(", {} {} NULL", Name(column.name), column.type);
    }
    // The order is the key: rows arrive in it, and some servers ask every table for a key.
    return fmt::format(
        "CREATE {}TABLE {} ({} BIGINT NOT NULL PRIMARY KEY, {} CHAR(1) NOT NULL{}){}",
        temporary ? "TEMPORARY " : "", StageName(target, stage, temporary), Name(kStageSeq),
        Name(kStageOp), columns, Transactional());
  }

  // A session needs no database of its own, so even a temporary table is in one.
  std::string StageName(const TargetTable& target, const std::string& stage,
                        bool /*temporary*/) const override {
    return FullName({target.path.database, "", stage});
  }

  bool AppendValue(const TargetColumn& target, const Column& column, uint32_t row,
                   std::string& out) const override;
  std::optional<std::string> Literal(const Column& column, uint32_t row) const override {
    std::string out;
    if (column.is_null(row)) return "NULL";
    if (!AppendValue({}, column, row, out)) return std::nullopt;
    return out;
  }

  const RowForm& form() const override {
    static constexpr RowForm kForm{"(", ",", "),", "NULL", "'U'", "'D'"};
    return kForm;
  }
  Status Send(SqlSession& session, const std::string& table, const std::string& columns,
              std::string_view rows) const override {
    std::string sql = fmt::format("INSERT INTO {} ({}) VALUES ", table, columns);
    sql.append(rows.substr(0, rows.size() - 1));
    return session.Execute(sql);
  }

 protected:
  std::string StageRows(const TargetTable& target, const std::string& stage,
                        bool repeated) const override {
    if (!repeated) return stage + " s";
    std::string key;
    for (const uint32_t i : target.key) {
      key += (key.empty() ? "" : ", ") + Name(target.columns[i].name);
    }
    return fmt::format("{} s JOIN (SELECT MAX({}) AS m FROM {} GROUP BY {}) l ON l.m = s.{}", stage,
                       Name(kStageSeq), stage, key, Name(kStageSeq));
  }
  std::string DeleteByStage(const TargetTable& target, const std::string& rows) const override {
    // An alias would need a database in use.
    const std::string table = FullName(target.path);
    return fmt::format("DELETE {} FROM {} JOIN {} ON {} WHERE {}", table, rows, table,
                       SameKey(target, table), Removed(target, table));
  }
  std::string Differ(const std::string& one, const std::string& other) const override {
    return fmt::format("NOT {} <=> {}", one, other);
  }
  std::string UpdateByStage(const TargetTable& target, const std::string& rows) const override {
    const std::string set =
        Assignments(target, "t.", [](const std::string& name) { return "s." + name; });
    if (set.empty()) return "";
    return fmt::format("UPDATE {} JOIN {} t ON {} SET {} WHERE s.{} = 'U'", rows,
                       FullName(target.path), SameKey(target, "t"), set, Name(kStageOp));
  }
  std::string Upsert(const TargetTable& target, const std::string& rows) const override {
    std::string set = Assignments(
        target, "", [](const std::string& name) { return fmt::format("VALUES({})", name); });
    if (set.empty()) {
      const std::string name = Name(target.columns[target.key.front()].name);
      set = fmt::format("{} = VALUES({})", name, name);
    }
    return fmt::format("{} {} ON DUPLICATE KEY UPDATE {}", Insert(target), rows, set);
  }
  std::string Insert(const TargetTable& target) const override {
    return fmt::format("INSERT INTO {} ({})", FullName(target.path), Names(target, ""));
  }

 private:
  template <typename ValueOf>
  std::string Assignments(const TargetTable& target, std::string_view prefix,
                          const ValueOf& value) const {
    std::string out;
    for (uint32_t i = 0; i < target.columns.size(); ++i) {
      const bool key = std::ranges::find(target.key, i) != target.key.end();
      if (key && !target.update_keys) continue;
      const std::string name = Name(target.columns[i].name);
      out += fmt::format("{}{}{} = {}", out.empty() ? "" : ", ", prefix, name, value(name));
    }
    return out;
  }
};

Result<std::optional<TargetFacts>> Mysql::LookUp(SqlSession& session, const TablePath& path) const {
  const std::string of = fmt::format("TABLE_SCHEMA = {} AND TABLE_NAME = {}",
                                     session.Quote(path.database), session.Quote(path.table));
  ASSIGN_OR_RETURN(
      const SqlTable columns,
      session.Query("SELECT COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, CHARACTER_SET_NAME, "
                    "COLLATION_NAME, EXTRA, COLUMN_DEFAULT FROM information_schema.COLUMNS WHERE " +
                    of + " ORDER BY ORDINAL_POSITION"));
  if (columns.empty()) return std::nullopt;
  TargetFacts facts;
  for (const auto& row : columns) {
    TargetColumn column{.name = Text(row[0]), .type = Text(row[1])};
    column.nullable = row[2] == "YES";
    if (row[3]) column.type += fmt::format(" CHARACTER SET {} COLLATE {}", *row[3], Text(row[4]));
    const std::string extra = Text(row[5]);
    column.generated = extra.find("VIRTUAL") != std::string::npos ||
                       extra.find("STORED GENERATED") != std::string::npos ||
                       extra.find("PERSISTENT") != std::string::npos;
    column.has_default = row[6].has_value() || extra.find("auto_increment") != std::string::npos;
    facts.columns.push_back(std::move(column));
  }
  ASSIGN_OR_RETURN(const SqlTable keys,
                   session.Query("SELECT INDEX_NAME, COLUMN_NAME, SUB_PART FROM "
                                 "information_schema.STATISTICS WHERE NON_UNIQUE = 0 AND " +
                                 of + " ORDER BY INDEX_NAME, SEQ_IN_INDEX"));
  std::string last;
  for (const auto& row : keys) {
    if (facts.unique.empty() || Text(row[0]) != last) facts.unique.emplace_back();
    last = Text(row[0]);
    // A prefix of a column, or an expression, is no column.
    facts.unique.back().push_back(row[2] ? "" : Text(row[1]));
  }
  ASSIGN_OR_RETURN(const SqlTable engine,
                   session.Query("SELECT ENGINE FROM information_schema.TABLES WHERE " + of));
  facts.transactional = !engine.empty() && (engine[0][0] == "InnoDB" || engine[0][0] == "ROCKSDB");
  if (facts.unique.size() < 2) return facts;
  ASSIGN_OR_RETURN(
      const SqlTable felt,
      session.Query(fmt::format(
          "SELECT 1 FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_SCHEMA = {0} "
          "AND REFERENCED_TABLE_NAME = {1} UNION SELECT 1 FROM information_schema.TRIGGERS WHERE "
          "EVENT_OBJECT_SCHEMA = {0} AND EVENT_OBJECT_TABLE = {1}",
          session.Quote(path.database), session.Quote(path.table))));
  facts.deletes_spread = !felt.empty();
  return facts;
}

std::vector<std::string> Mysql::CreateTable(const SqlSession& session, const TablePath& path,
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
  for (uint32_t i = 0; i < schema.columns.size(); ++i) {
    const ColumnInfo& column = schema.columns[i];
    const bool in_key = std::ranges::find(key, i) != key.end();
    body += fmt::format("{}{} {} {}", body.empty() ? "" : ", ", Name(names[i]), ColumnType(column),
                        in_key || !column.nullable ? "NOT NULL" : "NULL");
    if (!column.comment.empty()) body += " COMMENT " + session.Quote(column.comment);
  }
  if (with_keys && !key.empty()) body += fmt::format(", PRIMARY KEY ({})", list(key));
  for (const auto& unique : schema.unique_keys) {
    if (with_keys && unique != key) body += fmt::format(", UNIQUE KEY ({})", list(unique));
  }
  // Whatever the database's character set is, all text fits.
  std::string sql =
      fmt::format("CREATE TABLE IF NOT EXISTS {} ({}) CHARACTER SET utf8mb4", FullName(path), body);
  if (!schema.comment.empty()) sql += " COMMENT = " + session.Quote(schema.comment);
  return {sql};
}

bool Mysql::AppendValue(const TargetColumn& /*target*/, const Column& column, uint32_t row,
                        std::string& out) const {
  const Type& type = column.type();
  switch (type.kind) {
    case TypeKind::kBoolean:
      out += column.value<uint8_t>(row) != 0 ? '1' : '0';
      return true;
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
      if (!std::isfinite(column.value<float>(row))) return false;
      AppendFloat(column.value<float>(row), out);
      return true;
    case TypeKind::kDouble:
      if (!std::isfinite(column.value<double>(row))) return false;
      AppendDouble(column.value<double>(row), out);
      return true;
    case TypeKind::kDecimal:
      AppendDecimal(column.value<Int128>(row), type.scale, out);
      return true;
    case TypeKind::kString:
      AppendQuoted(column.text(row), out);
      return true;
    case TypeKind::kBytes:
      AppendHex(column.text(row), out);
      return true;
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
      break;
  }
  out += '\'';
  if (type.kind == TypeKind::kDate) AppendDate(column.value<int32_t>(row), out);
  if (type.kind == TypeKind::kTime) AppendTime(column.value<int64_t>(row), 6, out);
  if (type.kind == TypeKind::kTimestamp) AppendTimestamp(column.value<int64_t>(row), 6, out);
  out += '\'';
  return true;
}

}  // namespace

const Dialect& MysqlDialect() {
  static const Mysql dialect;
  return dialect;
}

}  // namespace sluice::jdbc
