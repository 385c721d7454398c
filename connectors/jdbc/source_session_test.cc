// SPDX-License-Identifier: Apache-2.0
#include "jdbc/source_session.h"

#include <gmock/gmock.h>

#include "jdbc/scripted_sql_for_tests.h"

namespace sluice::jdbc {
namespace {

using testing::ElementsAre;

std::vector<std::string> StatementsOn(SqlServer server, const std::string& modes) {
  SourceOptions options;
  options.endpoints = {{.server = server}};
  options.session_setup = {"SET SESSION a = 1"};
  ScriptedSql sql;
  sql.Answer("@@SESSION.sql_mode", {{modes}});
  EXPECT_TRUE(ConnectSource(sql, options));
  return sql.statements();
}

// What the user set counts as the server's.
TEST(SourceSession, ABackslashEscapesWhateverTheServerSays) {
  const std::string setup = "SET SESSION a = 1";
  const std::string asked = "SELECT @@SESSION.sql_mode";
  EXPECT_THAT(StatementsOn(SqlServer::kMysql, "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,NO_ZERO_DATE"),
              ElementsAre(setup, asked, "SET SESSION sql_mode = 'ANSI_QUOTES,NO_ZERO_DATE'"));
  EXPECT_THAT(StatementsOn(SqlServer::kMysql, "NO_BACKSLASH_ESCAPES"),
              ElementsAre(setup, asked, "SET SESSION sql_mode = ''"));
  EXPECT_THAT(StatementsOn(SqlServer::kMysql, "ANSI_QUOTES"), ElementsAre(setup, asked));
  EXPECT_THAT(StatementsOn(SqlServer::kMysql, ""), ElementsAre(setup, asked));
  EXPECT_THAT(StatementsOn(SqlServer::kPostgres, ""), ElementsAre(setup));
}

}  // namespace
}  // namespace sluice::jdbc
