// SPDX-License-Identifier: Apache-2.0
#include "format/delimited.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

const ColumnInfo kId{.name = "id", .type = Of(TypeKind::kInt)};
const ColumnInfo kName{.name = "name", .type = Of(TypeKind::kString)};

RowLayout Layout(const SchemaRef& schema) {
  RowLayout layout{.schema = schema, .fields = {}, .column_of = {}, .constants = {}};
  for (size_t i = 0; i < schema->columns.size(); ++i) {
    layout.fields.push_back(schema->columns[i].name);
    layout.column_of.push_back(static_cast<int>(i));
  }
  return layout;
}

struct Outcome {
  std::vector<std::string> rows;
  std::string wrong;
};

// The text given in pieces of `step` bytes.
Outcome Decode(std::string_view text, const SchemaRef& schema, const DelimitedStyle& style,
               size_t step) {
  DelimitedDecoder decoder("f", Layout(schema), style);
  ChunkBuilder rows(schema);
  Outcome out;
  std::string held;
  for (size_t at = 0; at <= text.size(); at += step) {
    held += text.substr(at, step);
    const auto taken = decoder.Decode(held, at + step > text.size(), rows);
    if (!taken) {
      out.wrong = taken.error().message();
      break;
    }
    held.erase(0, *taken);
  }
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

// Cut anywhere, it is the same.
Outcome Decode(std::string_view text, const SchemaRef& schema, const DelimitedStyle& style = {}) {
  Outcome whole = Decode(text, schema, style, text.size() + 1);
  for (size_t step = 1; step <= text.size(); ++step) {
    const Outcome pieces = Decode(text, schema, style, step);
    EXPECT_EQ(pieces.rows, whole.rows) << "in pieces of " << step;
    EXPECT_EQ(pieces.wrong, whole.wrong) << "in pieces of " << step;
  }
  return whole;
}

std::string Encode(const std::vector<std::optional<std::string>>& names, DelimitedStyle style,
                   bool header = false) {
  const SchemaRef schema = Table({kName});
  ChunkBuilder rows(schema);
  std::vector<uint32_t> numbers;
  for (const auto& name : names) {
    name ? rows.column(0).AppendText(*name) : rows.column(0).AppendNull();
    rows.EndRow(RowKind::kInsert);
    numbers.push_back(static_cast<uint32_t>(numbers.size()));
  }
  DelimitedEncoder encoder({{0, "name"}}, std::move(style), header);
  std::string out;
  const Status status = encoder.Append(*rows.Finish(0), numbers, out);
  if (!status.ok()) return std::string(status.message());
  EXPECT_TRUE(encoder.Finish(out).ok());
  return out;
}

TEST(Delimited, QuotedFieldsHoldDelimitersQuotesAndLineEnds) {
  EXPECT_THAT(Decode("1,\"a, \"\"b\"\"\nc\"\r\n2,d\n3,\"\"", Table({kId, kName})).rows,
              ElementsAre("1|a, \"b\"\nc", "2|d", "3|"));
}

TEST(Delimited, BlankIsNullUnlessATextIsQuoted) {
  EXPECT_THAT(Decode(",x\n \t,\n\"\",\"\"\n", Table({kId, kName})).rows,
              ElementsAre("null|x", "null|null", "null|"));
}

TEST(Delimited, NullTextIsNullUnlessQuoted) {
  DelimitedStyle style;
  style.values.null_text = "\\N";
  EXPECT_THAT(Decode("\\N,\\N\n1,\"\\N\"\n", Table({kId, kName}), style).rows,
              ElementsAre("null|null", "1|\\N"));
}

TEST(Delimited, EmptyLinesAreRowsOnlyWhereARowCanBeEmpty) {
  EXPECT_THAT(Decode("1,a\n\n2,b\n", Table({kId, kName})).rows, ElementsAre("1|a", "2|b"));
  EXPECT_THAT(Decode("a\n\nb", Table({kName})).rows, ElementsAre("a", "null", "b"));
}

TEST(Delimited, TextHasNoQuotesAndLongDelimiters) {
  DelimitedStyle style;
  style.quotes = false;
  style.field_delimiter = "||";
  style.row_delimiter = "~\n";
  EXPECT_THAT(Decode("1||\"a|~\n2||b\nc~\n", Table({kId, kName}), style).rows,
              ElementsAre("1|\"a|", "2|b\nc"));
}

TEST(Delimited, MistakesNameLineColumnAndWhatIsExpected) {
  const SchemaRef table = Table({kId, kName});
  const Outcome number = Decode("1,a\n\"2\n\",b\nx,c\n", table);
  EXPECT_THAT(number.rows, ElementsAre("1|a", "2|b"));
  EXPECT_EQ(number.wrong,
            "f:4: column 'id': 'x', where a whole number from -2147483648 to 2147483647 is "
            "expected");
  EXPECT_EQ(Decode("1,a\n1,2,3\n", table).wrong, "f:2: 3 fields, where 2 are expected: id, name");
  EXPECT_EQ(Decode("1,\"a\nb", table).wrong, "f:1: the quote before 'a b' is never closed");
  // How much of what follows is shown depends on how much is there.
  EXPECT_THAT(Decode("1,\"a\"b\n2,c\n", table, {}, 100).wrong,
              HasSubstr("after the closing quote of 'a'"));
  EXPECT_THAT(
      Decode("\n", Table({{.name = "id", .type = Of(TypeKind::kInt), .nullable = false}})).wrong,
      HasSubstr("f:1: column 'id': it is empty"));
}

TEST(Delimited, DecimalsMayHaveAnExponentBehindDigits) {
  const SchemaRef table = Table({{.name = "d", .type = Decimal(10, 4)}});
  EXPECT_THAT(Decode("1.5e3\n-1.5E-3\n+1.5e-3\n5.e1\n.5e1\n+.5e+1\n", table).rows,
              ElementsAre("1500.0000", "-0.0015", "0.0015", "50.0000", "5.0000", "5.0000"));
  for (const char* text : {"E12", ".e5", "-e1", "+e1", "-.e1", "e", "1e", "1e+-1", "--1e1", "+-1e1",
                           "-+1e1", "1.2.3e1", "1e-2147483648", "1e99999999999"}) {
    EXPECT_THAT(Decode(std::string(text) + "\n", table).wrong, HasSubstr("where a number of"))
        << text;
  }
}

TEST(Delimited, ALayoutLeavesOutMovesAndAdds) {
  const SchemaRef schema = Table({kName, kId, {.name = "day", .type = Of(TypeKind::kString)}});
  DelimitedDecoder decoder("f",
                           {.schema = schema,
                            .fields = {"id", "other", "name"},
                            .column_of = {1, RowLayout::kLeftOut, 0},
                            .constants = {"2024"}},
                           {});
  decoder.SetLine(7);
  ChunkBuilder rows(schema);
  EXPECT_EQ(*decoder.Decode("1,?,a\n2,", false, rows), 6U);
  EXPECT_EQ(decoder.line(), 8U);
  const ChunkPtr chunk = rows.Finish(0);
  EXPECT_EQ(chunk->column(0).text(0), "a");
  EXPECT_EQ(chunk->column(1).value<int32_t>(0), 1);
  EXPECT_EQ(chunk->column(2).text(0), "2024");
}

TEST(Delimited, AHeaderIsARowOfNames) {
  EXPECT_THAT(SplitHeader("id,\"a, b\",größe", {}), ElementsAre("id", "a, b", "größe"));
}

TEST(Delimited, RowsAreSeparatedNotEnded) {
  EXPECT_EQ(Encode({"a", "b"}, {}), "a\nb");
  EXPECT_EQ(Encode({"a"}, {}, true), "name\na");
  EXPECT_EQ(Encode({"a", std::nullopt}, {}), "a\n\n");  // else the last row would be none
}

TEST(Delimited, QuotesStandWhereTheyMust) {
  EXPECT_EQ(Encode({"a,b", "say \"x\"", " ", "plain"}, {}),
            "\"a,b\"\n\"say \"\"x\"\"\"\n\" \"\nplain");
  EXPECT_EQ(Encode({"plain"}, {.quote_mode = QuoteMode::kAll}), "\"plain\"");
  EXPECT_THAT(Encode({"a,b"}, {.quote_mode = QuoteMode::kNone}),
              HasSubstr("csv_string_quote_mode = MINIMAL"));
  EXPECT_EQ(Encode({" "}, {.quote_mode = QuoteMode::kNone}), " ");
  for (const char* blank : {"\n", " \r ", "\r\n"}) {
    EXPECT_THAT(Encode({blank}, {.quote_mode = QuoteMode::kNone}), HasSubstr("MINIMAL"));
  }
  EXPECT_THAT(Encode({"\t"}, {.field_delimiter = "\t", .quote_mode = QuoteMode::kNone}),
              HasSubstr("MINIMAL"));
  EXPECT_THAT(Encode({"a,b"}, {.quotes = false}), HasSubstr("file_format_type = csv"));
}

TEST(Delimited, WhatIsWrittenIsReadAgain) {
  const std::vector<std::optional<std::string>> names = {
      "", " ", "\"", "\"\"", ",", "\n", "\r\n", "a\"b,c\nd", std::nullopt, "\\N", "x\r", "名"};
  std::vector<std::string> expected;
  for (const auto& name : names) expected.push_back(name.value_or("null"));
  EXPECT_EQ(Decode(Encode(names, {}), Table({kName})).rows, expected);
}

}  // namespace
}  // namespace sluice
