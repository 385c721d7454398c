// SPDX-License-Identifier: Apache-2.0
#include "base/local_zone.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace sluice {
namespace {

LocalZone Zone(const char* name) {
  ::setenv("TZ", name, 1);
  const LocalZone zone;
  ::unsetenv("TZ");
  return zone;
}

// Of digits as UTC has them.
int64_t At(int year, int month, int day, int hour, int minute = 0, int second = 0) {
  tm parts{};
  parts.tm_year = year - 1900;
  parts.tm_mon = month - 1;
  parts.tm_mday = day;
  parts.tm_hour = hour;
  parts.tm_min = minute;
  parts.tm_sec = second;
  return int64_t{::timegm(&parts)} * 1'000'000;
}

TEST(LocalZone, OfUtcChangesNothing) {
  const LocalZone zone = Zone("UTC");
  for (const int64_t at : {At(1, 1, 1, 0), At(1970, 1, 1, 0) - 1, At(2024, 7, 1, 12) + 5,
                           At(9999, 12, 31, 23, 59, 59)}) {
    EXPECT_EQ(zone.ToLocal(at), at);
    EXPECT_EQ(zone.ToUtc(at), at);
  }
}

TEST(LocalZone, EastOfUtcClocksAreAhead) {
  const LocalZone zone = Zone("Asia/Shanghai");
  EXPECT_EQ(zone.ToLocal(At(2024, 2, 29, 20) + 123), At(2024, 3, 1, 4) + 123);
  EXPECT_EQ(zone.ToUtc(At(2024, 3, 1, 4) + 123), At(2024, 2, 29, 20) + 123);
  EXPECT_EQ(zone.ToLocal(-1), At(1970, 1, 1, 8) - 1);
  EXPECT_EQ(zone.ToUtc(At(9999, 12, 31, 23)), At(9999, 12, 31, 15));
  EXPECT_EQ(zone.ToLocal(At(1988, 7, 1, 0)), At(1988, 7, 1, 9)) << "it had summer time then";
  EXPECT_EQ(zone.ToLocal(At(1800, 1, 1, 0)), At(1800, 1, 1, 8, 5, 43)) << "before zones";
}

TEST(LocalZone, ChangesOfClocks) {
  const LocalZone zone = Zone("America/New_York");
  const int64_t forward = At(2024, 3, 10, 7);  // from 02:00 to 03:00
  EXPECT_EQ(zone.ToLocal(forward - 1), At(2024, 3, 10, 2) - 1);
  EXPECT_EQ(zone.ToLocal(forward), At(2024, 3, 10, 3));
  EXPECT_EQ(zone.ToUtc(At(2024, 3, 10, 2) - 1), forward - 1);
  EXPECT_EQ(zone.ToUtc(At(2024, 3, 10, 3)), forward);
  EXPECT_EQ(zone.ToUtc(At(2024, 3, 10, 2, 30)), zone.ToUtc(At(2024, 3, 10, 3, 30)))
      << "a time that never came";
  const int64_t back = At(2024, 11, 3, 6);  // from 02:00 to 01:00
  EXPECT_EQ(zone.ToLocal(back - 1), At(2024, 11, 3, 2) - 1);
  EXPECT_EQ(zone.ToLocal(back), At(2024, 11, 3, 1));
  EXPECT_EQ(zone.ToUtc(At(2024, 11, 3, 1, 30)), At(2024, 11, 3, 5, 30)) << "the first of two";
  EXPECT_EQ(zone.ToUtc(At(2024, 11, 3, 2)), At(2024, 11, 3, 7));
  EXPECT_EQ(zone.ToUtc(At(2024, 11, 3, 1) - 1), At(2024, 11, 3, 5) - 1);
  EXPECT_EQ(zone.ToLocal(At(2150, 7, 1, 12)), At(2150, 7, 1, 8)) << "rules that go on";
}

TEST(LocalZone, ADayThatNeverCame) {
  const LocalZone zone = Zone("Pacific/Apia");  // no 2011-12-30
  EXPECT_EQ(zone.ToUtc(At(2011, 12, 29, 23)), At(2011, 12, 30, 9));
  EXPECT_EQ(zone.ToUtc(At(2011, 12, 31, 0)), At(2011, 12, 30, 10));
  EXPECT_EQ(zone.ToUtc(At(2011, 12, 31, 12)), At(2011, 12, 30, 22));
  EXPECT_EQ(zone.ToUtc(At(2011, 12, 30, 12)), zone.ToUtc(At(2011, 12, 31, 12)));
}

// Every wall time that came is told by the instant it came from.
TEST(LocalZone, GivesBackWhatItWasGivenInEveryZone) {
  for (const char* name :
       {"UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe",
        "Africa/Casablanca", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"}) {
    const LocalZone zone = Zone(name);
    for (int64_t utc = At(1899, 1, 1, 0); utc < At(2101, 1, 1, 0); utc += 12'347'000'001) {
      const int64_t local = zone.ToLocal(utc);
      EXPECT_EQ(zone.ToLocal(zone.ToUtc(local)), local) << name << " " << utc;
      EXPECT_LE(zone.ToUtc(local), utc) << name;
    }
  }
}

}  // namespace
}  // namespace sluice
