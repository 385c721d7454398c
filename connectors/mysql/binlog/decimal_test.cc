// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/decimal.h"

#include <gtest/gtest.h>

#include "data/text.h"

namespace sluice::mysql {
namespace {

std::string Unpacked(const std::string& bytes, unsigned precision, unsigned scale,
                     unsigned target_scale) {
  Int128 value = 0;
  if (!UnpackDecimal(bytes, precision, scale, target_scale, value)) return "no";
  std::string text;
  AppendDecimal(value, static_cast<int>(target_scale), text);
  return text;
}

std::string Printed(const std::string& bytes, unsigned precision, unsigned scale) {
  std::string text;
  AppendPackedDecimal(bytes, precision, scale, text);
  return text;
}

TEST(PackedDecimal, SizesOfTheManual) {
  EXPECT_EQ(PackedDecimalSize(14, 4), 7U);
  EXPECT_EQ(PackedDecimalSize(9, 0), 4U);
  EXPECT_EQ(PackedDecimalSize(18, 9), 8U);
  EXPECT_EQ(PackedDecimalSize(65, 30), 30U);
  EXPECT_EQ(PackedDecimalSize(1, 1), 1U);
  EXPECT_EQ(PackedDecimalSize(38, 38), 17U);  // MariaDB's longest fraction
  for (const auto& [precision, scale] :
       {std::pair(0U, 0U), std::pair(66U, 0U), std::pair(40U, 39U), std::pair(4U, 5U)}) {
    EXPECT_EQ(PackedDecimalSize(precision, scale), 0U);
  }
}

TEST(PackedDecimal, TheExampleOfTheManual) {
  const std::string positive("\x81\x0d\xfb\x38\xd2\x04\xd2", 7);
  const std::string negative("\x7e\xf2\x04\xc7\x2d\xfb\x2d", 7);
  EXPECT_EQ(Unpacked(positive, 14, 4, 4), "1234567890.1234");
  EXPECT_EQ(Unpacked(negative, 14, 4, 4), "-1234567890.1234");
  EXPECT_EQ(Printed(negative, 14, 4), "-1234567890.1234");
  EXPECT_EQ(Unpacked(positive, 14, 4, 6), "1234567890.123400");
}

TEST(PackedDecimal, AFractionOfAllDigits) {
  std::string value;  // 0.4 and 37 nines
  for (int i = 0; i < 4; ++i) value += std::string("\x3b\x9a\xc9\xff", 4);
  value[0] = static_cast<char>(0x9d);
  value[1] = '\xcd';
  value[2] = '\x64';
  value[3] = '\xff';
  value += '\x63';
  const std::string text = "0.499999999" + std::string(29, '9');
  EXPECT_EQ(Printed(value, 38, 38), text);
  EXPECT_EQ(Unpacked(value, 38, 38, 38), text);
}

TEST(PackedDecimal, DigitsAreNeverLost) {
  const std::string value("\x81\x0d\xfb\x38\xd2\x04\xd2", 7);
  EXPECT_EQ(Unpacked(value, 14, 4, 3), "no");
  // Forty nines do not fit 38 digits.
  std::string wide;
  wide += '\x80' | '\x63';
  for (int i = 0; i < 4; ++i) wide += std::string("\x3b\x9a\xc9\xff", 4);
  wide[0] = static_cast<char>(0x80 | 99);
  EXPECT_EQ(Unpacked(wide, 38, 0, 0), std::string(38, '9'));
  EXPECT_EQ(Unpacked(wide, 38, 0, 1), "no");
}

// Four bytes can hold more than nine digits; a damaged value must not overflow what is computed.
TEST(PackedDecimal, AGroupOfTooManyDigitsIsRefused) {
  EXPECT_EQ(Unpacked(std::string("\xff\xff\xff\xff", 4), 9, 0, 0), "no");
  EXPECT_EQ(Unpacked(std::string("\xbb\x9a\xca\x00", 4), 9, 0, 0), "no");  // 1,000,000,000
  EXPECT_EQ(Unpacked(std::string("\xbb\x9a\xc9\xff", 4), 9, 0, 0), "999999999");
  EXPECT_EQ(Unpacked("\xff", 2, 0, 0), "no");
}

}  // namespace
}  // namespace sluice::mysql
