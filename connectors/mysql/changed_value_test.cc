// SPDX-License-Identifier: Apache-2.0
#include "mysql/changed_value.h"

#include <gtest/gtest.h>

#include "data/chunk.h"

namespace sluice::mysql {
namespace {

ColumnDef Column(const std::string& type, bool nullable = true) {
  ColumnFacts facts{.name = "c", .column_type = type, .nullable = nullable};
  facts.data_type = type.substr(0, type.find_first_of("( "));
  const bool text = facts.data_type == "varchar" || facts.data_type == "enum" ||
                    facts.data_type == "set" || facts.data_type == "text";
  if (text) facts.charset = "utf8mb4";
  if (facts.data_type == "varchar") facts.octet_length = 4 * std::stoul(type.substr(8));
  if (facts.data_type == "decimal") {
    facts.precision = std::stoul(type.substr(8));
    facts.scale = std::stoul(type.substr(type.find(',') + 1));
  }
  if (facts.data_type == "bit") facts.precision = std::stoul(type.substr(4));
  if (facts.data_type == "datetime" || facts.data_type == "time") {
    const size_t open = type.find('(');
    facts.datetime_precision = open == std::string::npos ? 0 : std::stoul(type.substr(open + 1));
  }
  return *MakeColumn(facts, {});
}

// What a column of the type holds of what the server answers; "-" where it does not fit.
std::string Held(const std::string& type, std::optional<std::string_view> text,
                 bool nullable = true) {
  const ColumnDef def = Column(type, nullable);
  sluice::Column out(def.info.type);
  return AppendFitting(def, text, out) ? ValueText(out, 0) : "-";
}

TEST(ChangedValue, NumbersFitWithoutLoss) {
  EXPECT_EQ(Held("int", "2147483647"), "2147483647");
  EXPECT_EQ(Held("int", "2147483648"), "-");
  EXPECT_EQ(Held("int", "1.5"), "-");
  EXPECT_EQ(Held("tinyint(1)", "5"), "true");
  EXPECT_EQ(Held("tinyint(1)", "500"), "-");
  EXPECT_EQ(Held("bit(1)", std::string_view("\1", 1)), "true");
  EXPECT_EQ(Held("bit(1)", std::string_view("\0\2", 2)), "-");
  EXPECT_EQ(Held("decimal(5,2)", "-0123.4500"), "-123.45");
  EXPECT_EQ(Held("decimal(5,2)", "1234.5"), "-");
  EXPECT_EQ(Held("decimal(5,2)", "1.234"), "-");
  EXPECT_EQ(Held("float", "0.5"), "0.5");
  EXPECT_EQ(Held("float", "0.1"), "-");  // a DOUBLE
  EXPECT_EQ(Held("int", std::nullopt), "null");
  EXPECT_EQ(Held("int", std::nullopt, false), "-");
}

TEST(ChangedValue, TextsFitByTheirCharactersAndLabels) {
  EXPECT_EQ(Held("varchar(3)", "äöü"), "äöü");
  EXPECT_EQ(Held("varchar(3)", "four"), "-");
  EXPECT_EQ(Held("enum('a','b')", "b"), "b");
  EXPECT_EQ(Held("enum('a','b')", "c"), "-");
  EXPECT_EQ(Held("set('a','b')", "a,b"), "a,b");
  EXPECT_EQ(Held("set('a','b')", "a,c"), "-");
}

TEST(ChangedValue, TimesFitByTheirFraction) {
  EXPECT_EQ(Held("datetime", "2024-02-03 04:05:06.000"), "2024-02-03 04:05:06");
  EXPECT_EQ(Held("datetime", "2024-02-03 04:05:06.001"), "-");
  EXPECT_EQ(Held("time(2)", "01:02:03.450"), "01:02:03.45");
  EXPECT_EQ(Held("datetime", "2024-02-03"), "2024-02-03 00:00:00");
  EXPECT_EQ(Held("date", "2024-02-03 00:00:00"), "2024-02-03");
  EXPECT_EQ(Held("date", "2024-02-03 00:00:00.5"), "-");
  EXPECT_EQ(Held("date", "2024-02-03 04:05:06"), "-");
}

TEST(ChangedValue, OnlyWhatKeepsAllValuesIsWidened) {
  const auto widened = [](const std::string& before, const std::string& after) {
    return Widened(Column(before), Column(after));
  };
  EXPECT_TRUE(widened("int", "bigint"));
  EXPECT_TRUE(widened("decimal(5,2)", "decimal(9,2)"));
  EXPECT_TRUE(widened("varchar(5)", "varchar(9)"));
  EXPECT_TRUE(widened("varchar(5)", "text"));
  EXPECT_TRUE(widened("enum('a')", "enum('a','b')"));
  EXPECT_TRUE(widened("float", "double"));
  EXPECT_TRUE(widened("date", "datetime"));
  EXPECT_TRUE(widened("datetime", "datetime(3)"));
  EXPECT_FALSE(widened("bigint", "int"));
  EXPECT_FALSE(widened("int", "float"));  // rounds
  EXPECT_FALSE(widened("int", "date"));
  EXPECT_FALSE(widened("int", "varchar(9)"));
  EXPECT_FALSE(widened("varchar(9)", "varchar(5)"));
  EXPECT_FALSE(widened("varchar(9)", "int"));
}

TEST(ChangedValue, AMomentIsNotReadAsSomethingElse) {
  const auto readable = [](const std::string& before, const std::string& after) {
    return Readable(Column(before), Column(after));
  };
  EXPECT_TRUE(readable("timestamp", "timestamp"));
  EXPECT_FALSE(readable("timestamp", "datetime"));
  EXPECT_FALSE(readable("varchar(30)", "timestamp"));
  EXPECT_TRUE(readable("datetime", "date"));
}

TEST(ChangedValue, AValueOfTheLogIsWrittenAsTheServerAnswersIt) {
  const auto answer = [](const std::string& type, std::string_view text) {
    const ColumnDef exact = ExactColumn(Column(type, false));
    sluice::Column out(exact.info.type);
    EXPECT_TRUE(AppendText(exact, text, out).ok());
    return AnswerText(exact, out, 0).value_or("null");
  };
  EXPECT_EQ(answer("tinyint(1)", "5"), "5");
  EXPECT_EQ(answer("float", "0.10000000149011612"), "0.10000000149011612");
  EXPECT_EQ(answer("datetime(3)", "2024-02-03 04:05:06.700"), "2024-02-03 04:05:06.700");
  EXPECT_EQ(answer("time", "-01:02:03"), "-01:02:03");
  EXPECT_EQ(answer("date", "0000-00-00"), "null");
  EXPECT_EQ(answer("varchar(9)", "null"), "null");
  EXPECT_EQ(answer("bit(1)", std::string_view("\1", 1)), std::string("\1"));
}

}  // namespace
}  // namespace sluice::mysql
