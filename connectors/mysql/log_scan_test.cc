// SPDX-License-Identifier: Apache-2.0
#include "mysql/log_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mysql/log_writer_for_tests.h"
#include "mysql/scripted_client_for_tests.h"

namespace sluice::mysql {
namespace {

using testing::HasSubstr;

class LogScanTest : public testing::Test {
 protected:
  Result<GtidSet> Check(uint64_t offset) {
    client_.Log({log_.events(), Status(Code::kUnavailable, "the log ends")});
    return LogScan(client_, SqlEndpoint(), 9, cancel_).Check({"binlog.000001", offset});
  }

  LogWriter log_;
  ScriptedClient client_;
  CancelToken cancel_;
};

TEST_F(LogScanTest, APlaceBetweenTransactionsHasThoseBefore) {
  log_.Format();
  log_.InsertAll(1, 50, "goods", {{1, "a"}});
  const uint64_t between = log_.offset();
  log_.InsertAll(2, 50, "goods", {{2, "b"}});
  const auto before = Check(between);
  ASSERT_TRUE(before) << before.error().ToString();
  EXPECT_EQ(before->ToString(), std::string(kTestUuid) + ":1");
}

TEST_F(LogScanTest, APlaceWithinAnEventOrATransactionIsNone) {
  log_.Format();
  log_.Gtid(1);
  const uint64_t begin = log_.transaction();
  const uint64_t inside = log_.offset();
  log_.Query("BEGIN");
  log_.Query("DELETE FROM other");  // a statement ends it no more than rows do
  const uint64_t behind_statement = log_.offset();
  log_.Map(50, "goods");
  log_.Insert(50, {{1, "a"}});
  log_.Xid();
  const std::string at = "binlog.000001:" + std::to_string(begin);
  for (const uint64_t place : {inside, behind_statement}) {
    const auto found = Check(place);
    ASSERT_FALSE(found) << place;
    EXPECT_THAT(found.error().ToString(),
                HasSubstr("lies within the transaction that begins at " + at));
  }
  EXPECT_THAT(Check(begin + 3).error().ToString(), HasSubstr("lies within an event of " + at));
}

TEST_F(LogScanTest, WhatIsBeingCommittedLiesBeforeThePlaceToo) {
  log_.Format();
  log_.InsertAll(1, 50, "goods", {{1, "a"}});
  log_.InsertAll(2, 50, "goods", {{2, "b"}});
  log_.InsertAll(4, 50, "goods", {{4, "d"}});
  const LogPoint place{"binlog.000001", log_.offset()};
  log_.InsertAll(5, 50, "goods", {{5, "e"}});
  client_.Log({log_.events(), Status(Code::kUnavailable, "the log ends")});
  const auto known = GtidSet::Parse(std::string(kTestUuid) + ":1");
  const auto before = LogScan(client_, SqlEndpoint(), 9, cancel_).Before(*known, place);
  ASSERT_TRUE(before) << before.error().ToString();
  EXPECT_EQ(before->ToString(), std::string(kTestUuid) + ":1-2:4");
  EXPECT_EQ(client_.starts()[0].gtid_set, known->ToString());
}

TEST_F(LogScanTest, ATimeIsTheFirstTransactionOfItOrLater) {
  log_.Format();
  log_.InsertAll(1, 50, "goods", {{1, "a"}});
  const LogPoint end{"binlog.000001", log_.offset()};
  client_.Log({log_.events(), Status(Code::kUnavailable, "the log ends")});
  LogScan scan(client_, SqlEndpoint(), 9, cancel_);
  const auto never = scan.Since("binlog.000001", INT64_MAX, end);
  ASSERT_TRUE(never) << never.error().ToString();
  EXPECT_EQ(never->place, end);
  EXPECT_EQ(never->before.ToString(), std::string(kTestUuid) + ":1");
  client_.Log({log_.events(), Status(Code::kUnavailable, "the log ends")});
  const auto first = scan.Since("binlog.000001", 0, end);
  ASSERT_TRUE(first) << first.error().ToString();
  EXPECT_EQ(first->place.offset, log_.transaction());
  EXPECT_TRUE(first->before.empty());
}

}  // namespace
}  // namespace sluice::mysql
