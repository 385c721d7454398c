// SPDX-License-Identifier: Apache-2.0
#include "starrocks/scan.h"

#include <fmt/format.h>

#include "io/target_scan.h"
#include "starrocks/any_sql.h"
#include "starrocks/create_table.h"
#include "starrocks/text_values.h"

namespace sluice::starrocks {
namespace {

constexpr int kQueryTimeoutSeconds = 86'400;  // the server's default is five minutes

// Which types of the target hold a key of `kind` exactly: no padding, no rounding.
bool HoldsExactly(const std::string& type, TypeKind kind) {
  const bool whole = type.starts_with("tinyint") || type.starts_with("smallint") ||
                     type.starts_with("int") || type.starts_with("bigint") ||
                     type.starts_with("largeint");
  const bool text = type == "varchar" || type == "string";
  switch (kind) {
    case TypeKind::kBoolean:
      return type == "boolean" || type == "tinyint";
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
    case TypeKind::kBigInt:
      return whole;
    case TypeKind::kDecimal:
      return whole || text || type.starts_with("decimal");
    case TypeKind::kString:
    case TypeKind::kBytes:
    case TypeKind::kTime:
      return text;
    case TypeKind::kDate:
      return type == "date";
    case TypeKind::kTimestamp:
      return type == "datetime";
    default:
      return false;
  }
}

}  // namespace

Status CheckScanned(const TargetFacts& facts, const TableName& name, const Schema& rows) {
  if (!SameKey(facts, rows)) {
    return {Code::kUnsupported,
            fmt::format("the key of {}.{} has more columns than that of its rows, so a row cannot "
                        "be found by its own key alone",
                        name.database, name.table)};
  }
  for (const uint32_t i : rows.primary_key) {
    const ColumnInfo& column = rows.columns[i];
    const TargetColumn* there = FindColumn(facts, column.name);
    if (there != nullptr && HoldsExactly(there->type, column.type.kind)) continue;
    return {Code::kUnsupported,
            fmt::format("the key column {} of {}.{} is {}, which may give a {} back otherwise than "
                        "it was written",
                        column.name, name.database, name.table,
                        there == nullptr ? "not there" : there->full_type, column.type.ToString())};
  }
  return {};
}

Status ScanTable(Context& ctx, const StarrocksOptions& options, const TableName& name,
                 const SchemaRef& rows, const ScanFn& each) {
  ASSIGN_OR_RETURN(auto session, OpenAnySql(ctx, options));
  RETURN_IF_ERROR(session->Execute(fmt::format("SET query_timeout = {}", kQueryTimeoutSeconds)));
  std::string columns;
  for (const ColumnInfo& column : rows->columns) {
    columns += (columns.empty() ? "" : ", ") + QuotedName(column.name);
  }
  const std::string select = fmt::format("SELECT {} FROM {}.{}", columns, QuotedName(name.database),
                                         QuotedName(name.table));
  return ScanSelect(
      ctx, *session, select, rows,
      [](size_t, std::string_view text, Column& out) { return AppendShown(text, out); }, each);
}

}  // namespace sluice::starrocks
