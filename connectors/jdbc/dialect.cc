// SPDX-License-Identifier: Apache-2.0
#include "jdbc/dialect.h"

#include <fmt/format.h>

namespace sluice::jdbc {

const Dialect& Dialect::Of(SqlServer server) {
  return server == SqlServer::kPostgres ? PostgresDialect() : MysqlDialect();
}

std::string StageMerge::Names(const TargetTable& target, std::string_view prefix) const {
  std::string out;
  for (const TargetColumn& column : target.columns) {
    out += fmt::format("{}{}{}", out.empty() ? "" : ", ", prefix, Name(column.name));
  }
  return out;
}

std::string StageMerge::SameKey(const TargetTable& target, std::string_view table) const {
  std::string out;
  for (const uint32_t i : target.key) {
    const std::string name = Name(target.columns[i].name);
    out += fmt::format("{}{}.{} = s.{}", out.empty() ? "" : " AND ", table, name, name);
  }
  return out;
}

std::string StageMerge::Removed(const TargetTable& target, std::string_view table) const {
  if (target.merge == Merge::kAnew && target.further.empty()) return "TRUE";
  std::string out = fmt::format("s.{} = 'D'", Name(kStageOp));
  if (target.merge != Merge::kAnew) return out;
  for (const uint32_t i : target.further) {
    const std::string name = Name(target.columns[i].name);
    out += " OR " + Differ(fmt::format("{}.{}", table, name), "s." + name);
  }
  return "(" + out + ")";
}

std::vector<std::string> StageMerge::MergeStatements(const TargetTable& target,
                                                     const std::string& stage, bool repeated,
                                                     bool upserts, bool deletes) const {
  const std::string insert = Insert(target);
  const std::string values = Names(target, "s.");
  if (target.merge == Merge::kAppend) {
    return {fmt::format("{} SELECT {} FROM {} s ORDER BY s.{}", insert, values, stage,
                        Name(kStageSeq))};
  }
  const std::string rows = StageRows(target, stage, repeated);
  const std::string wanted = fmt::format("s.{} = 'U'", Name(kStageOp));
  std::vector<std::string> out;
  if (deletes || target.merge == Merge::kAnew) out.push_back(DeleteByStage(target, rows));
  if (!upserts) return out;
  if (target.merge == Merge::kUpsert) {
    out.push_back(Upsert(target, fmt::format("SELECT {} FROM {} WHERE {}", values, rows, wanted)));
    return out;
  }
  if (const std::string update = UpdateByStage(target, rows); !update.empty()) {
    out.push_back(update);
  }
  out.push_back(
      fmt::format("{} SELECT {} FROM {} WHERE {} AND NOT EXISTS (SELECT 1 FROM {} t "
                  "WHERE {})",
                  insert, values, rows, wanted, FullName(target.path), SameKey(target, "t")));
  return out;
}

}  // namespace sluice::jdbc
