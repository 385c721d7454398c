// SPDX-License-Identifier: Apache-2.0
#include "format/time_pattern.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

constexpr int32_t kLeapDay = 19'782;       // 2024-02-29
constexpr int64_t kLate = 86'399'123'456;  // 23:59:59.123456

std::string Written(std::string_view pattern) {
  std::string out;
  TimePattern::Parse(pattern)->Append(kLeapDay, kLate, out);
  return out;
}

struct Moment {
  bool ok = false;
  int32_t days = 0;
  int64_t micros = 0;
};
Moment Read(std::string_view pattern, std::string_view text) {
  Moment out;
  out.ok = TimePattern::Parse(pattern)->Read(text, out.days, out.micros);
  return out;
}

TEST(TimePattern, WritesEveryForm) {
  EXPECT_EQ(Written("yyyy-MM-dd"), "2024-02-29");
  EXPECT_EQ(Written("yyyy.MM.dd"), "2024.02.29");
  EXPECT_EQ(Written("yyyy/MM/dd HH:mm:ss"), "2024/02/29 23:59:59");
  EXPECT_EQ(Written("HH:mm:ss.SSS"), "23:59:59.123");
  EXPECT_EQ(Written("yyyyMMddHHmmss"), "20240229235959");
  EXPECT_EQ(Written("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS"), "2024-02-29T23:59:59.123456000");
}

TEST(TimePattern, ReadsWhatItWrites) {
  for (const char* pattern : {"yyyy-MM-dd HH:mm:ss.SSSSSS", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS"}) {
    const Moment read = Read(pattern, Written(pattern));
    EXPECT_TRUE(read.ok);
    EXPECT_EQ(read.days, kLeapDay);
    EXPECT_EQ(read.micros, kLate);
  }
  EXPECT_EQ(Read("HH:mm:ss", "23:59:59").days, 0);
}

TEST(TimePattern, RefusesOtherFormsAndDaysThatThereAreNot) {
  for (const char* text : {"2023-02-29", "2024-13-01", "2024-00-10", "2024-02-30", "24-02-29",
                           "2024-02-29 ", "2024-2-29", "2024-02-2x", ""}) {
    EXPECT_FALSE(Read("yyyy-MM-dd", text).ok) << text;
  }
  for (const char* text : {"24:00:00", "23:60:00", "23:59:60", "23:59"}) {
    EXPECT_FALSE(Read("HH:mm:ss", text).ok) << text;
  }
}

TEST(TimePattern, KnowsOnlyLettersWithAMeaning) {
  EXPECT_FALSE(TimePattern::Parse("yy-MM-dd"));
  EXPECT_FALSE(TimePattern::Parse("yyyy-MMM-dd"));
  EXPECT_FALSE(TimePattern::Parse("x"));
  EXPECT_FALSE(TimePattern::Parse("SSSSSSSSSS"));
}

}  // namespace
}  // namespace sluice
