// SPDX-License-Identifier: Apache-2.0
#include "mysql/types.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace sluice::mysql {
namespace {

struct TypeName {
  std::string_view name;  // DATA_TYPE
  MysqlType type;
  int64_t length = 0;  // of text and blobs without a length of their own
};

constexpr auto kTypeNames = std::to_array<TypeName>({
    {"tinyint", MysqlType::kTinyInt},
    {"smallint", MysqlType::kSmallInt},
    {"mediumint", MysqlType::kMediumInt},
    {"int", MysqlType::kInt},
    {"integer", MysqlType::kInt},
    {"bigint", MysqlType::kBigInt},
    {"float", MysqlType::kFloat},
    {"double", MysqlType::kDouble},
    {"real", MysqlType::kDouble},
    {"decimal", MysqlType::kDecimal},
    {"numeric", MysqlType::kDecimal},
    {"bit", MysqlType::kBit},
    {"year", MysqlType::kYear},
    {"date", MysqlType::kDate},
    {"time", MysqlType::kTime},
    {"datetime", MysqlType::kDateTime},
    {"timestamp", MysqlType::kTimestamp},
    {"char", MysqlType::kChar},
    {"varchar", MysqlType::kVarchar},
    {"tinytext", MysqlType::kText, (int64_t{1} << 8) - 1},
    {"text", MysqlType::kText, (int64_t{1} << 16) - 1},
    {"mediumtext", MysqlType::kText, (int64_t{1} << 24) - 1},
    {"longtext", MysqlType::kText, (int64_t{1} << 32) - 1},
    {"enum", MysqlType::kEnum},
    {"set", MysqlType::kSet},
    {"json", MysqlType::kJson, (int64_t{1} << 32) - 1},
    {"binary", MysqlType::kBinary},
    {"varbinary", MysqlType::kVarbinary},
    {"tinyblob", MysqlType::kBlob, (int64_t{1} << 8) - 1},
    {"blob", MysqlType::kBlob, (int64_t{1} << 16) - 1},
    {"mediumblob", MysqlType::kBlob, (int64_t{1} << 24) - 1},
    {"longblob", MysqlType::kBlob, (int64_t{1} << 32) - 1},
    {"inet4", MysqlType::kInet4, 15},
    {"inet6", MysqlType::kInet6, 39},
    {"uuid", MysqlType::kUuid, 36},
    {"geometry", MysqlType::kGeometry},
    {"point", MysqlType::kGeometry},
    {"linestring", MysqlType::kGeometry},
    {"polygon", MysqlType::kGeometry},
    {"multipoint", MysqlType::kGeometry},
    {"multilinestring", MysqlType::kGeometry},
    {"multipolygon", MysqlType::kGeometry},
    {"geomcollection", MysqlType::kGeometry},
    {"geometrycollection", MysqlType::kGeometry},
});

// What a server shows with a backslash in labels.
char Unescaped(char c) {
  if (c == 'n') return '\n';
  if (c == 'r') return '\r';
  return c == '0' ? '\0' : c;
}

// The labels of "enum('a','it''s')".
std::vector<std::string> Labels(std::string_view column_type) {
  std::vector<std::string> labels;
  bool inside = false;
  for (size_t i = 0; i < column_type.size(); ++i) {
    const char c = column_type[i];
    if (!inside) {
      inside = c == '\'';
      if (inside) labels.emplace_back();
    } else if (c == '\\' && i + 1 < column_type.size()) {
      labels.back() += Unescaped(column_type[++i]);
    } else if (c != '\'') {
      labels.back() += c;
    } else if (i + 1 < column_type.size() && column_type[i + 1] == '\'') {
      labels.back() += c;
      ++i;
    } else {
      inside = false;
    }
  }
  return labels;
}

bool IsText(MysqlType type) {
  switch (type) {
    case MysqlType::kChar:
    case MysqlType::kVarchar:
    case MysqlType::kText:
    case MysqlType::kEnum:
    case MysqlType::kSet:
    case MysqlType::kJson:
      return true;
    default:
      return false;
  }
}

Type DecimalType(const ColumnDef& column) {
  const int precision = static_cast<int>(column.length) + (column.is_unsigned ? 1 : 0);
  if (precision > 38) return Decimal(38, 18);
  return Decimal(precision, static_cast<int>(column.scale));
}

Type TypeOf(const ColumnDef& column, const ColumnFacts& facts, const ConvertOptions& options) {
  const bool wide = column.is_unsigned;
  switch (column.type) {
    case MysqlType::kTinyInt:
      if (options.int_type_narrowing && Lower(facts.column_type) == "tinyint(1)") {
        return Of(TypeKind::kBoolean);
      }
      return Of(wide ? TypeKind::kSmallInt : TypeKind::kTinyInt);
    case MysqlType::kSmallInt:
      return Of(wide ? TypeKind::kInt : TypeKind::kSmallInt);
    case MysqlType::kMediumInt:
    case MysqlType::kYear:
      return Of(TypeKind::kInt);
    case MysqlType::kInt:
      return Of(wide ? TypeKind::kBigInt : TypeKind::kInt);
    case MysqlType::kBigInt:
      return wide ? Decimal(20, 0) : Of(TypeKind::kBigInt);
    case MysqlType::kFloat:
      return Of(TypeKind::kFloat);
    case MysqlType::kDouble:
      return Of(TypeKind::kDouble);
    case MysqlType::kDecimal:
      return DecimalType(column);
    case MysqlType::kBit:
      return Of(column.length == 1 ? TypeKind::kBoolean : TypeKind::kBytes);
    case MysqlType::kDate:
      return Of(TypeKind::kDate);
    case MysqlType::kTime:
      return {TypeKind::kTime, 0, static_cast<int>(column.fsp)};
    case MysqlType::kDateTime:
    case MysqlType::kTimestamp:
      return {TypeKind::kTimestamp, 0, static_cast<int>(column.fsp)};
    case MysqlType::kBinary:
    case MysqlType::kVarbinary:
    case MysqlType::kBlob:
    case MysqlType::kGeometry:
      return Of(TypeKind::kBytes);
    default:
      return Of(TypeKind::kString);
  }
}

std::optional<int64_t> LengthOf(const ColumnDef& column, const ColumnFacts& facts,
                                const TypeName& name) {
  if (column.type == MysqlType::kBit && column.length > 1) return (column.length + 7) / 8;
  if (name.length > 0) return name.length;
  if (facts.octet_length && FixedWidth(column.info.type.kind) == 0) {
    return static_cast<int64_t>(*facts.octet_length);
  }
  return std::nullopt;
}

}  // namespace

std::string_view MysqlTypeName(MysqlType type) {
  static constexpr std::string_view kNames[] = {
      "TINYINT",   "SMALLINT", "MEDIUMINT", "INT",   "BIGINT", "FLOAT",    "DOUBLE",
      "DECIMAL",   "BIT",      "YEAR",      "DATE",  "TIME",   "DATETIME", "TIMESTAMP",
      "CHAR",      "VARCHAR",  "TEXT",      "ENUM",  "SET",    "JSON",     "BINARY",
      "VARBINARY", "BLOB",     "GEOMETRY",  "INET4", "INET6",  "UUID"};
  return kNames[static_cast<size_t>(type)];
}

Result<ColumnDef> MakeColumn(const ColumnFacts& facts, const ConvertOptions& options) {
  const auto name = std::ranges::find(kTypeNames, Lower(facts.data_type), &TypeName::name);
  if (name == kTypeNames.end()) {
    return Fail(Code::kUnsupported, fmt::format("column {} has the type {}, which sluice does not "
                                                "read",
                                                facts.name, facts.column_type));
  }
  ColumnDef column;
  column.type = name->type;
  column.is_unsigned = Lower(facts.column_type).find("unsigned") != std::string::npos;
  column.fsp = static_cast<uint32_t>(facts.datetime_precision.value_or(0));
  column.scale = static_cast<uint32_t>(facts.scale.value_or(0));
  if (column.type == MysqlType::kDecimal || column.type == MysqlType::kBit) {
    column.length =
        static_cast<uint32_t>(facts.precision.value_or(column.type == MysqlType::kBit ? 1 : 10));
  } else if (column.type == MysqlType::kBinary) {
    column.length = static_cast<uint32_t>(facts.octet_length.value_or(1));
  }
  if (column.type == MysqlType::kEnum || column.type == MysqlType::kSet) {
    column.labels = Labels(facts.column_type);
  }
  if (IsText(column.type)) {
    const std::string charset = facts.charset.value_or("utf8mb4");
    column.charset = Charset::Find(charset);
    if (column.charset == nullptr) {
      return Fail(Code::kUnsupported,
                  fmt::format("column {} has the unknown character set {}", facts.name, charset));
    }
    RETURN_IF_ERROR(column.charset->Prepare());
  }
  if (column.type == MysqlType::kTimestamp) column.zone = options.zone;
  column.info.name = facts.name;
  column.info.type = TypeOf(column, facts, options);
  column.info.nullable = facts.nullable;
  column.info.length = LengthOf(column, facts, *name);
  column.info.comment = facts.comment;
  column.info.source_type = facts.column_type;
  return column;
}

Result<TableDefRef> MakeTable(const TableFacts& facts, const ConvertOptions& options) {
  auto def = std::make_shared<TableDef>();
  auto schema = std::make_shared<Schema>();
  def->path = schema->path = facts.path;
  std::string problems;
  for (const ColumnFacts& column : facts.columns) {
    auto made = MakeColumn(column, options);
    if (!made) {
      problems += (problems.empty() ? "" : "; ") + std::string(made.error().message());
      continue;
    }
    schema->columns.push_back(made->info);
    def->columns.push_back(std::move(*made));
  }
  if (!problems.empty()) {
    return Fail(Code::kUnsupported, fmt::format("table {}: {}", facts.path.ToString(), problems));
  }
  const auto indexes = [&](const std::vector<std::string>& names) -> std::vector<uint32_t> {
    std::vector<uint32_t> out;
    for (const std::string& name : names) {
      if (const auto index = schema->Find(name)) out.push_back(*index);
    }
    return out;
  };
  schema->primary_key = indexes(facts.primary_key);
  if (schema->primary_key.size() != facts.primary_key.size()) {
    return Fail(Code::kInvalidConfig,
                fmt::format("table {}: its key names a column that it does not have",
                            facts.path.ToString()));
  }
  for (const auto& key : facts.UniqueKeys()) schema->unique_keys.push_back(indexes(key));
  schema->comment = facts.comment;
  schema->version = facts.version;
  def->schema = std::move(schema);
  return def;
}

std::string QuoteName(std::string_view name) {
  std::string out = "`";
  for (const char c : name) out += c == '`' ? std::string("``") : std::string(1, c);
  return out + "`";
}

std::string SelectList(const TableDef& table) {
  std::string out;
  for (const ColumnDef& column : table.columns) {
    out += (out.empty() ? "" : ", ") + QuoteName(column.info.name);
    if (column.type == MysqlType::kFloat) out += " * 1e0";
  }
  return out;
}

}  // namespace sluice::mysql
