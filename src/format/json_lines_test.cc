// SPDX-License-Identifier: Apache-2.0
#include "format/json_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace sluice {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

SchemaRef Table(std::vector<ColumnInfo> columns) {
  auto schema = std::make_shared<Schema>();
  schema->path = {"", "", "t"};
  schema->columns = std::move(columns);
  return schema;
}

struct Outcome {
  std::vector<std::string> rows;
  std::string wrong;
};

Outcome Decode(std::string_view text, const std::vector<ColumnInfo>& columns) {
  const SchemaRef schema = Table(columns);
  RowLayout layout{.schema = schema, .fields = {}, .column_of = {}, .constants = {}};
  for (size_t i = 0; i < columns.size(); ++i) {
    layout.fields.push_back(columns[i].name);
    layout.column_of.push_back(static_cast<int>(i));
  }
  JsonDecoder decoder("f", layout, "\n");
  ChunkBuilder rows(schema);
  Outcome out;
  const auto taken = decoder.Decode(text, true, rows);
  if (!taken) out.wrong = taken.error().message();
  if (rows.empty()) return out;
  const ChunkPtr chunk = rows.Finish(0);
  for (uint32_t row = 0; row < chunk->rows(); ++row) {
    std::string line;
    for (size_t i = 0; i < chunk->column_count(); ++i) {
      line += (i == 0 ? "" : "|") + ValueText(chunk->column(i), row);
    }
    out.rows.push_back(line);
  }
  return out;
}

ColumnInfo Column(std::string name, Type type) {
  return {.name = std::move(name), .type = type};
}

TEST(JsonLines, NumbersKeepTheDigitsThatWereWritten) {
  EXPECT_THAT(Decode(R"({"d":12345678901234567890123.45,"t":1.50,"i":7.9})"
                     "\n"
                     R"({"d":"0.1","t":1e3,"i":"7"})",
                     {Column("d", Decimal(30, 2)), Column("t", Of(TypeKind::kString)),
                      Column("i", Of(TypeKind::kInt))})
                  .rows,
              ElementsAre("12345678901234567890123.45|1.50|7", "0.10|1e3|7"));
}

TEST(JsonLines, TextsTakeAnyValue) {
  const std::vector<ColumnInfo> text = {Column("a", Of(TypeKind::kString))};
  EXPECT_THAT(
      Decode("{\"a\":{\"k\":[1,true,\"x\\\"y\"],\"l\":{}}}\n{\"a\":false}\n{\"a\":[]}", text).rows,
      ElementsAre(R"({"k":[1,true,"x\"y"],"l":{}})", "false", "[]"));
}

TEST(JsonLines, BooleansAreTrueInAnyCaseAndAllElseIsFalse) {
  std::string lines;
  for (const char* value : {"true", "false", R"("TRUE")", R"(" True\t")", R"("false")", R"("yes")",
                            R"("")", R"("true x")"}) {
    lines += std::string("{\"b\":") + value + "}\n";
  }
  EXPECT_THAT(Decode(lines, {Column("b", Of(TypeKind::kBoolean))}).rows,
              ElementsAre("true", "false", "true", "true", "false", "false", "false", "false"));
}

TEST(JsonLines, KeysMayBeMissingDoubledOrUnknown) {
  const std::vector<ColumnInfo> two = {Column("a", Of(TypeKind::kInt)),
                                       Column("b", Of(TypeKind::kString))};
  EXPECT_THAT(Decode("{\"x\":{\"a\":9},\"a\":1}\n\n{\"a\":1,\"a\":2,\"b\":null}\n", two).rows,
              ElementsAre("1|null", "2|null"));
}

TEST(JsonLines, AListOfRowsIsRows) {
  EXPECT_THAT(Decode("[{\"a\":1},{\"a\":2}]\n", {Column("a", Of(TypeKind::kInt))}).rows,
              ElementsAre("1", "2"));
}

TEST(JsonLines, DatesAndTimesInTheUsualWays) {
  const std::vector<ColumnInfo> columns = {Column("d", Of(TypeKind::kDate)),
                                           Column("t", {TypeKind::kTimestamp, 0, 6})};
  EXPECT_THAT(
      Decode(R"({"d":"2024-02-29","t":"2024-02-29T23:59:59.5"})"
             "\n"
             R"({"d":"2024/02/29","t":"2024-02-29 23:59:59"})"
             "\n"
             R"({"d":"20240229","t":"20240229235959"})",
             columns)
          .rows,
      ElementsAre("2024-02-29|2024-02-29 23:59:59.500000", "2024-02-29|2024-02-29 23:59:59.000000",
                  "2024-02-29|2024-02-29 23:59:59.000000"));
  EXPECT_THAT(Decode(R"({"t":"2024-02-29T23:59:59.123Z"})"
                     "\n"
                     R"({"t":"2024-02-29T23:59:59Z"})",
                     columns)
                  .rows,
              ElementsAre("null|2024-02-29 23:59:59.123000", "null|2024-02-29 23:59:59.000000"));
  EXPECT_THAT(Decode(R"({"t":"2024-02-29T23:59:59.Z"})", columns).wrong, HasSubstr("where a time"));
  EXPECT_THAT(Decode(R"({"t":"2024-02-29T23:59:59.1Zx"})", columns).wrong,
              HasSubstr("where a time"));
  EXPECT_THAT(Decode(R"({"d":"2023-02-29"})", columns).wrong,
              HasSubstr("f:1: column 'd': '2023-02-29', where a date"));
}

TEST(JsonLines, MistakesNameTheirLine) {
  const std::vector<ColumnInfo> number = {
      {.name = "a", .type = Of(TypeKind::kTinyInt), .nullable = false}};
  EXPECT_THAT(Decode("{\"a\":1}\n{\"a\":300}\n", number).wrong,
              HasSubstr("f:2: column 'a': '300', where a whole number from -128 to 127"));
  EXPECT_THAT(Decode("{\"a\":1}\n\n{\"a\":}\n", number).wrong, HasSubstr("f:3: byte"));
  EXPECT_THAT(Decode("{}\n", number).wrong, HasSubstr("null or missing"));
  EXPECT_THAT(Decode("7\n", number).wrong, HasSubstr("a value outside of an object"));
  EXPECT_THAT(Decode("{\"a\":[1]}\n", number).wrong, HasSubstr("not an object or list"));
  EXPECT_THAT(Decode("{\"a\":1", number).wrong, HasSubstr("f:1: byte"));
}

TEST(JsonLines, WhatIsWrittenIsReadAgain) {
  const std::vector<ColumnInfo> columns = {Column("text", Of(TypeKind::kString)),
                                           Column("raw", Of(TypeKind::kBytes)),
                                           Column("d", Decimal(38, 4)),
                                           Column("t", {TypeKind::kTime, 0, 6}),
                                           Column("at", {TypeKind::kTimestamp, 0, 6}),
                                           Column("f", Of(TypeKind::kDouble))};
  const SchemaRef schema = Table(columns);
  ChunkBuilder rows(schema);
  const auto add = [&](std::string_view text, std::string_view raw, Int128 d, int64_t t, int64_t at,
                       double f) {
    rows.column(0).AppendText(text);
    rows.column(1).AppendText(raw);
    rows.column(2).Append(d);
    rows.column(3).Append(t);
    rows.column(4).Append(at);
    rows.column(5).Append(f);
    rows.EndRow(RowKind::kInsert);
  };
  add("\"\\\n\t\x01 名😀", std::string_view("\0\xff", 2), -1, -3'600'000'001, -1, 0.1);
  add("", "", Int128{1'000'000'000'000'000'000} * 1'000'000'000, 0, 0, -1e308);
  add("", "", 0, 0, 0, -HUGE_VAL);
  add("", "", 0, 0, 0, std::nan(""));
  for (size_t i = 0; i < columns.size(); ++i) rows.column(i).AppendNull();
  rows.EndRow(RowKind::kInsert);
  const ChunkPtr chunk = rows.Finish(0);
  std::vector<EncodedColumn> encoded;
  for (uint32_t i = 0; i < columns.size(); ++i) encoded.push_back({i, columns[i].name});
  JsonEncoder encoder(encoded, "\n");
  const uint32_t numbers[] = {0, 1, 2, 3, 4};
  std::string out;
  ASSERT_TRUE(encoder.Append(*chunk, numbers, out).ok());
  EXPECT_THAT(out, testing::EndsWith("\"f\":null}"));
  EXPECT_THAT(out, HasSubstr("\"f\":\"-Infinity\"}"));
  EXPECT_THAT(out, HasSubstr("\"f\":\"NaN\"}"));
  std::vector<std::string> expected;
  for (uint32_t row = 0; row < chunk->rows(); ++row) {
    std::string line;
    for (size_t i = 0; i < columns.size(); ++i) {
      line += (i == 0 ? "" : "|") + ValueText(chunk->column(i), row);
    }
    expected.push_back(line);
  }
  EXPECT_EQ(Decode(out, columns).rows, expected);
}

}  // namespace
}  // namespace sluice
