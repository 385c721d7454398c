// SPDX-License-Identifier: Apache-2.0
#include "starrocks/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/logging.h"
#include "config/placeholders.h"

namespace sluice::starrocks {
namespace {

constexpr int64_t kVarcharMax = 65'533;

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string Quoted(std::string_view name) {
  std::string out = "`";
  for (const char c : name) {
    if (c == '`') out += '`';
    out += c;
  }
  return out + "`";
}

std::string Quoted(const TableName& name) {
  return Quoted(name.database) + "." + Quoted(name.table);
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

std::string Definition(const ColumnInfo& column, bool key) {
  std::string out = fmt::format("{} {} {}", Quoted(column.name), ColumnType(column),
                                key || !column.nullable ? "NOT NULL" : "NULL");
  if (!column.comment.empty()) out += fmt::format(" COMMENT \"{}\"", Escaped(column.comment));
  return out;
}

std::string Names(const Schema& schema, const std::vector<uint32_t>& columns) {
  std::string out;
  for (const uint32_t i : columns)
    out += (out.empty() ? "" : ", ") + Quoted(schema.columns[i].name);
  return out;
}

std::string Definitions(const Schema& schema, const std::vector<uint32_t>& columns) {
  std::string out;
  for (const uint32_t i : columns) {
    out += (out.empty() ? "" : ",\n") + Definition(schema.columns[i], true);
  }
  return out;
}

// A template with the parts that are already filled in.
class Template {
 public:
  Template(const std::string& text, const TableName& name, const Schema& schema)
      : name_(name), schema_(schema) {
    const size_t open = text.find('(');
    const size_t engine = Lower(text).find("engine");
    // Before ENGINE stands the list of columns, behind it the clauses.
    const size_t split = engine == std::string::npos ? std::min(open, text.size()) : engine;
    definitions_ = text.substr(0, split);
    clauses_ = text.substr(split);
  }

  Result<std::string> Fill() {
    std::string list = FillPart(definitions_, true);
    std::string clauses = FillPart(clauses_, false);
    if (!missing_.empty()) {
      return Fail(Code::kInvalidConfig,
                  fmt::format("table {} has no {}, which the create template needs: give it a key, "
                              "or a save_mode_create_template without",
                              schema_.path.ToString(), missing_));
    }
    return list + clauses;
  }

 private:
  std::string FillPart(const std::string& part, bool definitions) {
    // Columns that the template defines itself do not come again among the fields.
    return ReplacePlaceholders(
        part,
        [&](std::string_view name, std::optional<std::string_view>) -> std::optional<std::string> {
          if (name == "database") return name_.database;
          if (name == "table" || name == "table_name") return name_.table;
          if (name == "comment") return Escaped(schema_.comment);
          if (name == "rowtype_primary_key")
            return Key(schema_.primary_key, definitions, "primary key");
          if (name == "rowtype_unique_key" || name == "rowtype_duplicate_key") {
            const std::vector<uint32_t> none;
            const auto& key = schema_.unique_keys.empty() ? none : schema_.unique_keys.front();
            return Key(key, definitions, "unique key");
          }
          if (name == "rowtype_fields") return Fields();
          return std::nullopt;
        });
  }

  std::string Key(const std::vector<uint32_t>& columns, bool definitions, const char* what) {
    if (columns.empty()) missing_ = what;
    if (definitions) in_list_.insert(in_list_.end(), columns.begin(), columns.end());
    return definitions ? Definitions(schema_, columns) : Names(schema_, columns);
  }

  std::string Fields() const {
    std::string out;
    for (uint32_t i = 0; i < schema_.columns.size(); ++i) {
      const ColumnInfo& column = schema_.columns[i];
      const bool named = definitions_.find(Quoted(column.name)) != std::string::npos;
      if (named || std::ranges::find(in_list_, i) != in_list_.end()) continue;
      out += (out.empty() ? "" : ",\n") + Definition(column, false);
    }
    return out;
  }

  const TableName& name_;
  const Schema& schema_;
  std::string definitions_;
  std::string clauses_;
  std::vector<uint32_t> in_list_;
  std::string missing_;
};

Status CreateTable(SqlSession& session, const StarrocksOptions& options, const TableName& name,
                   const Schema& schema) {
  RETURN_IF_ERROR(session.Execute("CREATE DATABASE IF NOT EXISTS " + Quoted(name.database)));
  ASSIGN_OR_RETURN(std::string sql, CreateStatement(options.create_template, name, schema));
  LogInfo(fmt::format("creating table {}.{}", name.database, name.table));
  return session.Execute(sql);
}

Status ApplySchemaMode(SqlSession& session, const StarrocksOptions& options, const TableName& name,
                       const Schema& schema) {
  if (options.schema_save_mode == SchemaSaveMode::kIgnore) return {};
  if (options.schema_save_mode == SchemaSaveMode::kRecreate) {
    RETURN_IF_ERROR(session.Execute("CREATE DATABASE IF NOT EXISTS " + Quoted(name.database)));
    RETURN_IF_ERROR(session.Execute("DROP TABLE IF EXISTS " + Quoted(name)));
    return CreateTable(session, options, name, schema);
  }
  ASSIGN_OR_RETURN(const std::optional<TargetFacts> facts, LookUp(session, name));
  if (facts) return {};
  if (options.schema_save_mode == SchemaSaveMode::kCreateWhenMissing) {
    return CreateTable(session, options, name, schema);
  }
  return {Code::kInvalidConfig,
          fmt::format("The sink table not exist: {}.{}; create it, or set schema_save_mode = "
                      "CREATE_SCHEMA_WHEN_NOT_EXIST",
                      name.database, name.table)};
}

Status ApplyDataMode(SqlSession& session, const StarrocksOptions& options, const TableName& name,
                     const Schema& schema) {
  switch (options.data_save_mode) {
    case DataSaveMode::kAppend:
      return {};
    case DataSaveMode::kDrop:
      return session.Execute("TRUNCATE TABLE " + Quoted(name));
    case DataSaveMode::kCustom:
      return session.Execute(ResolveForTable(options.custom_sql, schema));
    case DataSaveMode::kErrorWhenData:
      break;
  }
  ASSIGN_OR_RETURN(const SqlTable rows,
                   session.Query(fmt::format("SELECT * FROM {} LIMIT 1", Quoted(name))));
  if (rows.empty()) return {};
  return {Code::kInvalidConfig,
          fmt::format("The target data source already has data: {}.{}", name.database, name.table)};
}

}  // namespace

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
  return Template(create_template, name, schema).Fill();
}

Result<std::optional<TargetFacts>> LookUp(SqlSession& session, const TableName& name) {
  ASSIGN_OR_RETURN(
      const SqlTable rows,
      session.Query(fmt::format("SELECT COLUMN_NAME, DATA_TYPE, COLUMN_KEY FROM "
                                "information_schema.columns WHERE TABLE_SCHEMA = {} AND TABLE_NAME "
                                "= {} ORDER BY ORDINAL_POSITION",
                                session.Quote(name.database), session.Quote(name.table))));
  if (rows.empty()) return std::nullopt;
  TargetFacts facts;
  for (const auto& row : rows) {
    TargetColumn column{row[0].value_or(""), Lower(row[1].value_or("")), row[2] == "PRI"};
    facts.primary_key = facts.primary_key || column.key;
    facts.columns.push_back(std::move(column));
  }
  return facts;
}

Status ApplySaveModes(SqlSession& session, const StarrocksOptions& options, const TableName& name,
                      const Schema& schema) {
  RETURN_IF_ERROR(ApplySchemaMode(session, options, name, schema));
  return ApplyDataMode(session, options, name, schema);
}

Status CheckTarget(const TargetFacts& facts, const StarrocksOptions& options, const TableName& name,
                   const Schema& schema) {
  std::string missing;
  for (const ColumnInfo& column : schema.columns) {
    const bool there = std::ranges::any_of(facts.columns, [&](const TargetColumn& target) {
      return Lower(target.name) == Lower(column.name);
    });
    if (!there)
      missing +=
          fmt::format("{}{} {}", missing.empty() ? "" : ", ", column.name, ColumnType(column));
  }
  if (!missing.empty()) {
    return {Code::kSchemaMismatch,
            fmt::format("the table {}.{} lacks columns that {} has: {}; add them with ALTER TABLE "
                        "... ADD COLUMN",
                        name.database, name.table, schema.path.ToString(), missing)};
  }
  if (options.enable_upsert_delete && !facts.primary_key) {
    return {Code::kInvalidConfig,
            fmt::format("enable_upsert_delete needs a PRIMARY KEY table, which {}.{} is not: "
                        "recreate it, or set enable_upsert_delete = false to append every change",
                        name.database, name.table)};
  }
  return {};
}

}  // namespace sluice::starrocks
