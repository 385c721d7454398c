// SPDX-License-Identifier: Apache-2.0
// Values that Arrow has and columns have not; what both have is in parquet_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "format/arrow_arrays.h"

namespace sluice {
namespace {

using testing::HasSubstr;

// The values of one column of this format, in `buffers` as Arrow has them; as text, or the error.
std::string Imported(const char* format, int64_t rows, std::vector<const void*> buffers,
                     const LocalZone& zone = LocalZone::OfProcess()) {
  const ArrowSchema type{.format = format, .name = "c"};
  ArrowArray array{.length = rows, .n_buffers = static_cast<int64_t>(buffers.size())};
  buffers.insert(buffers.begin(), nullptr);
  array.buffers = buffers.data();
  Column column(ImportColumn(type)->type);
  const Status status = ImportValues(type, array, 0, rows, zone, column);
  if (!status.ok()) return std::string(status.message());
  std::string out;
  for (uint32_t row = 0; row < column.rows(); ++row) out += ValueText(column, row) + "|";
  return out;
}

template <typename T>
std::string Imported(const char* format, const std::vector<T>& values) {
  return Imported(format, static_cast<int64_t>(values.size()), {values.data()});
}

TEST(ArrowImport, DatesAndTimesEndWithTheYear9999) {
  constexpr int64_t kSecond = -62'167'219'200;  // 0000-01-01 00:00:00
  constexpr int64_t kEnd = 253'402'300'800;     // 10000-01-01 00:00:00
  EXPECT_EQ(Imported<int32_t>("tdD", {-719'528, 2'932'896}), "0000-01-01|9999-12-31|");
  EXPECT_EQ(Imported<int32_t>("tdD", {0, 2'932'897}),
            "column 'c': 2932897 days from 1970-01-01 on are outside of the years 0000 to 9999");
  EXPECT_THAT(Imported<int32_t>("tdD", {-719'529}), HasSubstr("'c': -719529 days"));
  EXPECT_THAT(Imported<int64_t>("tdm", {kEnd * 1000}), HasSubstr("253402300800000 milliseconds"));
  EXPECT_EQ(Imported<int64_t>("tss:", {kSecond, kEnd - 1}),
            "0000-01-01 00:00:00|9999-12-31 23:59:59|");
  EXPECT_THAT(Imported<int64_t>("tss:", {kEnd}), HasSubstr("253402300800 seconds"));
  EXPECT_THAT(Imported<int64_t>("tss:", {kSecond - 1}), HasSubstr("-62167219201 seconds"));
  EXPECT_THAT(Imported<int64_t>("tss:", {INT64_MAX}), HasSubstr("9223372036854775807 seconds"));
  EXPECT_THAT(Imported<int64_t>("tsm:", {INT64_MIN}), HasSubstr("-9223372036854775808 milli"));
  EXPECT_THAT(Imported<int64_t>("tsu:", {kEnd * 1'000'000}), HasSubstr("microseconds"));
  EXPECT_EQ(Imported<int64_t>("tsn:", {-1}), "1969-12-31 23:59:59.999999|");
}

TEST(ArrowImport, InstantsAreReadAsWallTimesOfTheZone) {
  ::setenv("TZ", "Asia/Shanghai", 1);
  const LocalZone zone;
  ::unsetenv("TZ");
  const std::vector<int64_t> noon = {1'709'208'000};  // 2024-02-29 12:00:00 UTC
  EXPECT_EQ(Imported("tss:", 1, {noon.data()}, zone), "2024-02-29 12:00:00|");
  EXPECT_EQ(Imported("tss:UTC", 1, {noon.data()}, zone), "2024-02-29 20:00:00|");
  EXPECT_EQ(Imported("tss:Europe/Paris", 1, {noon.data()}, zone), "2024-02-29 20:00:00|")
      << "the zone of a column is for people";
  // Years are those of the wall times.
  const std::vector<int64_t> end = {253'402'300'800 - 8 * 3600};
  EXPECT_THAT(Imported("tss:UTC", 1, {end.data()}, zone), HasSubstr("'c': 253402272000 seconds"));
  const std::vector<int64_t> before = {end[0] - 1};
  EXPECT_EQ(Imported("tss:UTC", 1, {before.data()}, zone), "9999-12-31 23:59:59|");
  const std::vector<int64_t> first = {-62'167'219'200 - 8 * 3600};
  EXPECT_EQ(Imported("tss:UTC", 1, {first.data()}, zone), "0000-01-01 00:05:43|");
  const std::vector<int64_t> most = {INT64_MAX / 1'000'000};
  EXPECT_THAT(Imported("tss:UTC", 1, {most.data()}, zone), HasSubstr("outside of the years"));
}

TEST(ArrowImport, TextsThatAColumnCannotHoldAreRefused) {
  const std::vector<int64_t> offsets = {0, 1, int64_t{1} << 31};
  // The bytes of the second are not read: that they are too many is seen first.
  EXPECT_EQ(Imported("U", 2, {offsets.data(), "a"}),
            "column 'c': a value of 2 GiB or more, which is not read");
  EXPECT_EQ(Imported("U", 1, {offsets.data(), "a"}), "a|");
}

TEST(ArrowImport, TextIsCountedOfRowsAndOfDictionaries) {
  const std::vector<int32_t> offsets = {0, 3, 3, 10};
  std::vector<const void*> texts = {nullptr, offsets.data(), "aaabbbbbbb"};
  ArrowArray array{.length = 3, .n_buffers = 3, .buffers = texts.data()};
  ArrowSchema type{.format = "u", .name = "c"};
  EXPECT_EQ(TextBytes(type, array, 0, 3), 10U);
  EXPECT_EQ(TextBytes(type, array, 1, 2), 0U);

  const std::vector<int8_t> indexes = {2, 0, 2, 9};
  std::vector<const void*> places = {nullptr, indexes.data()};
  ArrowArray coded{.length = 4, .n_buffers = 2, .buffers = places.data(), .dictionary = &array};
  const ArrowSchema code{.format = "c", .name = "c", .dictionary = &type};
  EXPECT_EQ(TextBytes(code, coded, 0, 3), 17U);
  EXPECT_EQ(TextBytes(code, coded, 3, 4), 0U) << "which its dictionary has not";

  const std::vector<int64_t> numbers = {1, 2};
  std::vector<const void*> plain = {nullptr, numbers.data()};
  const ArrowArray longs{.length = 2, .n_buffers = 2, .buffers = plain.data()};
  EXPECT_EQ(TextBytes({.format = "l", .name = "c"}, longs, 0, 2), 0U);
}

}  // namespace
}  // namespace sluice
