// SPDX-License-Identifier: Apache-2.0
#include "jdbc/row_limits.h"

#include <algorithm>

#include "jdbc/type_text.h"

namespace sluice::jdbc {
namespace {

void LimitWhole(const TypeText& type, ColumnLimits& limits) {
  const int bits = BitsOf(type.name);
  if (bits == 0) return;
  const bool is_unsigned = type.is_unsigned();
  limits.most = (Int128{1} << (is_unsigned ? bits : bits - 1)) - 1;
  limits.least = is_unsigned ? Int128{0} : -*limits.most - 1;
}

void LimitText(const TypeText& type, ColumnLimits& limits) {
  const std::string& name = type.name;
  const bool characters = name == "varchar" || name == "char" || name == "character varying" ||
                          name == "character" || name == "bpchar";
  const int length = type.number(0, 0);
  if (characters && length > 0) limits.characters = static_cast<size_t>(length);
  if ((name == "varbinary" || name == "binary") && length > 0) {
    limits.bytes = static_cast<size_t>(length);
  }
  if (name == "tinytext" || name == "tinyblob") limits.bytes = 255;
  if (name == "text" || name == "blob") limits.bytes = 65'535;
  if (name == "mediumtext" || name == "mediumblob") limits.bytes = 16'777'215;
}

}  // namespace

ColumnLimits LimitsOf(SqlServer server, const TargetColumn& column) {
  const TypeText type = ReadType(column.type);
  ColumnLimits limits{.nullable = column.nullable};
  LimitWhole(type, limits);
  LimitText(type, limits);
  // Texts of PostgreSQL have no bound, and no NUL.
  const bool postgres = server == SqlServer::kPostgres;
  if (postgres) limits.bytes.reset();
  limits.no_nul = postgres;
  limits.finite = !postgres;
  if ((type.name == "decimal" || type.name == "numeric") && type.numbers.size() == 2) {
    limits.whole_digits = type.numbers[0] - type.numbers[1];
  }
  return limits;
}

RowLimits RowLimitsOf(SqlServer server, const TargetTable& target) {
  RowLimits out(target.merge != Merge::kAppend);
  for (uint32_t i = 0; i < target.columns.size(); ++i) {
    ColumnLimits limits = LimitsOf(server, target.columns[i]);
    const bool key = std::ranges::find(target.key, i) != target.key.end();
    if (key) limits.nullable = false;  // the row could not be found again
    out.Add(i, key, limits);
  }
  return out;
}

}  // namespace sluice::jdbc
