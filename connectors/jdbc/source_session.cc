// SPDX-License-Identifier: Apache-2.0
#include "jdbc/source_session.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/logging.h"

namespace sluice::jdbc {
namespace {

constexpr std::string_view kNoEscapes = "NO_BACKSLASH_ESCAPES";

// `modes`, "A,B,C", without `mode`.
std::string Without(std::string_view mode, std::string_view modes) {
  std::string out;
  while (!modes.empty()) {
    const std::string_view one = modes.substr(0, modes.find(','));
    if (one != mode) out += (out.empty() ? "" : ",") + std::string(one);
    modes.remove_prefix(std::min(one.size() + 1, modes.size()));
  }
  return out;
}

bool HasBackslash(const SourceOptions& options) {
  return options.where_condition.contains('\\') ||
         std::ranges::any_of(options.items,
                             [](const SourceItem& item) { return item.query.contains('\\'); });
}

// Asked for first: servers that only speak the protocol of MySQL may not let it be set.
Status TakeEscapes(SqlSession& session, const SourceOptions& options) {
  ASSIGN_OR_RETURN(const SqlTable answer, session.Query("SELECT @@SESSION.sql_mode"));
  if (answer.empty() || answer[0].empty() || !answer[0][0]) return {};
  const std::string& modes = *answer[0][0];
  const std::string others = Without(kNoEscapes, modes);
  if (others.size() == modes.size()) return {};
  if (HasBackslash(options)) {
    LogWarn(
        fmt::format("{}: its sql_mode has {}, which the source's sessions do without: a "
                    "backslash in query or where_condition escapes the next character",
                    options.Place(), kNoEscapes));
  }
  return session.Execute(fmt::format("SET SESSION sql_mode = '{}'", others));
}

}  // namespace

Result<std::unique_ptr<SqlSession>> ConnectSource(SqlClient& client, const SourceOptions& options) {
  ASSIGN_OR_RETURN(auto session, Connect(client, options));
  if (options.postgres()) return session;  // the client has set standard_conforming_strings
  RETURN_IF_ERROR(TakeEscapes(*session, options).In("setting up the session"));
  return session;
}

}  // namespace sluice::jdbc
