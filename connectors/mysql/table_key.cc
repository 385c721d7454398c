// SPDX-License-Identifier: Apache-2.0
#include "mysql/table_key.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "data/text.h"
#include "mysql/changed_value.h"

namespace sluice::mysql {
namespace {

// How values of a column stand in a bound and in a statement.
enum class KeyKind : uint8_t {
  kNone,     // they cannot be compared as a statement writes them: rounded, or sorted otherwise
  kInteger,  // compared as numbers
  kBoolean,  // an integer of which chunks keep less
  kBytes,
  kNumber,  // decimals, written as they are
  kText,    // text and times, quoted
};

KeyKind KindOf(const ColumnDef& column) {
  switch (column.type) {
    case MysqlType::kTinyInt:
    case MysqlType::kSmallInt:
    case MysqlType::kMediumInt:
    case MysqlType::kInt:
    case MysqlType::kBigInt:
      return column.info.type.kind == TypeKind::kBoolean ? KeyKind::kBoolean : KeyKind::kInteger;
    case MysqlType::kYear:
      return KeyKind::kInteger;
    case MysqlType::kBinary:
    case MysqlType::kVarbinary:
      return KeyKind::kBytes;
    case MysqlType::kDecimal:
      return KeyKind::kNumber;
    case MysqlType::kDate:
    case MysqlType::kTime:
    case MysqlType::kDateTime:
    case MysqlType::kTimestamp:
    case MysqlType::kChar:
    case MysqlType::kVarchar:
    case MysqlType::kInet4:
    case MysqlType::kInet6:
    case MysqlType::kUuid:
      return KeyKind::kText;
    default:
      return KeyKind::kNone;
  }
}

// A bound holds its values as numbers.
bool IsNumber(const ColumnDef& column) {
  const KeyKind kind = KindOf(column);
  return kind == KeyKind::kInteger || kind == KeyKind::kBoolean;
}

std::optional<std::vector<uint32_t>> Indexes(const TableDef& def,
                                             const std::vector<std::string>& names) {
  std::vector<uint32_t> out;
  for (const std::string& name : names) {
    const auto index = def.schema->Find(name);
    if (!index) return std::nullopt;
    out.push_back(*index);
  }
  return out;
}

std::string Hex(std::string_view bytes) {
  std::string out = "X'";
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out + "'";
}

std::string Literal(const ColumnDef& column, const KeyValue& value, const SqlSession& session) {
  if (value.number) {
    std::string text;
    AppendDecimal(*value.number, 0, text);
    return text;
  }
  switch (KindOf(column)) {
    case KeyKind::kBytes:
      return Hex(value.bytes);
    case KeyKind::kNumber:
      return value.bytes;
    default:
      return session.Quote(value.bytes);
  }
}

// The rows on one side of `bound`: `strict` is '<' or '>', `last` compares the last column.
std::string Side(const TableKey& key, const TableDef& def, const KeyBound& bound,
                 std::string_view strict, std::string_view last, const SqlSession& session) {
  const auto values = KeyValues(bound);
  CHECK(values && values->size() <= key.columns.size());
  std::string sql;
  for (size_t i = values->size(); i > 0; --i) {
    const ColumnDef& column = def.columns[key.columns[i - 1]];
    const std::string name = QuoteName(column.info.name);
    const std::string value = Literal(column, (*values)[i - 1], session);
    sql = sql.empty()
              ? fmt::format("{} {} {}", name, last, value)
              : fmt::format("({0} {1} {2} OR ({0} = {2} AND {3}))", name, strict, value, sql);
  }
  return sql;
}

std::string LiteralOf(const ColumnDef& column, const Column& values, uint32_t row,
                      const SqlSession& session) {
  switch (KindOf(column)) {
    case KeyKind::kBytes:
      return Hex(values.text(row));
    case KeyKind::kText:
      return session.Quote(AnswerText(column, values, row).value_or(""));
    default:
      return ValueText(values, row);
  }
}

}  // namespace

Result<TableDefRef> ExactTable(TableFacts facts) {
  for (ColumnFacts& column : facts.columns) column.nullable = true;
  return MakeTable(facts, {.int_type_narrowing = false, .zone = {}});
}

std::string EqualCondition(const TableKey& key, const TableDef& exact,
                           const std::vector<std::string>& names, const Chunk& values,
                           std::span<const uint32_t> rows, const SqlSession& session) {
  CHECK(key.cut && names.size() == key.columns.size());
  std::string sql;
  for (const uint32_t row : rows) {
    std::string one;
    for (size_t i = 0; i < names.size(); ++i) {
      const uint32_t index = key.columns[i];
      const ColumnDef& column = exact.columns[index];
      // The server takes 0 of a YEAR for another year than 0000, unless it is a number.
      const char* number = column.type == MysqlType::kYear ? " + 0" : "";
      one += fmt::format("{}{}{} = {}", one.empty() ? "" : " AND ", QuoteName(names[i]), number,
                         LiteralOf(column, values.column(index), row, session));
    }
    sql += fmt::format("{}({})", sql.empty() ? " WHERE " : " OR ", one);
  }
  return sql;
}

TableKey KeyOf(const TableFacts& facts, const TableDef& def) {
  TableKey key;
  key.columns = Indexes(def, facts.primary_key).value_or(std::vector<uint32_t>{});
  const auto nullable = [&](uint32_t i) { return def.columns[i].info.nullable; };
  for (const auto& unique : facts.UniqueKeys()) {
    if (!key.columns.empty()) break;
    const auto columns = Indexes(def, unique);
    if (columns && std::ranges::none_of(*columns, nullable)) key.columns = *columns;
  }
  const auto kinds = [&](auto fits) {
    return !key.columns.empty() && std::ranges::none_of(key.columns, nullable) &&
           std::ranges::all_of(key.columns,
                               [&](uint32_t i) { return fits(KindOf(def.columns[i])); });
  };
  key.cut = kinds([](KeyKind kind) { return kind != KeyKind::kNone; });
  key.ordered =
      kinds([](KeyKind kind) { return kind == KeyKind::kInteger || kind == KeyKind::kBytes; });
  return key;
}

void AppendRowKey(const Column& column, uint32_t row, KeyBound& out) {
  if (column.is_null(row)) {
    out += '\0';
    return;
  }
  const TypeKind kind = column.type().kind;
  switch (kind) {
    case TypeKind::kTinyInt:
      return AppendKey(Int128{column.value<int8_t>(row)}, out);
    case TypeKind::kSmallInt:
      return AppendKey(Int128{column.value<int16_t>(row)}, out);
    case TypeKind::kInt:
      return AppendKey(Int128{column.value<int32_t>(row)}, out);
    case TypeKind::kBigInt:
      return AppendKey(Int128{column.value<int64_t>(row)}, out);
    case TypeKind::kDecimal:
      // BIGINT UNSIGNED is one.
      if (column.type().scale == 0 && FitsKey(column.value<Int128>(row))) {
        return AppendKey(column.value<Int128>(row), out);
      }
      break;
    default:
      break;
  }
  const size_t width = FixedWidth(kind);
  AppendKey(
      width > 0 ? std::string_view(column.data()).substr(row * width, width) : column.text(row),
      out);
}

bool IsKeyText(const ColumnDef& column, std::string_view text) {
  Int128 number = 0;
  return !IsNumber(column) || (ParseDecimal(text, 0, number) && FitsKey(number));
}

void AppendKeyText(const ColumnDef& column, std::string_view text, KeyBound& out) {
  if (!IsNumber(column)) return AppendKey(text, out);
  Int128 number = 0;
  CHECK(ParseDecimal(text, 0, number));
  AppendKey(number, out);
}

std::string KeyColumns(const TableKey& key, const TableDef& def) {
  std::string out;
  for (const uint32_t index : key.columns) {
    out += (out.empty() ? "" : ", ") + QuoteName(def.columns[index].info.name);
  }
  return out;
}

std::string RangeCondition(const TableKey& key, const TableDef& def, const KeyRange& range,
                           const SqlSession& session) {
  std::string sql;
  if (range.lower) sql = Side(key, def, *range.lower, ">", ">=", session);
  if (range.upper) {
    sql += (sql.empty() ? "" : " AND ") + Side(key, def, *range.upper, "<", "<", session);
  }
  return sql.empty() ? "" : " WHERE " + sql;
}

std::string BehindCondition(const TableKey& key, const TableDef& def, const KeyBound& bound,
                            const SqlSession& session) {
  return " WHERE " + Side(key, def, bound, ">", ">", session);
}

}  // namespace sluice::mysql
