// SPDX-License-Identifier: Apache-2.0
#include "mysql/time_zone.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::mysql {
namespace {

using ::testing::HasSubstr;

int At(const std::string& zone, int64_t second) {
  const auto found = FindTimeZone(zone);
  EXPECT_TRUE(found.has_value()) << zone;
  return *found ? (*found)(second) : 0;
}

TEST(TimeZone, OffsetsAreFixed) {
  for (const char* utc : {"", "Z", "UTC", "GMT", "+00:00"}) EXPECT_FALSE(*FindTimeZone(utc)) << utc;
  EXPECT_EQ(At("+08:00", 0), 8 * 3600);
  EXPECT_EQ(At("UTC+8", 0), 8 * 3600);
  EXPECT_EQ(At("GMT-0330", 0), -(3 * 60 + 30) * 60);
}

// The instants are those at which Germany changes its clocks: 2024-03-31 and 2024-10-27, 01:00 UTC.
TEST(TimeZone, NamesFollowTheirRules) {
  EXPECT_EQ(At("Europe/Berlin", 1711846799), 3600);
  EXPECT_EQ(At("Europe/Berlin", 1711846800), 7200);
  EXPECT_EQ(At("Europe/Berlin", 1729990799), 7200);
  EXPECT_EQ(At("Europe/Berlin", 1729990800), 3600);
  EXPECT_EQ(At("Europe/Berlin", (int64_t{1} << 31U) - 1), 3600);
}

// China had summer time from 1986 to 1991 only.
TEST(TimeZone, RulesOfThePastCount) {
  EXPECT_EQ(At("Asia/Shanghai", 0), 8 * 3600);
  EXPECT_EQ(At("Asia/Shanghai", 584000000), 9 * 3600);  // July 1988
  EXPECT_EQ(At("Asia/Shanghai", 1'700'000'000), 8 * 3600);
}

TEST(TimeZone, AnUnknownNameIsToldWithTheNearest) {
  EXPECT_THAT(FindTimeZone("Asia/Shangai").error().message(),
              HasSubstr("did you mean 'Asia/Shanghai'?"));
  EXPECT_THAT(FindTimeZone("+8:99").error().message(), HasSubstr("an offset such as +08:00"));
}

}  // namespace
}  // namespace sluice::mysql
