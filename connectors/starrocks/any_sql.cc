// SPDX-License-Identifier: Apache-2.0
#include "starrocks/any_sql.h"

#include <set>
#include <string>

namespace sluice::starrocks {

Result<std::unique_ptr<SqlSession>> OpenAnySql(Context& ctx, const StarrocksOptions& options) {
  auto session = ctx.sql.Open(options.sql);
  std::set<std::string> tried{options.sql.host};
  for (const std::string& node : options.node_urls) {
    if (session || session.error().retry() != Retry::kInPlace) break;
    SqlEndpoint other = options.sql;
    other.host = node.substr(0, node.rfind(':'));
    if (!tried.insert(other.host).second) continue;
    auto next = ctx.sql.Open(other);
    if (next) return next;
  }
  return session;
}

}  // namespace sluice::starrocks
