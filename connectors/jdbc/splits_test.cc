// SPDX-License-Identifier: Apache-2.0
#include "jdbc/splits.h"

#include <gtest/gtest.h>

#include "jdbc/split_planner.h"

namespace sluice::jdbc {
namespace {

ReadTable Table(TypeKind key) {
  ReadTable table;
  table.columns.resize(2);
  table.columns[0].info = {.name = "k", .type = Of(key), .nullable = false};
  table.columns[1].info = {.name = "v", .type = Of(TypeKind::kInt), .nullable = false};
  table.list = "k, v";
  table.from = "t";
  table.order = {0, 1};
  table.split = 0;
  return table;
}

const JdbcSplit kSplit{.table = {"db", "s", "t"},
                       .number = 3,
                       .lower = "10",
                       .upper = "20",
                       .with_upper = true,
                       .with_nulls = true,
                       .part = 1,
                       .parts = 4,
                       .after = {"15", "'x'"}};

TEST(Splits, AreReadBackAndTornOnesAreRefused) {
  const Split split = ToSplit(kSplit);
  EXPECT_EQ(split.id, "db.s.t#3");
  const auto decoded = FromSplit(split.position);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, kSplit);
  for (size_t size = 0; size < split.position.size(); ++size) {
    EXPECT_FALSE(FromSplit(split.position.substr(0, size))) << size;
  }
  EXPECT_FALSE(FromSplit(split.position + "x"));
}

TEST(Splits, ThePlanIsReadBack) {
  PlanState state;
  state.planned = {kSplit};
  state.tables = {{"db", "", "u"}};
  state.next = "it's";
  state.number = 9;
  const auto decoded = DecodePlan(EncodePlan(state));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(EncodePlan(*decoded), EncodePlan(state));
  EXPECT_FALSE(DecodePlan(EncodePlan(state) + "x"));
  EXPECT_FALSE(DecodePlan(""));
}

TEST(Splits, BecomeStatements) {
  const auto sql = [](const JdbcSplit& split, const ReadTable& table, SqlServer server) {
    return SelectOf(split, table, Dialect::Of(server), server);
  };
  ReadTable table = Table(TypeKind::kInt);
  EXPECT_EQ(sql({.lower = "10", .upper = "20"}, table, SqlServer::kMysql),
            "SELECT k, v FROM t WHERE `k` >= 10 AND `k` < 20 ORDER BY `k`, `v`");
  EXPECT_EQ(
      sql({.upper = "20", .with_nulls = true, .after = {"5", "6"}}, table, SqlServer::kPostgres),
      "SELECT k, v FROM t WHERE (\"k\" < 20 OR \"k\" IS NULL) AND \"k\" >= 5 AND (\"k\", "
      "\"v\") > (5, 6) ORDER BY \"k\", \"v\"");
  table.where = "v > 0 OR v < -5";
  table.order.clear();
  EXPECT_EQ(sql({.with_nulls = true, .part = 0, .parts = 2}, table, SqlServer::kMysql),
            "SELECT k, v FROM t WHERE (v > 0 OR v < -5) AND (CRC32(`k`) % 2 = 0 OR `k` IS NULL)");
  EXPECT_EQ(sql({.lower = "it's\\"}, Table(TypeKind::kString), SqlServer::kMysql),
            "SELECT k, v FROM t WHERE `k` >= 'it''s\\\\' ORDER BY `k`, `v`");
  EXPECT_EQ(sql({.lower = "it's\\"}, Table(TypeKind::kString), SqlServer::kPostgres),
            "SELECT k, v FROM t WHERE \"k\" >= 'it''s\\' ORDER BY \"k\", \"v\"");
}

}  // namespace
}  // namespace sluice::jdbc
