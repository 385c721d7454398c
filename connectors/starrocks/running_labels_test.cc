// SPDX-License-Identifier: Apache-2.0
#include "starrocks/running_labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "starrocks/running_sql_for_tests.h"

namespace sluice::starrocks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class RunningLabelsTest : public testing::Test {
 protected:
  RunningLabelsTest() {
    sql_.databases = {"ods_old", "ods"};
    for (const char* state : {"PREPARE", "PREPARED", "COMMITTED", "VISIBLE", "ABORTED"}) {
      cluster_.Put({std::string("L-") + state, "ods.t", state, {}});
    }
    cluster_.Put({"elsewhere", "ods_old.t", "PREPARE", {}});
  }
  Result<std::vector<std::string>> Ask(const std::string& database = "ods") {
    ASSIGN_OR_RETURN(const auto session, sql_.Open({.host = "fe"}));
    return RunningLabels(*session, database);
  }

  FakeCluster cluster_;
  RunningSql sql_{cluster_};
};

TEST_F(RunningLabelsTest, AreThoseThatMayStillBecomeVisible) {
  EXPECT_THAT(Ask().value(), UnorderedElementsAre("L-PREPARE", "L-PREPARED", "L-COMMITTED"));
}

TEST_F(RunningLabelsTest, OldVersionsShowDatabasesWithTheirCluster) {
  sql_.shown_prefix = "default_cluster:";
  EXPECT_THAT(Ask().value(), SizeIs(3));
}

TEST_F(RunningLabelsTest, WhoMayNotAskIsToldApartFromAServerThatIsAway) {
  for (const Code code : {Code::kInvalidConfig, Code::kInternal, Code::kNotFound}) {
    sql_.refusal = {code, "Access denied; you need the OPERATE privilege on SYSTEM"};
    const auto refused = Ask();
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code(), Code::kInvalidConfig);
    EXPECT_THAT(std::string(refused.error().message()), HasSubstr("OPERATE"));
  }
  sql_.refusal = {Code::kUnavailable, "gone away"};
  EXPECT_EQ(Ask().error().code(), Code::kUnavailable);
  sql_.refusal = {Code::kInternal, "there is no leader now"};
  EXPECT_EQ(Ask().error().code(), Code::kInternal);
}

TEST_F(RunningLabelsTest, ADatabaseThatIsNotShownIsNotTakenForAnEmptyOne) {
  EXPECT_EQ(Ask("od").error().code(), Code::kInvalidConfig);
}

TEST_F(RunningLabelsTest, AListThatMayBeCutIsNotTakenForWhole) {
  sql_.others = 1996;
  EXPECT_THAT(Ask().value(), SizeIs(1999));
  sql_.others = 1997;
  EXPECT_EQ(Ask().error().code(), Code::kUnavailable);
}

}  // namespace
}  // namespace sluice::starrocks
