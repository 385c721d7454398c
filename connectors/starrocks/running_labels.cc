// SPDX-License-Identifier: Apache-2.0
#include "starrocks/running_labels.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::starrocks {
namespace {

// So many entries a front end shows at most, newest first.
constexpr size_t kShownMax = 2000;

// A server that cannot answer now must not be taken for one that will not: flushes would be left.
Status Refused(const Status& failure) {
  const Status told = failure.In("listing the running transactions");
  const bool denied = failure.message().find("denied") != std::string_view::npos ||
                      failure.message().find("privilege") != std::string_view::npos;
  return denied ? Status(Code::kInvalidConfig, std::string(told.message())) : told;
}

// "db", or "default_cluster:db" in old versions.
bool Names(const std::optional<std::string>& shown, const std::string& database) {
  return shown && (*shown == database || shown->ends_with(":" + database));
}

}  // namespace

Result<std::vector<std::string>> RunningLabels(SqlSession& session, const std::string& database) {
  const auto databases = session.Query("SHOW PROC '/dbs'");  // DbId, DbName, ...
  if (!databases) return Fail(Refused(databases.error()));
  const auto found = std::ranges::find_if(
      *databases, [&](const auto& row) { return row.size() > 1 && Names(row[1], database); });
  if (found == databases->end()) {
    return Fail(Code::kInvalidConfig,
                fmt::format("the running transactions cannot be listed: SHOW PROC '/dbs' shows no "
                            "database {}",
                            database));
  }
  const std::string id = (*found)[0].value_or("");
  const auto running =  // TransactionId, Label, ...
      session.Query(fmt::format("SHOW PROC '/transactions/{}/running'", id));
  if (!running) return Fail(Refused(running.error()));
  if (running->size() >= kShownMax) {
    return Fail(Code::kUnavailable,
                fmt::format("database {} has {} running transactions or more, which the server "
                            "does not list whole",
                            database, kShownMax));
  }
  std::vector<std::string> labels;
  for (const auto& row : *running) {
    if (row.size() > 1 && row[1]) labels.push_back(*row[1]);
  }
  return labels;
}

}  // namespace sluice::starrocks
