// SPDX-License-Identifier: Apache-2.0
#include "data/text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "data/chunk.h"

namespace sluice {
namespace {

std::string Date(int32_t days) {
  std::string out;
  AppendDate(days, out);
  return out;
}
std::string Time(int64_t micros, int scale) {
  std::string out;
  AppendTime(micros, scale, out);
  return out;
}
std::string Timestamp(int64_t micros, int scale) {
  std::string out;
  AppendTimestamp(micros, scale, out);
  return out;
}
std::string DecimalText(Int128 unscaled, int scale) {
  std::string out;
  AppendDecimal(unscaled, scale, out);
  return out;
}
// Parsed and printed again.
std::string Again(std::string_view text, int scale) {
  Int128 value = 0;
  return ParseDecimal(text, scale, value) ? DecimalText(value, scale) : "no";
}

TEST(Dates, AreThoseOfTheGregorianCalendar) {
  EXPECT_EQ(Date(0), "1970-01-01");
  EXPECT_EQ(Date(-1), "1969-12-31");
  EXPECT_EQ(Date(DaysFromCivil(2024, 2, 29)), "2024-02-29");
  EXPECT_EQ(Date(DaysFromCivil(1900, 2, 28) + 1), "1900-03-01");
  EXPECT_EQ(Date(DaysFromCivil(2000, 2, 28) + 1), "2000-02-29");
  EXPECT_EQ(Date(DaysFromCivil(0, 1, 1)), "0000-01-01");
  EXPECT_EQ(Date(DaysFromCivil(9999, 12, 31)), "9999-12-31");
}

TEST(Dates, ThereAndBackOverEveryDayOfTheYears0To9999) {
  Civil before{-1, 12, 31};
  for (int32_t day = DaysFromCivil(0, 1, 1); day <= DaysFromCivil(9999, 12, 31); ++day) {
    const Civil civil = CivilFromDays(day);
    ASSERT_EQ(DaysFromCivil(civil.year, civil.month, civil.day), day);
    const bool next = civil.year == before.year && civil.month == before.month
                          ? civil.day == before.day + 1
                          : civil.day == 1 && before.day >= 28;
    ASSERT_TRUE(next) << day;
    before = civil;
  }
}

TEST(Times, MayBeNegativeAndLongerThanADay) {
  constexpr int64_t kSecond = 1'000'000;
  EXPECT_EQ(Time(0, 0), "00:00:00");
  EXPECT_EQ(Time(86'399 * kSecond + 999'999, 0), "23:59:59");
  EXPECT_EQ(Time(86'399 * kSecond + 999'999, 3), "23:59:59.999");
  EXPECT_EQ(Time(1, 6), "00:00:00.000001");
  EXPECT_EQ(Time(-1, 6), "-00:00:00.000001");
  EXPECT_EQ(Time((838 * 3600 + 59 * 60 + 59) * kSecond, 0), "838:59:59");
  EXPECT_EQ(Time(-(838 * 3600 + 59 * 60 + 59) * kSecond, 0), "-838:59:59");
}

TEST(Timestamps, BeforeTheEpochCountForwardsWithinTheDay) {
  EXPECT_EQ(Timestamp(0, 0), "1970-01-01 00:00:00");
  EXPECT_EQ(Timestamp(-1, 6), "1969-12-31 23:59:59.999999");
  EXPECT_EQ(Timestamp(int64_t{DaysFromCivil(9999, 12, 31)} * 86'400'000'000 + 86'399'999'999, 6),
            "9999-12-31 23:59:59.999999");
  EXPECT_EQ(Timestamp(int64_t{DaysFromCivil(0, 1, 1)} * 86'400'000'000, 0), "0000-01-01 00:00:00");
}

TEST(Decimals, KeepAllTheirPlaces) {
  EXPECT_EQ(DecimalText(-12340, 3), "-12.340");
  EXPECT_EQ(DecimalText(5, 3), "0.005");
  EXPECT_EQ(DecimalText(-5, 0), "-5");
  EXPECT_EQ(DecimalText(0, 0), "0");
  EXPECT_EQ(DecimalText(0, 2), "0.00");
}

TEST(Decimals, OfThirtyEightDigitsReadBackAsTheyWere) {
  const std::string nines(38, '9');
  EXPECT_EQ(Again(nines, 0), nines);
  EXPECT_EQ(Again("-" + nines, 0), "-" + nines);
  EXPECT_EQ(Again("0." + nines, 38), "0." + nines);
  EXPECT_EQ(Again("1" + nines, 0), "no");
  EXPECT_EQ(Again(nines, 1), "no");
}

TEST(Decimals, AreReadWithoutLosingDigits) {
  EXPECT_EQ(Again("1.5", 3), "1.500");
  EXPECT_EQ(Again("1.500", 1), "1.5");
  EXPECT_EQ(Again("1.501", 1), "no");
  EXPECT_EQ(Again("+7", 0), "7");
  EXPECT_EQ(Again("-0.0", 1), "0.0");
  EXPECT_EQ(Again(".5", 1), "0.5");
  EXPECT_EQ(Again("5.", 1), "5.0");
  EXPECT_EQ(Again("000000000000000000000000000000000000000000001", 0), "1");
  for (const char* text : {"", ".", "-", "+.", "1.2.3", "1e3", " 1", "1,0", "--1"}) {
    EXPECT_EQ(Again(text, 2), "no") << text;
  }
}

TEST(Reals, AreTheShortestTextThatReadsBack) {
  const auto text = [](double value) {
    std::string out;
    AppendDouble(value, out);
    return out;
  };
  EXPECT_EQ(text(0.1), "0.1");
  EXPECT_EQ(text(-0.0), "-0");
  for (const double value : {1.0 / 3, 1e300, 5e-324, std::numeric_limits<double>::max()}) {
    EXPECT_EQ(std::strtod(text(value).c_str(), nullptr), value);
  }
  std::string single;
  AppendFloat(0.1F, single);
  EXPECT_EQ(single, "0.1");
}

TEST(ValueText, OfEveryType) {
  const auto one = [](Type type, auto value) {
    Column column(type);
    column.Append(value);
    return ValueText(column, 0);
  };
  EXPECT_EQ(one(Of(TypeKind::kBoolean), uint8_t{1}), "true");
  EXPECT_EQ(one(Of(TypeKind::kTinyInt), int8_t{-128}), "-128");
  EXPECT_EQ(one(Of(TypeKind::kSmallInt), int16_t{-32768}), "-32768");
  EXPECT_EQ(one(Of(TypeKind::kInt), std::numeric_limits<int32_t>::min()), "-2147483648");
  EXPECT_EQ(one(Of(TypeKind::kBigInt), std::numeric_limits<int64_t>::min()),
            "-9223372036854775808");
  EXPECT_EQ(one(Of(TypeKind::kFloat), 1.5F), "1.5");
  EXPECT_EQ(one(Of(TypeKind::kDouble), 1e21), "1e+21");
  EXPECT_EQ(one(Decimal(5, 2), Int128{-1}), "-0.01");
  EXPECT_EQ(one(Of(TypeKind::kDate), int32_t{0}), "1970-01-01");
  EXPECT_EQ(one({TypeKind::kTime, 0, 2}, int64_t{10'000}), "00:00:00.01");
  EXPECT_EQ(one({TypeKind::kTimestamp, 0, 3}, int64_t{1'000}), "1970-01-01 00:00:00.001");
  Column bytes(Of(TypeKind::kBytes));
  bytes.AppendText(std::string_view("\0\xff", 2));
  bytes.AppendNull();
  EXPECT_EQ(ValueText(bytes, 0) + ValueText(bytes, 1), "00ffnull");
}

}  // namespace
}  // namespace sluice
