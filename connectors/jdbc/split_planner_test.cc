// SPDX-License-Identifier: Apache-2.0
#include "jdbc/split_planner.h"

#include <gmock/gmock.h>

#include "jdbc/context_for_tests.h"
#include "jdbc/scripted_sql_for_tests.h"

namespace sluice::jdbc {
namespace {

using testing::ElementsAre;

// A query in parts by its number k, whose values run from 1 to 100.
class SplitPlannerTest : public testing::Test {
 protected:
  SplitPlannerTest() {
    options_.endpoints = {{}};
    sql_.Answer("FLOOR(MIN(`k`)), CEIL(MAX(`k`))", {{"1", "100"}});
    item_.partition_num = 2;
  }
  // The conditions of its splits.
  std::vector<std::string> Plan() {
    const auto table = std::make_shared<ReadTable>();
    table->schema = std::make_shared<Schema>(Schema{.path = {"db", "", "t"}});
    table->columns.resize(1);
    table->columns[0].info = {.name = "k", .type = Of(TypeKind::kInt)};
    table->list = "k";
    table->from = "t";
    table->split = 0;
    table->fixed = true;
    table->item = item_;
    const TablePath& path = table->schema->path;
    SplitPlanner planner(ctx_, options_, {{path, table}}, PlanState{.tables = {path}});
    std::vector<std::string> out;
    while (!planner.done()) {
      const auto taken = planner.Take(10);
      EXPECT_TRUE(taken) << taken.error().ToString();
      if (!taken) return {};
      for (const JdbcSplit& split : *taken) {
        const std::string sql = SelectOf(split, *table, MysqlDialect(), SqlServer::kMysql);
        out.push_back(sql.substr(std::string("SELECT k FROM t").size()));
      }
      std::unique_lock lock(mutex_);
      if (taken->empty()) woken_.wait(lock, [&] { return std::exchange(is_woken_, false); });
    }
    return out;
  }

  SourceItem item_;
  SourceOptions options_;
  ScriptedSql sql_;
  NoHttp http_;
  NoPhases phases_;
  Mutex mutex_;  // guards is_woken_
  CondVar woken_;
  bool is_woken_ = false;
  Context ctx_{.env = Env::Default(),
               .http = http_,
               .sql = sql_,
               .phases = phases_,
               .cancel = {},
               .job_name = "job",
               .job_id = "j1",
               .wake = [this] {
                 const std::lock_guard lock(mutex_);
                 is_woken_ = true;
                 woken_.notify_all();
               }};
};

TEST_F(SplitPlannerTest, PartsWithoutBoundsHoldAllRows) {
  EXPECT_THAT(Plan(), ElementsAre(" WHERE (`k` < 51 OR `k` IS NULL)", " WHERE `k` >= 51"));
  item_.partition_num = 1;
  EXPECT_THAT(Plan(), ElementsAre(""));
}

TEST_F(SplitPlannerTest, BoundsLeaveRowsOut) {
  item_.lower_bound = "11";
  item_.upper_bound = "20";
  EXPECT_THAT(Plan(),
              ElementsAre(" WHERE `k` >= 11 AND `k` < 16", " WHERE `k` >= 16 AND `k` <= 20"));
  item_.partition_num = 1;
  EXPECT_THAT(Plan(), ElementsAre(" WHERE `k` >= 11 AND `k` <= 20"));
}

TEST_F(SplitPlannerTest, OneBoundAloneBoundsNothing) {
  item_.upper_bound = "20";
  EXPECT_THAT(Plan(), ElementsAre(" WHERE (`k` < 51 OR `k` IS NULL)", " WHERE `k` >= 51"));
  item_.partition_num = 1;
  EXPECT_THAT(Plan(), ElementsAre(""));
  item_.upper_bound.reset();
  item_.lower_bound = "20";
  EXPECT_THAT(Plan(), ElementsAre(""));
}

}  // namespace
}  // namespace sluice::jdbc
