// SPDX-License-Identifier: Apache-2.0
// Types as DDL spells them.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "jdbc/text_values.h"
#include "jdbc/type_text.h"

namespace sluice::jdbc {
namespace {

constexpr int64_t kUtf8Max = 4;  // bytes of a character
constexpr int64_t kUuidLength = 128;
constexpr int64_t kEnumLength = 100;

ColumnReader Reader(Type type, std::optional<int64_t> length = std::nullopt) {
  ColumnReader out;
  out.info.type = type;
  out.info.length = length;
  return out;
}

ColumnReader OfForm(ColumnReader reader, ColumnReader::Form form) {
  reader.form = form;
  return reader;
}

Type DecimalType(int precision, int scale) {
  return precision > 38 || precision <= 0 ? Decimal(38, 18) : Decimal(precision, scale);
}

// PostgreSQL's. A scale below 0 counts zeros in front of the point, and one above the precision
// zeros behind it: other servers have neither.
Type NumericType(int precision, int scale) {
  if (scale < 0) return Decimal(std::min(precision - scale, 38), 0);
  return DecimalType(precision <= 0 ? precision : std::max(precision, scale), scale);
}

// "integer[]", "character varying(10)[]".
bool IsArray(const TypeText& type) {
  return type.name.ends_with("[]") || type.rest.ends_with("[]");
}

Type Timed(TypeKind kind, int scale) {
  return {kind, 0, std::clamp(scale, 0, 6)};
}

std::optional<ColumnReader> MysqlNumber(const TypeText& type, const ReadOptions& options) {
  const std::string& name = type.name;
  const bool is_unsigned = type.is_unsigned();
  using enum TypeKind;
  if (name == "tinyint") {
    const bool boolean = options.tiny_int_is_bit && type.number(0, 4) == 1 && !is_unsigned;
    return Reader(Of(boolean ? kBoolean : is_unsigned ? kSmallInt : kTinyInt));
  }
  if (name == "smallint") return Reader(Of(is_unsigned ? kInt : kSmallInt));
  if (name == "mediumint" || name == "year") return Reader(Of(kInt));
  if (name == "int" || name == "integer") return Reader(Of(is_unsigned ? kBigInt : kInt));
  if (name == "bigint") return Reader(is_unsigned ? Decimal(20, 0) : Of(kBigInt));
  if (name == "float") return OfForm(Reader(Of(kFloat)), ColumnReader::Form::kAsDouble);
  if (name == "double" || name == "real") return Reader(Of(kDouble));
  if (name == "decimal" || name == "numeric") {
    return Reader(DecimalType(type.number(0, 10) + (is_unsigned ? 1 : 0), type.number(1, 0)));
  }
  if (name != "bit") return std::nullopt;
  const int bits = type.number(0, 1);
  if (bits == 1) return OfForm(Reader(Of(kBoolean)), ColumnReader::Form::kBits);
  return Reader(Of(kBytes), (bits + 7) / 8);
}

std::optional<ColumnReader> MysqlText(const TypeText& type, std::optional<int64_t> octets) {
  static constexpr std::pair<std::string_view, int64_t> kSizes[] = {
      {"tiny", 255}, {"", 65'535}, {"medium", 16'777'215}, {"long", 4'294'967'295}};
  const std::string& name = type.name;
  using enum TypeKind;
  for (const auto& [size, length] : kSizes) {
    if (name == fmt::format("{}text", size)) return Reader(Of(kString), length);
    if (name == fmt::format("{}blob", size)) return Reader(Of(kBytes), length);
  }
  if (name == "char" || name == "varchar") {
    return Reader(Of(kString), octets.value_or(kUtf8Max * type.number(0, 1)));
  }
  if (name == "binary" || name == "varbinary") return Reader(Of(kBytes), type.number(0, 1));
  if (name == "enum") return Reader(Of(kString), octets.value_or(kEnumLength));
  if (name == "set") return Reader(Of(kString), octets);
  if (name == "json") return Reader(Of(kString), 4'294'967'295);
  return std::nullopt;
}

std::optional<ColumnReader> MysqlReader(const TypeText& type, std::optional<int64_t> octets,
                                        const ReadOptions& options) {
  if (auto number = MysqlNumber(type, options)) return number;
  if (auto text = MysqlText(type, octets)) return text;
  const std::string& name = type.name;
  const int scale = type.number(0, 0);
  if (name == "date") return Reader(Of(TypeKind::kDate));
  if (name == "time") return Reader(Timed(TypeKind::kTime, scale));
  if (name == "datetime" || name == "timestamp") {
    return Reader(Timed(TypeKind::kTimestamp, scale));
  }
  static constexpr std::string_view kShapes[] = {
      "geometry",        "point",        "linestring",     "polygon",           "multipoint",
      "multilinestring", "multipolygon", "geomcollection", "geometrycollection"};
  if (std::ranges::find(kShapes, name) == std::end(kShapes)) return std::nullopt;
  return OfForm(Reader(Of(TypeKind::kBytes)), ColumnReader::Form::kGeometry);
}

std::optional<ColumnReader> PostgresReader(const TypeText& type) {
  if (IsArray(type)) return std::nullopt;
  const std::string& name = type.name;
  using enum TypeKind;
  static constexpr std::pair<std::string_view, TypeKind> kPlain[] = {
      {"boolean", kBoolean}, {"smallint", kSmallInt},       {"integer", kInt}, {"bigint", kBigInt},
      {"real", kFloat},      {"double precision", kDouble}, {"date", kDate}};
  const auto plain = std::ranges::find(kPlain, name, &std::pair<std::string_view, TypeKind>::first);
  if (plain != std::end(kPlain)) return Reader(Of(plain->second));
  static constexpr std::string_view kTexts[] = {"text", "name",     "json",      "jsonb", "xml",
                                                "inet", "geometry", "geography", "cidr",  "citext"};
  if (std::ranges::find(kTexts, name) != std::end(kTexts)) return Reader(Of(kString));
  if (name == "character varying") {
    if (type.numbers.empty()) return Reader(Of(kString));
    return Reader(Of(kString), kUtf8Max * type.numbers[0]);
  }
  if (name == "character" || name == "bpchar") {
    return Reader(Of(kString), kUtf8Max * type.number(0, 1));
  }
  if (name == "uuid") return Reader(Of(kString), kUuidLength);
  if (name == "bytea") return OfForm(Reader(Of(kBytes)), ColumnReader::Form::kHexBytes);
  if (name == "numeric") return Reader(NumericType(type.number(0, 0), type.number(1, 0)));
  if (name == "money") return OfForm(Reader(Decimal(30, 2)), ColumnReader::Form::kAsNumeric);
  if (name.starts_with("timestamp")) return Reader(Timed(kTimestamp, type.number(0, 6)));
  if (name.starts_with("time ") || name == "time") return Reader(Timed(kTime, type.number(0, 6)));
  return std::nullopt;
}

}  // namespace

std::optional<ColumnReader> ReaderOf(const std::string& name, const std::string& type,
                                     std::optional<int64_t> octets, const ReadOptions& options) {
  const TypeText spelled = ReadType(type);
  auto reader = options.server == SqlServer::kPostgres ? PostgresReader(spelled)
                                                       : MysqlReader(spelled, octets, options);
  if (!reader) return std::nullopt;
  reader->info.name = name;
  reader->info.source_type = type;
  reader->zero_is_null = options.zero_dates_are_null;
  return reader;
}

}  // namespace sluice::jdbc
