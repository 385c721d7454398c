// SPDX-License-Identifier: Apache-2.0
#include "jdbc/text_values.h"

#include <gmock/gmock.h>

#include "data/chunk.h"

namespace sluice::jdbc {
namespace {

using testing::HasSubstr;

std::string TypeOf(SqlServer server, const std::string& type, bool narrow = true) {
  const auto reader = ReaderOf("c", type, std::nullopt, {server, narrow, false});
  if (!reader) return "none";
  std::string text = reader->info.type.ToString();
  if (reader->info.length) text += " " + std::to_string(*reader->info.length);
  return text;
}

TEST(ColumnTypes, OfMysql) {
  const auto type = [](const std::string& text) { return TypeOf(SqlServer::kMysql, text); };
  EXPECT_EQ(type("tinyint(1)"), "BOOLEAN");
  EXPECT_EQ(TypeOf(SqlServer::kMysql, "tinyint(1)", false), "TINYINT");
  EXPECT_EQ(type("tinyint(3) unsigned"), "SMALLINT");
  EXPECT_EQ(type("int"), "INT");
  EXPECT_EQ(type("int unsigned"), "BIGINT");
  EXPECT_EQ(type("int(10) unsigned zerofill"), "BIGINT");
  EXPECT_EQ(type("bigint unsigned"), "DECIMAL(20, 0)");
  EXPECT_EQ(type("decimal(10,2) unsigned"), "DECIMAL(11, 2)");
  EXPECT_EQ(type("decimal(65,30)"), "DECIMAL(38, 18)");
  EXPECT_EQ(type("bit(1)"), "BOOLEAN");
  EXPECT_EQ(type("bit(12)"), "BYTES 2");
  EXPECT_EQ(type("varchar(30)"), "STRING 120");
  EXPECT_EQ(type("mediumtext"), "STRING 16777215");
  EXPECT_EQ(type("enum('a(1)','b')"), "STRING 100");
  EXPECT_EQ(type("datetime(3)"), "TIMESTAMP");
  EXPECT_EQ(type("point"), "BYTES");
  EXPECT_EQ(type("vector(3)"), "none");
}

TEST(ColumnTypes, OfPostgres) {
  const auto type = [](const std::string& text) { return TypeOf(SqlServer::kPostgres, text); };
  EXPECT_EQ(type("boolean"), "BOOLEAN");
  EXPECT_EQ(type("double precision"), "DOUBLE");
  EXPECT_EQ(type("numeric(10,2)"), "DECIMAL(10, 2)");
  EXPECT_EQ(type("numeric"), "DECIMAL(38, 18)");
  EXPECT_EQ(type("money"), "DECIMAL(30, 2)");
  EXPECT_EQ(type("character varying(30)"), "STRING 120");
  EXPECT_EQ(type("character varying"), "STRING");
  EXPECT_EQ(type("character(3)"), "STRING 12");
  EXPECT_EQ(type("uuid"), "STRING 128");
  EXPECT_EQ(type("timestamp(3) with time zone"), "TIMESTAMP");
  EXPECT_EQ(type("time without time zone"), "TIME");
  EXPECT_EQ(type("numeric(5,-2)"), "DECIMAL(7, 0)");
  EXPECT_EQ(type("numeric(30,-20)"), "DECIMAL(38, 0)");
  EXPECT_EQ(type("numeric(3,5)"), "DECIMAL(5, 5)");
  for (const char* array :
       {"integer[]", "character varying(10)[]", "numeric(10,2)[]", "timestamp without time zone[]",
        "timestamp(3) without time zone[]", "time(3) with time zone[]"}) {
    EXPECT_EQ(type(array), "none") << array;
  }
  EXPECT_EQ(type("interval"), "none");
}

std::string Read(SqlServer server, const std::string& type, std::string_view text,
                 bool zero_is_null = false) {
  const auto reader = ReaderOf("c", type, std::nullopt, {server, true, zero_is_null});
  Column column(reader->info.type);
  const Status status = AppendText(*reader, text, column);
  return status.ok() ? ValueText(column, 0) : std::string(status.message());
}

TEST(TextValues, AreRead) {
  EXPECT_EQ(
      Read(SqlServer::kPostgres, "timestamp(6) with time zone", "2024-02-29 12:00:00.5+05:30"),
      "2024-02-29 12:00:00.500000");
  EXPECT_EQ(Read(SqlServer::kMysql, "time(6)", "-838:59:59.000001"), "-838:59:59.000001");
  EXPECT_EQ(Read(SqlServer::kMysql, "decimal(4,2)", "-99.99"), "-99.99");
  EXPECT_EQ(Read(SqlServer::kMysql, "decimal(38,0)", std::string(38, '9')), std::string(38, '9'));
  EXPECT_EQ(Read(SqlServer::kPostgres, "numeric(5,-2)", "0"), "0");
  EXPECT_EQ(Read(SqlServer::kPostgres, "bytea", "\\x00ff"), "00ff");
  EXPECT_EQ(Read(SqlServer::kMysql, "bit(1)", std::string_view("\1", 1)), "true");
  EXPECT_EQ(Read(SqlServer::kMysql, "datetime", "0000-00-00 00:00:00", true), "null");
}

TEST(TextValues, WhatDoesNotFitIsNamed) {
  for (const auto& [type, text] :
       std::vector<std::pair<std::string, std::string>>{{"date", "0000-00-00"},
                                                        {"date", "2024-13-01"},
                                                        {"date", "2024-01-01x"},
                                                        {"datetime", "2024-01-01"},
                                                        {"time", "12:00"},
                                                        {"int", "1x"},
                                                        {"int", "3000000000"},
                                                        {"decimal(4,2)", "abc"},
                                                        {"decimal(4,2)", "100.00"},
                                                        {"decimal(4,2)", "-9999.99"},
                                                        {"tinyint(1)", "1.5"}}) {
    EXPECT_THAT(Read(SqlServer::kMysql, type, text), HasSubstr("column c")) << text;
  }
  EXPECT_THAT(Read(SqlServer::kPostgres, "date", "infinity"), HasSubstr("infinity"));
  EXPECT_THAT(Read(SqlServer::kPostgres, "timestamp with time zone", "0044-03-15 12:00:00+00 BC"),
              HasSubstr("BC"));
  EXPECT_THAT(Read(SqlServer::kPostgres, "numeric(4,2)", "NaN"), HasSubstr("NaN"));
  EXPECT_THAT(Read(SqlServer::kPostgres, "bytea", "\\x0"), HasSubstr("column c"));
}

}  // namespace
}  // namespace sluice::jdbc
