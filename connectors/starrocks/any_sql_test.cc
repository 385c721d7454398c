// SPDX-License-Identifier: Apache-2.0
#include "starrocks/any_sql.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "starrocks/running_sql_for_tests.h"

namespace sluice::starrocks {
namespace {

using testing::ElementsAre;

TEST(OpenAnySqlTest, AnotherFrontEndIsAskedWhenTheFirstIsAway) {
  FakeWorld world;
  RunningSql sql(world.cluster);
  Context ctx{.env = world.ctx.env, .http = world.cluster, .sql = sql, .phases = world.phases};
  StarrocksOptions options;
  options.sql.host = "fe1";
  options.node_urls = {"fe1:8030", "fe2:8030", "fe3:8030"};
  ASSERT_TRUE(OpenAnySql(ctx, options).has_value());
  EXPECT_THAT(sql.opened, ElementsAre("fe1"));
  sql.away = {"fe1", "fe2"};
  ASSERT_TRUE(OpenAnySql(ctx, options).has_value());
  EXPECT_THAT(sql.opened, ElementsAre("fe1", "fe1", "fe2", "fe3"));
  sql.away.insert("fe3");
  EXPECT_EQ(OpenAnySql(ctx, options).error().code(), Code::kUnavailable);
}

}  // namespace
}  // namespace sluice::starrocks
