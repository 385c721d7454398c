// SPDX-License-Identifier: Apache-2.0
#include "jdbc/source_tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "base/logging.h"
#include "jdbc/source_catalog.h"

namespace sluice::jdbc {
namespace {

constexpr char kQueryName[] = "sluice_rows";

Result<TablePath> PathOf(const std::string& text, const SourceOptions& options) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == '.') {
      parts.emplace_back();
    } else if (c != '`' && c != '"') {
      parts.back() += c;
    }
  }
  const std::string schema = options.schema.empty() ? "public" : options.schema;
  const std::string& database = options.database();
  const bool postgres = options.postgres();
  const bool named = std::ranges::none_of(parts, &std::string::empty);
  if (postgres && named && parts.size() == 1) return TablePath{database, schema, parts[0]};
  if (postgres && named && parts.size() == 2) return TablePath{database, parts[0], parts[1]};
  if (postgres && named && parts.size() == 3 && (database.empty() || parts[0] == database)) {
    return TablePath{parts[0], parts[1], parts[2]};
  }
  if (!postgres && named && parts.size() == 1 && !database.empty()) {
    return TablePath{database, "", parts[0]};
  }
  if (!postgres && named && parts.size() == 2) return TablePath{parts[0], "", parts[1]};
  return Fail(Code::kInvalidConfig,
              fmt::format("source 'Jdbc': table_path '{}' must be {} of the url's database", text,
                          postgres ? "schema.table or database.schema.table" : "database.table"));
}

std::string WithoutWhere(const std::string& condition) {
  const size_t begin = condition.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return "";
  return condition.substr(begin + 5);
}

std::string WithoutSemicolon(std::string query) {
  while (!query.empty() &&
         (query.back() == ';' || std::isspace(static_cast<unsigned char>(query.back())) != 0)) {
    query.pop_back();
  }
  return query;
}

// Whether the values of both come as the same text of the same type.
bool IsAlike(const CatalogColumn& one, const CatalogColumn& other, const ReadOptions& read) {
  const auto first = ReaderOf(one.name, one.type, one.octets, read);
  const auto second = ReaderOf(other.name, other.type, other.octets, read);
  return first && second && first->info.type == second->info.type && first->form == second->form;
}

// The catalog knows more of its columns than the answer does. But an expression of the query may go
// by the name of a column: then, as in SeaTunnel, only the answer counts.
std::vector<CatalogColumn> ColumnsOfQuery(const std::vector<SqlColumn>& answer,
                                          const std::optional<CatalogTable>& catalog,
                                          const ReadOptions& read) {
  std::vector<CatalogColumn> asked;
  std::vector<CatalogColumn> known;
  for (const SqlColumn& column : answer) {
    asked.push_back({column.name, column.type, column.nullable, "", std::nullopt});
    if (!catalog) continue;
    const auto found = std::ranges::find(catalog->columns, column.name, &CatalogColumn::name);
    const bool alike = found != catalog->columns.end() && IsAlike(asked.back(), *found, read);
    if (alike) known.push_back(*found);
  }
  return known.size() == asked.size() ? known : asked;
}

void WarnOfBounds(const ReadTable& table) {
  const bool given = table.item.lower_bound && table.item.upper_bound;
  if (!given || IsNumber(table, *table.split)) return;
  LogWarn(
      fmt::format("source 'Jdbc': the bounds are ignored, and all rows are read: the "
                  "partition_column {} is {}, which is no exact number",
                  table.item.partition_column, table.columns[*table.split].info.type.ToString()));
}

class Builder {
 public:
  Builder(SqlSession& session, const SourceOptions& options)
      : session_(session),
        options_(options),
        server_(options.endpoints.front().server),
        dialect_(Dialect::Of(server_)),
        read_{server_, options.int_type_narrowing && options.tiny_int_is_bit,
              options.zero_dates_are_null} {}

  Result<ReadTable> Build(const SourceItem& item);

 private:
  Status AddColumns(const std::vector<CatalogColumn>& columns, Schema& schema, ReadTable& table);
  void AddKeys(const CatalogTable& catalog, Schema& schema) const;
  bool IsOrdered(const ReadTable& table, uint32_t column) const;
  void ChooseOrder(const Schema& schema, ReadTable& table) const;
  Status ChooseSplit(const Schema& schema, ReadTable& table) const;

  SqlSession& session_;
  const SourceOptions& options_;
  const SqlServer server_;
  const Dialect& dialect_;
  const ReadOptions read_;
};

Result<ReadTable> Builder::Build(const SourceItem& item) {
  ReadTable table;
  table.item = item;
  table.where = WithoutWhere(options_.where_condition);
  Schema schema;
  schema.path = {"default", "default", "default"};
  std::optional<CatalogTable> catalog;
  if (!item.table_path.empty()) {
    ASSIGN_OR_RETURN(schema.path, PathOf(item.table_path, options_));
    ASSIGN_OR_RETURN(catalog, DescribeTable(session_, server_, schema.path));
    if (!catalog && item.query.empty()) {
      return Fail(Code::kNotFound,
                  fmt::format("the table {} does not exist at {}, or {} may not see it",
                              schema.path.ToString(), options_.Place(), options_.user));
    }
  }
  std::vector<CatalogColumn> columns;
  if (item.query.empty()) {
    table.from = dialect_.FullName(schema.path);
    table.rows = catalog->rows;
    columns = catalog->columns;
  } else {
    const std::string query = WithoutSemicolon(item.query);
    table.from = fmt::format("({}) {}", query, kQueryName);
    auto described = session_.Describe(query);
    if (!described) return Fail(described.error().In("describing the query"));
    if (described->empty()) {
      return Fail(Code::kInvalidConfig, "the query gives no rows: " + query.substr(0, 200));
    }
    columns = ColumnsOfQuery(*described, catalog, read_);
  }
  RETURN_IF_ERROR(AddColumns(columns, schema, table));
  if (catalog) AddKeys(*catalog, schema);
  // A query may give rows of one key several times.
  if (item.query.empty()) ChooseOrder(schema, table);
  RETURN_IF_ERROR(ChooseSplit(schema, table));
  table.schema = std::make_shared<Schema>(std::move(schema));
  return table;
}

Status Builder::AddColumns(const std::vector<CatalogColumn>& columns, Schema& schema,
                           ReadTable& table) {
  std::vector<std::string> unsupported;
  for (const CatalogColumn& column : columns) {
    auto reader = ReaderOf(column.name, column.type, column.octets, read_);
    if (!reader) {
      unsupported.push_back(column.name + " " + column.type);
      continue;
    }
    reader->info.nullable = column.nullable || options_.zero_dates_are_null;
    reader->info.comment = column.comment;
    const std::string name = dialect_.Name(column.name);
    table.list += table.list.empty() ? "" : ", ";
    if (reader->form == ColumnReader::Form::kAsDouble) {
      table.list += fmt::format("{} * 1e0", name);
    } else if (reader->form == ColumnReader::Form::kAsNumeric) {
      table.list += fmt::format("{}::numeric", name);
    } else {
      table.list += name;
    }
    schema.columns.push_back(reader->info);
    table.columns.push_back(std::move(*reader));
  }
  if (unsupported.empty()) return {};
  return {Code::kUnsupported,
          fmt::format("table {}: columns of types that are not supported: {}; leave them out with "
                      "a query, or CAST them there",
                      schema.path.ToString(), fmt::join(unsupported, ", "))};
}

void Builder::AddKeys(const CatalogTable& catalog, Schema& schema) const {
  const auto indexes = [&](const std::vector<std::string>& names) {
    std::vector<uint32_t> out;
    for (const std::string& name : names) {
      const auto column = schema.Find(name);
      if (!column) return std::vector<uint32_t>{};
      out.push_back(*column);
    }
    return out;
  };
  schema.comment = catalog.comment;
  schema.primary_key = indexes(catalog.primary_key);
  for (const auto& names : catalog.unique_keys) {
    if (auto key = indexes(names); !key.empty()) schema.unique_keys.push_back(std::move(key));
  }
}

// Whether "column > literal" and ORDER BY agree, and the literal is exact.
bool Builder::IsOrdered(const ReadTable& table, uint32_t column) const {
  const ColumnInfo& info = table.columns[column].info;
  const std::string& type = info.source_type;
  if (info.nullable) return false;
  for (const std::string_view other : {"enum", "set", "bit", "money", "year", "geometry"}) {
    if (type.starts_with(other)) return false;
  }
  // Local times of a zone come twice in autumn.
  if (type.starts_with("timestamp") && (server_ == SqlServer::kMysql || type.ends_with("with time "
                                                                                       "zone"))) {
    return false;
  }
  const TypeKind kind = info.type.kind;
  return kind != TypeKind::kBoolean && kind != TypeKind::kFloat && kind != TypeKind::kDouble;
}

void Builder::ChooseOrder(const Schema& schema, ReadTable& table) const {
  const auto usable = [&](const std::vector<uint32_t>& key) {
    return !key.empty() &&
           std::ranges::all_of(key, [&](uint32_t i) { return IsOrdered(table, i); });
  };
  if (usable(schema.primary_key)) {
    table.order = schema.primary_key;
    return;
  }
  const auto unique = std::ranges::find_if(schema.unique_keys, usable);
  if (unique != schema.unique_keys.end()) table.order = *unique;
}

Status Builder::ChooseSplit(const Schema& schema, ReadTable& table) const {
  const std::string& name = table.item.partition_column;
  if (!name.empty()) {
    table.split = schema.Find(name);
    if (!table.split) {
      return {Code::kInvalidConfig, fmt::format("source 'Jdbc': partition_column {} is no column "
                                                "of {}",
                                                name, schema.path.ToString())};
    }
    table.fixed = table.item.in_parts;
    if (table.fixed) {
      WarnOfBounds(table);
      return {};
    }
  } else if (!table.order.empty() && table.item.query.empty()) {
    table.split = table.order.front();
  }
  if (!table.split) return {};
  const TypeKind kind = table.columns[*table.split].info.type.kind;
  const std::string& type = table.columns[*table.split].info.source_type;
  const bool text = kind == TypeKind::kString && !type.starts_with("enum") &&
                    !type.starts_with("set") && !type.starts_with("json");
  if (IsNumber(table, *table.split) || text || kind == TypeKind::kDate) return {};
  table.split.reset();
  return {};
}

}  // namespace

bool IsNumber(const ReadTable& table, uint32_t column) {
  const TypeKind kind = table.columns[column].info.type.kind;
  return (kind >= TypeKind::kTinyInt && kind <= TypeKind::kBigInt) || kind == TypeKind::kDecimal;
}

Result<ReadTables> DiscoverTables(SqlSession& session, const SourceOptions& options) {
  ReadTables out;
  Builder builder(session, options);
  std::string unsupported;
  for (const SourceItem& item : options.items) {
    auto table = builder.Build(item);
    if (!table && table.error().code() == Code::kUnsupported) {
      unsupported += (unsupported.empty() ? "" : "; ") + std::string(table.error().message());
      continue;
    }
    if (!table) return Fail(table.error());
    const TablePath path = table->schema->path;
    if (!out.emplace(path, std::make_shared<ReadTable>(std::move(*table))).second) {
      return Fail(Code::kInvalidConfig,
                  "source 'Jdbc': table_list has " + path.ToString() + " several times");
    }
  }
  if (!unsupported.empty()) return Fail(Code::kUnsupported, unsupported);
  return out;
}

}  // namespace sluice::jdbc
