// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "mysql/binlog/position.h"

namespace sluice::mysql {
namespace {

std::string Canonical(const std::string& text) {
  const auto gtids = MariadbGtids::Parse(text);
  return gtids ? gtids->ToString() : std::string(CodeName(gtids.error().code()));
}

TEST(MariadbGtids, ReadsWhatTheServerPrints) {
  EXPECT_EQ(Canonical(""), "");
  EXPECT_EQ(Canonical("0-1-270"), "0-1-270");
  EXPECT_EQ(Canonical("1-7-9, 0-1-270"), "0-1-270,1-7-9");
  EXPECT_EQ(Canonical("4294967295-4294967295-18446744073709551615"),
            "4294967295-4294967295-18446744073709551615");
}

TEST(MariadbGtids, RefusesWhatIsNone) {
  for (const char* text : {"0-1", "0-1-", "0-1-2-3", "a-1-2", "0-1-2,0-2-3", "4294967296-1-1",
                           "3e11fa47-71ca-11e1-9e33-c80aa9429562:1"}) {
    EXPECT_EQ(Canonical(text), CodeName(Code::kInvalidConfig)) << text;
  }
}

TEST(MariadbGtids, ADomainIsAtItsLastTransaction) {
  MariadbGtids gtids = *MariadbGtids::Parse("0-1-5,2-1-9");
  EXPECT_TRUE(gtids.Contains(*MariadbGtids::Parse("0-2-5")));
  EXPECT_TRUE(gtids.Contains(MariadbGtids()));
  EXPECT_FALSE(gtids.Contains(*MariadbGtids::Parse("0-1-6")));
  EXPECT_FALSE(gtids.Contains(*MariadbGtids::Parse("1-1-1")));
  gtids.Add({0, 3, 6});
  EXPECT_EQ(gtids.ToString(), "0-3-6,2-1-9");
}

TEST(MariadbGtids, AnEventIsOfItsServer) {
  Gtid gtid;
  gtid.domain = 4;
  gtid.sequence = 11;
  EventHeader header;
  header.server_id = 7;
  LogPosition position;
  position.Add(IdOf(gtid, header));
  EXPECT_EQ(position.mariadb.ToString(), "4-7-11");
  EXPECT_TRUE(position.gtid_set.empty());
}

}  // namespace
}  // namespace sluice::mysql
