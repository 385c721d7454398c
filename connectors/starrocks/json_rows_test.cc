// SPDX-License-Identifier: Apache-2.0
#include "starrocks/json_rows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace sluice::starrocks {
namespace {

using Json = nlohmann::json;

// One row of one column "c".
template <typename Fill>
std::string Row(Type type, Fill fill, bool nested = false) {
  auto schema = std::make_shared<Schema>();
  schema->columns = {{"c", type}};
  ChunkBuilder builder(schema);
  fill(builder.column(0));
  builder.EndRow(RowKind::kInsert);
  std::string out;
  JsonRows({"c"}, false, {nested}).Append(*builder.Finish(0), 0, out);
  return out;
}

template <typename T>
std::string Fixed(Type type, T value) {
  return Row(type, [&](Column& column) { column.Append(value); });
}

std::string Text(std::string_view text, TypeKind kind = TypeKind::kString, bool nested = false) {
  return Row(Of(kind), [&](Column& column) { column.AppendText(text); }, nested);
}

TEST(JsonRowsTest, WholeNumbersAreNumbersToTheirLimits) {
  EXPECT_EQ(Fixed<int8_t>(Of(TypeKind::kTinyInt), -128), R"({"c":-128})");
  EXPECT_EQ(Fixed<int16_t>(Of(TypeKind::kSmallInt), 32767), R"({"c":32767})");
  EXPECT_EQ(Fixed(Of(TypeKind::kInt), std::numeric_limits<int32_t>::min()), R"({"c":-2147483648})");
  EXPECT_EQ(Fixed(Of(TypeKind::kBigInt), std::numeric_limits<int64_t>::min()),
            R"({"c":-9223372036854775808})");
  EXPECT_EQ(Fixed<uint8_t>(Of(TypeKind::kBoolean), 1), R"({"c":true})");
  EXPECT_EQ(Fixed<uint8_t>(Of(TypeKind::kBoolean), 0), R"({"c":false})");
}

TEST(JsonRowsTest, DecimalsAreTextOfAllTheirDigits) {
  EXPECT_EQ(Fixed(Decimal(20, 0), static_cast<Int128>(~uint64_t{0})),
            R"({"c":"18446744073709551615"})");
  Int128 most = 0;
  for (int i = 0; i < 38; ++i) most = most * 10 + 9;
  EXPECT_EQ(Fixed(Decimal(38, 0), most), R"({"c":"99999999999999999999999999999999999999"})");
  EXPECT_EQ(Fixed(Decimal(38, 38), -most), R"({"c":"-0.99999999999999999999999999999999999999"})");
  EXPECT_EQ(Fixed(Decimal(10, 2), Int128{-5}), R"({"c":"-0.05"})");
}

TEST(JsonRowsTest, RealNumbersReadBackAsTheyWere) {
  for (const double value : {0.1, -0.0, 1e300, 5e-324, 1.7976931348623157e308, 12345678.9}) {
    const std::string row = Fixed(Of(TypeKind::kDouble), value);
    EXPECT_EQ(Json::parse(row)["c"].get<double>(), value) << row;
  }
  for (const float value : {0.1F, 3.4028235e38F, 1e-45F}) {
    const std::string row = Fixed(Of(TypeKind::kFloat), value);
    EXPECT_EQ(Json::parse(row)["c"].get<float>(), value) << row;
  }
}

TEST(JsonRowsTest, WhatIsNoNumberIsNull) {
  for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    EXPECT_EQ(Fixed(Of(TypeKind::kDouble), value), R"({"c":null})");
    EXPECT_EQ(Fixed(Of(TypeKind::kFloat), static_cast<float>(value)), R"({"c":null})");
  }
}

TEST(JsonRowsTest, TimesAreTextWithTheirFraction) {
  EXPECT_EQ(Fixed<int32_t>(Of(TypeKind::kDate), 19782), R"({"c":"2024-02-29"})");
  EXPECT_EQ(Fixed<int64_t>({TypeKind::kTimestamp, 0, 6}, 1'709'251'199'999'999),
            R"({"c":"2024-02-29 23:59:59.999999"})");
  EXPECT_EQ(Fixed<int64_t>({TypeKind::kTimestamp, 0, 0}, 0), R"({"c":"1970-01-01 00:00:00"})");
  EXPECT_EQ(Fixed<int64_t>({TypeKind::kTime, 0, 0}, -3'020'399'000'000), R"({"c":"-838:59:59"})");
}

TEST(JsonRowsTest, BytesAreBase64) {
  EXPECT_EQ(Text("", TypeKind::kBytes), R"({"c":""})");
  EXPECT_EQ(Text("f", TypeKind::kBytes), R"({"c":"Zg=="})");
  EXPECT_EQ(Text("fo", TypeKind::kBytes), R"({"c":"Zm8="})");
  EXPECT_EQ(Text("foo", TypeKind::kBytes), R"({"c":"Zm9v"})");
  EXPECT_EQ(Text(std::string_view("\x00\xff\xfe", 3), TypeKind::kBytes), R"({"c":"AP/+"})");
}

TEST(JsonRowsTest, EveryControlCharacterIsEscaped) {
  EXPECT_EQ(Text("a\"b\\c/\n\r\t"), R"({"c":"a\"b\\c/\n\r\t"})");
  EXPECT_EQ(Text(std::string_view("\0\x01\x1f\x7f", 4)), "{\"c\":\"\\u0000\\u0001\\u001f\x7f\"}");
}

TEST(JsonRowsTest, AnyTextReadsBackAsItWas) {
  std::string all;
  for (int c = 0; c < 0x80; ++c) all += static_cast<char>(c);
  for (const std::string& text :
       {std::string(), all, all + all, std::string("\u00e4\u4e2d\U0001f600"),
        std::string("\xe2\x80\xa8\xef\xbf\xbf"), std::string(100'000, '"')}) {
    EXPECT_EQ(Json::parse(Text(text))["c"].get<std::string>(), text);
  }
}

TEST(JsonRowsTest, JsonColumnsStayJsonAndTextColumnsBecomeText) {
  EXPECT_EQ(Text(R"({"a":[1,"x"]})", TypeKind::kString, true), R"({"c":{"a":[1,"x"]}})");
  EXPECT_EQ(Text(R"({"a":1})"), R"({"c":"{\"a\":1}"})");
  EXPECT_EQ(Row(
                Of(TypeKind::kString), [](Column& column) { column.AppendNull(); }, true),
            R"({"c":null})");
}

TEST(JsonRowsTest, KindsOfRowsBecomeOperations) {
  auto schema = std::make_shared<Schema>();
  schema->columns = {{"say \"a\"", Of(TypeKind::kInt)}, {"b", Of(TypeKind::kString)}};
  ChunkBuilder builder(schema);
  for (const RowKind kind :
       {RowKind::kInsert, RowKind::kUpdateBefore, RowKind::kUpdateAfter, RowKind::kDelete}) {
    builder.column(0).Append<int32_t>(static_cast<int32_t>(kind));
    builder.column(1).AppendNull();
    builder.EndRow(kind);
  }
  const ChunkPtr chunk = builder.Finish(0);
  const std::vector<std::string> names{"say \"a\"", "B"};
  std::string with;
  std::string without;
  for (uint32_t row = 0; row < 4; ++row) {
    JsonRows(names, true, {}).Append(*chunk, row, with);
    JsonRows(names, false, {}).Append(*chunk, row, without);
  }
  EXPECT_EQ(with, R"({"say \"a\"":0,"B":null,"__op":0}{"say \"a\"":1,"B":null,"__op":1})"
                  R"({"say \"a\"":2,"B":null,"__op":0}{"say \"a\"":3,"B":null,"__op":1})");
  std::string deleted;
  JsonRows(names, true, {}, {"", R"("none")"}).Append(*chunk, 3, deleted);
  EXPECT_EQ(deleted, R"({"say \"a\"":3,"B":"none","__op":1})");
  EXPECT_EQ(without, R"({"say \"a\"":0,"B":null}{"say \"a\"":1,"B":null})"
                     R"({"say \"a\"":2,"B":null}{"say \"a\"":3,"B":null})");
}

}  // namespace
}  // namespace sluice::starrocks
