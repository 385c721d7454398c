// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/position.h"

#include <gtest/gtest.h>

namespace sluice::mysql {
namespace {

const std::string kA = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const std::string kB = "4e11fa47-71ca-11e1-9e33-c80aa9429562";

std::string Canonical(const std::string& text) {
  const auto set = GtidSet::Parse(text);
  return set ? set->ToString() : std::string(CodeName(set.error().code()));
}

TEST(GtidSet, ReadsWhatTheServerPrints) {
  EXPECT_EQ(Canonical(""), "");
  EXPECT_EQ(Canonical(kA + ":1"), kA + ":1");
  EXPECT_EQ(Canonical(kB + ":1-5:7,\n" + kA + ":2"), kA + ":2," + kB + ":1-5:7");
  EXPECT_EQ(Canonical("3E11FA47-71CA-11E1-9E33-C80AA9429562:1-3:4:9-8888"), kA + ":1-4:9-8888");
  EXPECT_EQ(Canonical(kA + ":7:3-5:1-2:6"), kA + ":1-7");
}

TEST(GtidSet, RefusesWhatIsNone) {
  for (const std::string& text :
       {kA, kA + ":", kA + ":0", kA + ":5-2", kA + ":1-", kA + ":x", std::string("3e11:1"),
        kA + "0:1", kA + ":9223372036854775807", kA + ":1-99999999999999999999"}) {
    EXPECT_FALSE(GtidSet::Parse(text).has_value()) << text;
  }
}

TEST(GtidSet, RangesMergeInWhateverOrderTheyCome) {
  const ServerUuid uuid = *ParseUuid(kA);
  GtidSet set;
  for (const uint64_t n : {9, 1, 5, 7, 3, 2, 8, 6}) set.Add(uuid, n);
  EXPECT_EQ(set.ToString(), kA + ":1-3:5-9");
  set.AddRange(uuid, 2, 20);
  EXPECT_EQ(set.ToString(), kA + ":1-20");
  set.AddRange(uuid, 30, 40);
  set.AddRange(uuid, 22, 28);
  EXPECT_EQ(set.ToString(), kA + ":1-20:22-28:30-40");
}

TEST(GtidSet, ContainsIsPerServerAndPerInterval) {
  const GtidSet set = *GtidSet::Parse(kA + ":1-5:8-9");
  EXPECT_TRUE(set.Contains(*GtidSet::Parse(kA + ":2-4:9")));
  EXPECT_FALSE(set.Contains(*GtidSet::Parse(kA + ":5-8")));
  EXPECT_FALSE(set.Contains(*GtidSet::Parse(kB + ":1")));
  EXPECT_TRUE(set.Contains(GtidSet()));
  EXPECT_FALSE(GtidSet().Contains(set));
}

TEST(GtidSet, TheBinaryFormIsReadBackAndCutsAreRefused) {
  const GtidSet set = *GtidSet::Parse(kA + ":1-5:8," + kB + ":3");
  const std::string bytes = set.Encode();
  EXPECT_EQ(*GtidSet::Decode(bytes), set);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(GtidSet::Decode(bytes.substr(0, size)).has_value()) << size;
  }
}

TEST(GtidSet, ASetOfManyGapsIsReadInReasonableTime) {
  std::string text = kA;
  for (int i = 1; i < 400'000; i += 2) text += ":" + std::to_string(i);
  const auto set = GtidSet::Parse(text);
  ASSERT_TRUE(set.has_value());
  EXPECT_EQ(set->ToString(), text);
}

TEST(LogPosition, IsOrderedByFileOffsetEventsRows) {
  const auto at = [](std::string file, uint64_t offset, uint64_t events, uint64_t rows) {
    LogPosition position;
    position.file = std::move(file);
    position.tx_offset = offset;
    position.events = events;
    position.rows = rows;
    return position;
  };
  const std::vector<LogPosition> ordered = {at("b.999999", 9, 0, 0),  at("b.1000000", 4, 0, 0),
                                            at("b.1000000", 5, 0, 0), at("b.1000000", 5, 0, 1),
                                            at("b.1000000", 5, 1, 0), at("c.1000001", 4, 0, 0)};
  for (size_t i = 0; i < ordered.size(); ++i) {
    for (size_t j = 0; j < ordered.size(); ++j) {
      EXPECT_EQ(Compare(ordered[i], ordered[j]), i <=> j) << i << " " << j;
    }
  }
}

}  // namespace
}  // namespace sluice::mysql
