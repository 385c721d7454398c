// SPDX-License-Identifier: Apache-2.0
#include "jdbc/splits.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sluice::jdbc {
namespace {

constexpr uint64_t kVersion = 1;

void EncodeOptional(const std::optional<std::string>& value, ByteWriter& out) {
  out.Bool(value.has_value()).Str(value.value_or(""));
}

std::optional<std::string> DecodeOptional(ByteReader& in) {
  const bool there = in.Bool();
  std::string value = in.Str();
  return there ? std::optional(std::move(value)) : std::nullopt;
}

std::string Hash(const std::string& column, uint64_t parts, SqlServer server) {
  if (server == SqlServer::kPostgres) {
    return fmt::format("abs(hashtext({}::text)::int8) % {}", column, parts);
  }
  return fmt::format("CRC32({}) % {}", column, parts);
}

std::string SplitCondition(const JdbcSplit& split, const ReadTable& table, const std::string& name,
                           SqlServer server) {
  std::vector<std::string> all;
  if (split.parts > 0)
    all.push_back(fmt::format("{} = {}", Hash(name, split.parts, server), split.part));
  if (split.lower) {
    all.push_back(fmt::format("{} >= {}", name, BoundLiteral(table, *split.lower, server)));
  }
  if (split.upper) {
    all.push_back(fmt::format("{} {} {}", name, split.with_upper ? "<=" : "<",
                              BoundLiteral(table, *split.upper, server)));
  }
  if (all.empty()) return "";
  const std::string condition = fmt::format("{}", fmt::join(all, " AND "));
  return split.with_nulls ? fmt::format("({} OR {} IS NULL)", condition, name) : condition;
}

// Behind the row whose key `split.after` is.
std::string AfterCondition(const JdbcSplit& split, const std::vector<std::string>& names) {
  if (names.size() == 1) return fmt::format("{} > {}", names[0], split.after[0]);
  return fmt::format("{} >= {} AND ({}) > ({})", names[0], split.after[0], fmt::join(names, ", "),
                     fmt::join(split.after, ", "));
}

}  // namespace

Split ToSplit(const JdbcSplit& split) {
  ByteWriter out;
  out.U64(kVersion).Str(split.table.database).Str(split.table.schema).Str(split.table.table);
  out.U64(split.number);
  EncodeOptional(split.lower, out);
  EncodeOptional(split.upper, out);
  out.Bool(split.with_upper).Bool(split.with_nulls).U64(split.part).U64(split.parts);
  out.U64(split.after.size());
  for (const std::string& literal : split.after) out.Str(literal);
  return {fmt::format("{}#{}", split.table.ToString(), split.number), std::move(out).Take()};
}

Result<JdbcSplit> FromSplit(std::string_view position) {
  ByteReader in(position);
  JdbcSplit split;
  if (in.U64() != kVersion) in.Refuse();
  split.table.database = in.Str();
  split.table.schema = in.Str();
  split.table.table = in.Str();
  split.number = in.U64();
  split.lower = DecodeOptional(in);
  split.upper = DecodeOptional(in);
  split.with_upper = in.Bool();
  split.with_nulls = in.Bool();
  split.part = in.U64();
  split.parts = in.U64();
  for (uint64_t n = in.Count(); n > 0; --n) split.after.push_back(in.Str());
  RETURN_IF_ERROR(in.Finish("a split of the Jdbc source"));
  return split;
}

std::string BoundLiteral(const ReadTable& table, const std::string& value, SqlServer server) {
  // MySQL would compare a number with a text as DOUBLEs.
  if (IsNumber(table, *table.split)) return value;
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || (c == '\\' && server == SqlServer::kMysql)) out += c;
    out += c;
  }
  return out + "'";
}

std::string SelectOf(const JdbcSplit& split, const ReadTable& table, const Dialect& dialect,
                     SqlServer server) {
  std::vector<std::string> conditions;
  if (!table.where.empty()) conditions.push_back("(" + table.where + ")");
  if (table.split) {
    const std::string name = dialect.Name(table.columns[*table.split].info.name);
    if (auto one = SplitCondition(split, table, name, server); !one.empty()) {
      conditions.push_back(std::move(one));
    }
  }
  std::vector<std::string> order;
  for (const uint32_t i : table.order) order.push_back(dialect.Name(table.columns[i].info.name));
  if (!split.after.empty()) conditions.push_back(AfterCondition(split, order));
  std::string sql = fmt::format("SELECT {} FROM {}", table.list, table.from);
  if (!conditions.empty()) sql += fmt::format(" WHERE {}", fmt::join(conditions, " AND "));
  if (!order.empty()) sql += fmt::format(" ORDER BY {}", fmt::join(order, ", "));
  return sql;
}

}  // namespace sluice::jdbc
