// SPDX-License-Identifier: Apache-2.0
#include "jdbc/scan.h"

#include <fmt/format.h>

#include <algorithm>

#include "io/target_scan.h"
#include "jdbc/sink_tables.h"
#include "jdbc/type_text.h"

namespace sluice::jdbc {
namespace {

bool IsWhole(TypeKind kind) {
  return kind == TypeKind::kTinyInt || kind == TypeKind::kSmallInt || kind == TypeKind::kInt ||
         kind == TypeKind::kBigInt;
}

// Types that pad, fold or shift what is written into them.
bool Alters(const TypeText& type) {
  static constexpr std::string_view kAltering[] = {
      "char",  "character", "bpchar", "binary",   "uuid",      "citext",
      "json",  "jsonb",     "xml",    "inet",     "cidr",      "money",
      "float", "real",      "double", "geometry", "geography", "double precision"};
  return std::ranges::find(kAltering, type.name) != std::end(kAltering);
}

// Whether a column of the target, read as `there`, gives every `wanted` back as it was written.
bool HoldsExactly(const ColumnReader& there, const Type& wanted, bool postgres) {
  const TypeText type = ReadType(there.info.source_type);
  const Type& own = there.info.type;
  if (Alters(type)) return false;
  switch (wanted.kind) {
    case TypeKind::kBoolean:
      return own.kind == TypeKind::kBoolean || IsWhole(own.kind);
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
    case TypeKind::kBigInt:
      return IsWhole(own.kind) || own.kind == TypeKind::kDecimal;
    case TypeKind::kDecimal:
      return own.kind == TypeKind::kDecimal && own.scale >= wanted.scale;
    case TypeKind::kTimestamp: {
      // Times of a zone: some come twice a year.
      const bool zoned = postgres
                             ? there.info.source_type.find("with time zone") != std::string::npos
                             : type.name == "timestamp";
      return own.kind == wanted.kind && own.scale >= wanted.scale && !zoned;
    }
    case TypeKind::kTime:
      return own.kind == wanted.kind && own.scale >= wanted.scale;
    default:
      return own.kind == wanted.kind;
  }
}

Status Unfit(const TargetTable& target, const std::string& why) {
  return {Code::kUnsupported, fmt::format("the table {}: {}", target.path.ToString(), why)};
}

std::string Selected(const Dialect& dialect, const TargetColumn& column,
                     const ColumnReader& reader) {
  std::string name = dialect.Name(column.name);
  if (reader.form == ColumnReader::Form::kAsDouble) return name + " * 1e0";
  if (reader.form == ColumnReader::Form::kAsNumeric) return name + "::numeric";
  return name;
}

struct Bound {
  std::unique_ptr<SqlSession> session;
  ScanPlan plan;
};

Result<Bound> Bind(Context& ctx, const SinkOptions& options, const TablePath& path,
                   const Schema& rows) {
  Bound bound;
  ASSIGN_OR_RETURN(bound.session, Connect(ctx.sql, options));
  const Dialect& dialect = Dialect::Of(options.endpoints.front().server);
  ASSIGN_OR_RETURN(const auto facts, dialect.LookUp(*bound.session, path));
  if (!facts) {
    return Fail(Code::kNotFound,
                fmt::format("the table {} does not exist at {}, or {} may not see it: create it, "
                            "empty, or begin with --fresh",
                            path.ToString(), options.Place(), options.user));
  }
  ASSIGN_OR_RETURN(const TargetTable target, FitTarget(*facts, options, path, rows));
  ASSIGN_OR_RETURN(bound.plan, PlanScan(target, options, rows));
  return bound;
}

}  // namespace

Result<ScanPlan> PlanScan(const TargetTable& target, const SinkOptions& options,
                          const Schema& rows) {
  const SqlServer server = options.endpoints.front().server;
  const Dialect& dialect = Dialect::Of(server);
  if (target.merge == Merge::kAppend || !target.same_key) {
    return Fail(Unfit(target, "its rows are not found by the key of the source's table"));
  }
  ScanPlan plan;
  std::string columns;
  for (size_t i = 0; i < rows.columns.size(); ++i) {
    const TargetColumn& column = target.columns[i];
    // Types that the source does not know are read as text, and compared as that.
    ColumnReader reader = ReaderOf(column.name, column.type, std::nullopt, {.server = server})
                              .value_or(ColumnReader{.info = {.type = Of(TypeKind::kString),
                                                              .source_type = column.type}});
    const bool key = std::ranges::find(target.key, i) != target.key.end();
    if (key && !HoldsExactly(reader, rows.columns[i].type, options.postgres())) {
      return Fail(
          Unfit(target, fmt::format("its key column {} is {}, which may give a {} back "
                                    "otherwise than it was written",
                                    column.name, column.type, rows.columns[i].type.ToString())));
    }
    if (key && !target.update_keys && rows.columns[i].type.kind == TypeKind::kString) {
      return Fail(Unfit(target, fmt::format("update_keys = false leaves its key column {} as it "
                                            "is when only the case of a key changes",
                                            column.name)));
    }
    columns += (columns.empty() ? "" : ", ") + Selected(dialect, column, reader);
    reader.info.type = rows.columns[i].type;
    plan.columns.push_back(std::move(reader));
  }
  plan.select = fmt::format("SELECT {} FROM {}", columns, dialect.FullName(target.path));
  return plan;
}

Status CheckScanned(Context& ctx, const SinkOptions& options, const TablePath& path,
                    const Schema& rows) {
  const auto bound = Bind(ctx, options, path, rows);
  return bound ? Status() : bound.error();
}

Status ScanTable(Context& ctx, const SinkOptions& options, const TablePath& path,
                 const SchemaRef& rows, const ScanFn& each) {
  ASSIGN_OR_RETURN(const Bound bound, Bind(ctx, options, path, *rows));
  if (!options.postgres()) {
    // It may have to wait while rows that are found are written.
    RETURN_IF_ERROR(bound.session->Execute("SET SESSION net_write_timeout = 3600"));
  }
  return ScanSelect(
      ctx, *bound.session, bound.plan.select, rows,
      [&](size_t i, std::string_view text, Column& out) {
        return AppendText(bound.plan.columns[i], text, out).ok();
      },
      each);
}

}  // namespace sluice::jdbc
