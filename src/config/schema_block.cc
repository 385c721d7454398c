// SPDX-License-Identifier: Apache-2.0
#include "config/schema_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <vector>

#include "config/suggest.h"
#include "data/column.h"

namespace sluice {
namespace {

constexpr int kDecimalDigitsMax = 38;
constexpr int kFractionDigitsMax = 6;

struct ColumnOptions {
  std::string name;
  Value type;
  int64_t length = 0;
  std::optional<int64_t> scale;
  bool nullable = true;
  std::string comment;
};

struct PrimaryKeyOptions {
  std::string name;
  StringList columns;
};

enum class ConstraintType : uint8_t { kIndex, kUnique, kForeign };

struct ConstraintColumn {
  std::string name;
};

struct ConstraintOptions {
  std::string name;
  ConstraintType type = ConstraintType::kIndex;
  std::vector<ConstraintColumn> columns;
};

struct SchemaOptions {
  std::string table;
  bool schema_first = false;
  std::string comment;
  std::optional<Value> fields;
  std::vector<ColumnOptions> columns;
  std::vector<PrimaryKeyOptions> primary_key;
  std::vector<ConstraintOptions> constraints;
};

OptionSpec<ColumnOptions> ColumnSpec() {
  return OptionSpec<ColumnOptions>("A column.")
      .Required("name", &ColumnOptions::name, "Name of the column.", AtLeast(1))
      .Required("type", &ColumnOptions::type, "Type of the column.")
      .Optional("columnLength", &ColumnOptions::length, "Length of text or bytes; 0: unlimited.",
                AtLeast(0))
      .Optional("columnScale", &ColumnOptions::scale, "Fraction digits of a time or timestamp.",
                Between(0, kDecimalDigitsMax))
      .Optional("nullable", &ColumnOptions::nullable, "Whether values may be absent.")
      .Ignored("defaultValue", "every row holds a value for every column")
      .Optional("comment", &ColumnOptions::comment, "Comment of the column.");
}

OptionSpec<PrimaryKeyOptions> PrimaryKeySpec() {
  return OptionSpec<PrimaryKeyOptions>("The primary key.")
      .Required("name", &PrimaryKeyOptions::name, "Name of the key.")
      .Required("columnNames", &PrimaryKeyOptions::columns, "Columns in key order.", AtLeast(1))
      .Alias("columns");
}

OptionSpec<ConstraintOptions> ConstraintSpec() {
  return OptionSpec<ConstraintOptions>("Another key.")
      .Required("constraintName", &ConstraintOptions::name, "Name of the key.")
      .Choice("constraintType", &ConstraintOptions::type,
              {{"INDEX_KEY", ConstraintType::kIndex},
               {"UNIQUE_KEY", ConstraintType::kUnique},
               {"FOREIGN_KEY", ConstraintType::kForeign}},
              "Only UNIQUE_KEY has a meaning for sinks.")
      .Objects("constraintColumns", &ConstraintOptions::columns,
               OptionSpec<ConstraintColumn>("A column of a key.")
                   .Required("columnName", &ConstraintColumn::name, "Name of the column.")
                   .Ignored("sortType", "no sink sorts by a key of the source"),
               "Columns in key order.");
}

const OptionSpec<SchemaOptions>& SchemaSpec() {
  static const OptionSpec<SchemaOptions> spec =
      OptionSpec<SchemaOptions>("A table.")
          .Optional("table", &SchemaOptions::table, "Full name of the table.")
          .Optional("schema_first", &SchemaOptions::schema_first,
                    "Whether a name of two parts is schema.table rather than db.table.")
          .Optional("comment", &SchemaOptions::comment, "Comment of the table.")
          .Optional("fields", &SchemaOptions::fields, "Names and types in short form.")
          .Objects("columns", &SchemaOptions::columns, ColumnSpec(), "Columns in long form.")
          .Objects("primaryKey", &SchemaOptions::primary_key, PrimaryKeySpec(), "The primary key.")
          .Objects("constraintKeys", &SchemaOptions::constraints, ConstraintSpec(), "Other keys.")
          .Refused("metadata_datasource*", "there is no metadata centre to ask; write the columns");
  return spec;
}

std::string LowerWithoutBlanks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte) == 0) out += static_cast<char>(std::tolower(byte));
  }
  return out;
}

struct NamedType {
  std::string_view name;
  TypeKind kind;
};
constexpr NamedType kTypes[] = {
    {"string", TypeKind::kString},   {"boolean", TypeKind::kBoolean},
    {"tinyint", TypeKind::kTinyInt}, {"smallint", TypeKind::kSmallInt},
    {"int", TypeKind::kInt},         {"bigint", TypeKind::kBigInt},
    {"float", TypeKind::kFloat},     {"double", TypeKind::kDouble},
    {"bytes", TypeKind::kBytes},     {"date", TypeKind::kDate},
    {"time", TypeKind::kTime},       {"timestamp", TypeKind::kTimestamp},
    {"byte", TypeKind::kTinyInt},    {"short", TypeKind::kSmallInt},
    {"long", TypeKind::kBigInt},
};

// Types that the format knows and sluice does not.
bool IsKnownElsewhere(std::string_view name) {
  return name.starts_with("array<") || name.starts_with("map<") || name.starts_with("{") ||
         name.ends_with("_vector") || name == "null" || name == "timestamp_tz";
}

std::optional<Type> ParseDecimalType(std::string_view name, std::string& expected) {
  int digits[2] = {-1, -1};
  const char* at = name.data() + std::string_view("decimal").size();
  const char* end = name.data() + name.size();
  for (int& number : digits) {
    while (at != end && std::isdigit(static_cast<unsigned char>(*at)) == 0) ++at;
    at = std::from_chars(at, end, number).ptr;
  }
  const bool fits =
      digits[0] >= 1 && digits[0] <= kDecimalDigitsMax && digits[1] >= 0 && digits[1] <= digits[0];
  if (fits) return Decimal(digits[0], digits[1]);
  expected = "must be \"decimal(p, s)\" with p of 1 to 38 digits, s of them after the point";
  return std::nullopt;
}

// Builds one schema; every mistake goes to the diagnostics.
class SchemaBuilder {
 public:
  SchemaBuilder(std::string where, Diagnostics& diagnostics)
      : where_(std::move(where)), diagnostics_(diagnostics) {}

  void ReadPath(const SchemaOptions& options, const TablePath& otherwise, const Origin& at) {
    schema_.path = otherwise;
    schema_.comment = options.comment;
    if (options.table.empty()) return;
    if (const auto path = ParseTablePath(options.table, options.schema_first)) {
      schema_.path = *path;
    } else {
      Error(at,
            fmt::format("table '{}' must be db.schema.table, db.table or table", options.table));
    }
  }

  void ReadColumns(const SchemaOptions& options, const Origin& at) {
    if (options.fields && !options.columns.empty()) {
      Error(options.fields->origin(), "give fields or columns, not both");
      return;
    }
    if (options.fields) {
      ReadFields(*options.fields);
    } else if (options.columns.empty()) {
      Error(at, "fields or columns are missing");
    }
    for (const ColumnOptions& column : options.columns) {
      Add(column.name, column.type, column);
    }
  }

  void ReadKeys(const SchemaOptions& options, const Origin& at) {
    if (!options.primary_key.empty()) {
      schema_.primary_key = Indexes(options.primary_key.front().columns, "primaryKey", at);
      for (const uint32_t column : schema_.primary_key) schema_.columns[column].nullable = false;
    }
    for (const ConstraintOptions& key : options.constraints) {
      StringList names;
      for (const ConstraintColumn& column : key.columns) names.push_back(column.name);
      auto indexes = Indexes(names, fmt::format("key '{}'", key.name), at);
      if (key.type == ConstraintType::kUnique) schema_.unique_keys.push_back(std::move(indexes));
    }
  }

  Schema Take(const Origin& at) {
    if (diagnostics_.ok()) {
      if (const Status status = schema_.Check(); !status.ok()) {
        Error(at, std::string(status.message()));
      }
    }
    return std::move(schema_);
  }

 private:
  void Error(const Origin& at, const std::string& text) {
    diagnostics_.Error(at, fmt::format("{}: {}", where_, text));
  }

  void ReadFields(const Value& fields) {
    if (fields.as_object() == nullptr) {
      Error(fields.origin(), fmt::format("fields must be an object, but is {}", fields.KindName()));
      return;
    }
    for (const Field& field : *fields.as_object()) Add(field.key, field.value, {});
  }

  void Add(const std::string& name, const Value& type, const ColumnOptions& options) {
    if (name.empty()) return;  // told as missing
    if (type.as_object() != nullptr) {
      Error(type.origin(), fmt::format("column '{}': nested rows are not supported; name the inner "
                                       "fields as columns of the table",
                                       name));
      return;
    }
    std::string expected;
    auto parsed = ParseTypeName(type.ToText(), expected);
    if (!parsed) {
      Error(type.origin(), fmt::format("column '{}': type '{}' {}", name, type.ToText(), expected));
      return;
    }
    const bool timed = parsed->kind == TypeKind::kTime || parsed->kind == TypeKind::kTimestamp;
    if (timed && options.scale) {
      parsed->scale = static_cast<int>(std::min<int64_t>(*options.scale, kFractionDigitsMax));
    }
    ColumnInfo column{
        .name = name, .type = *parsed, .nullable = options.nullable, .comment = options.comment};
    if (FixedWidth(parsed->kind) == 0 && options.length > 0) column.length = options.length;
    schema_.columns.push_back(std::move(column));
  }

  std::vector<uint32_t> Indexes(const StringList& names, const std::string& key, const Origin& at) {
    std::vector<uint32_t> out;
    for (const std::string& name : names) {
      if (const auto column = schema_.Find(name)) {
        out.push_back(*column);
        continue;
      }
      std::vector<std::string> known;
      for (const ColumnInfo& column : schema_.columns) known.push_back(column.name);
      Error(at, fmt::format("{}: there is no column '{}'{}", key, name, DidYouMean(name, known)));
    }
    return out;
  }

  std::string where_;
  Diagnostics& diagnostics_;
  Schema schema_;
};

const Origin& OriginOf(const Value& schema, std::string_view key) {
  const Field* field = FindOption(schema, key);
  return field == nullptr ? schema.origin() : field->value.origin();
}

}  // namespace

std::optional<Type> ParseTypeName(std::string_view text, std::string& expected) {
  const std::string name = LowerWithoutBlanks(text);
  if (name.starts_with("decimal")) return ParseDecimalType(name, expected);
  for (const NamedType& known : kTypes) {
    if (known.name == name) return Of(known.kind);
  }
  if (IsKnownElsewhere(name)) {
    expected = "is not supported: sluice has no arrays, maps, rows, vectors and zoned timestamps";
    return std::nullopt;
  }
  std::vector<std::string> names = {"decimal"};
  for (const NamedType& known : kTypes) names.emplace_back(known.name);
  expected = "is not known" + DidYouMean(name, names);
  return std::nullopt;
}

std::optional<TablePath> ParseTablePath(std::string_view text, bool schema_first) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (parts.size() > 3 || std::ranges::find(parts, "") != parts.end()) return std::nullopt;
  if (parts.size() == 3) return TablePath{parts[0], parts[1], parts[2]};
  if (parts.size() == 1) return TablePath{"", "", parts[0]};
  return schema_first ? TablePath{"", parts[0], parts[1]} : TablePath{parts[0], "", parts[1]};
}

std::vector<OptionInfo> SchemaBlockOptions() {
  return SchemaSpec().Describe();
}

Schema ParseSchemaBlock(const Value& schema, const TablePath& default_path,
                        const std::string& where, Diagnostics& diagnostics) {
  const std::string place = where + ", schema";
  if (schema.as_object() == nullptr) {
    diagnostics.Error(schema.origin(),
                      fmt::format("{} must be an object, but is {}", place, schema.KindName()));
    return {.path = default_path};
  }
  Diagnostics here;
  const SchemaOptions options = SchemaSpec().ParseObject(schema, place, here);
  SchemaBuilder builder(place, here);
  builder.ReadPath(options, default_path, OriginOf(schema, "table"));
  builder.ReadColumns(options, schema.origin());
  builder.ReadKeys(options, OriginOf(schema, "primaryKey"));
  Schema out = builder.Take(schema.origin());
  for (const Remark& note : here.notes()) diagnostics.Note(note.origin, note.text);
  for (const Remark& error : here.errors()) diagnostics.Error(error.origin, error.text);
  return out;
}

}  // namespace sluice
