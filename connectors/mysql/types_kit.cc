// SPDX-License-Identifier: Apache-2.0
#include "mysql/types_kit.h"

#include <array>
#include <string_view>

namespace sluice::mysql {
namespace {

struct Cell {
  std::string_view sql;
  std::string_view text;
};
constexpr size_t kFilledRows = 3;  // a row of nulls follows

struct TypeColumn {
  std::string_view type;
  std::array<Cell, kFilledRows> cells;
};

constexpr std::string_view kNines38 = "99999999999999999999999999999999999999";

// The session's time zone is UTC.
constexpr TypeColumn kColumns[] = {
    {"TINYINT(1)", {{{"0", "false"}, {"1", "true"}, {"-128", "true"}}}},
    {"TINYINT", {{{"-128", "-128"}, {"127", "127"}, {"0", "0"}}}},
    {"TINYINT UNSIGNED", {{{"0", "0"}, {"255", "255"}, {"128", "128"}}}},
    {"SMALLINT", {{{"-32768", "-32768"}, {"32767", "32767"}, {"0", "0"}}}},
    {"SMALLINT UNSIGNED", {{{"0", "0"}, {"65535", "65535"}, {"32768", "32768"}}}},
    {"MEDIUMINT", {{{"-8388608", "-8388608"}, {"8388607", "8388607"}, {"-1", "-1"}}}},
    {"MEDIUMINT UNSIGNED", {{{"0", "0"}, {"16777215", "16777215"}, {"8388608", "8388608"}}}},
    {"INT", {{{"-2147483648", "-2147483648"}, {"2147483647", "2147483647"}, {"0", "0"}}}},
    {"INT UNSIGNED", {{{"0", "0"}, {"4294967295", "4294967295"}, {"2147483648", "2147483648"}}}},
    {"BIGINT",
     {{{"-9223372036854775808", "-9223372036854775808"},
       {"9223372036854775807", "9223372036854775807"},
       {"0", "0"}}}},
    {"BIGINT UNSIGNED",
     {{{"0", "0"},
       {"18446744073709551615", "18446744073709551615"},
       {"9223372036854775808", "9223372036854775808"}}}},
    {"FLOAT", {{{"-3.40282e38", "-3.40282e+38"}, {"3.40282e38", "3.40282e+38"}, {"0.1", "0.1"}}}},
    {"DOUBLE",
     {{{"-1.7976931348623157e308", "-1.7976931348623157e+308"},
       {"1.7976931348623157e308", "1.7976931348623157e+308"},
       {"2.2250738585072014e-308", "2.2250738585072014e-308"}}}},
    {"DECIMAL(38,0)", {{{"0", "0"}, {kNines38, kNines38}, {"-1", "-1"}}}},
    {"DECIMAL(20,4)",
     {{{"-9999999999999999.9999", "-9999999999999999.9999"},
       {"9999999999999999.9999", "9999999999999999.9999"},
       {"0.0001", "0.0001"}}}},
    {"BIT(1)", {{{"b'0'", "false"}, {"b'1'", "true"}, {"b'0'", "false"}}}},
    {"BIT(64)",
     {{{"0", "0000000000000000"},
       {"18446744073709551615", "ffffffffffffffff"},
       {"1", "0000000000000001"}}}},
    {"YEAR", {{{"1901", "1901"}, {"2155", "2155"}, {"0", "0"}}}},
    {"DATE",
     {{{"'1000-01-01'", "1000-01-01"},
       {"'9999-12-31'", "9999-12-31"},
       {"'2024-02-29'", "2024-02-29"}}}},
    {"TIME(6)",
     {{{"'-838:59:59'", "-838:59:59.000000"},
       {"'838:59:59'", "838:59:59.000000"},
       {"'-00:00:00.000001'", "-00:00:00.000001"}}}},
    {"DATETIME(6)",
     {{{"'1000-01-01 00:00:00'", "1000-01-01 00:00:00.000000"},
       {"'9999-12-31 23:59:59.999999'", "9999-12-31 23:59:59.999999"},
       {"'1969-12-31 23:59:59.999999'", "1969-12-31 23:59:59.999999"}}}},
    {"DATETIME",
     {{{"'1000-01-01 00:00:00'", "1000-01-01 00:00:00"},
       {"'9999-12-31 23:59:59'", "9999-12-31 23:59:59"},
       {"'1970-01-01 00:00:00'", "1970-01-01 00:00:00"}}}},
    {"TIMESTAMP(3)",
     {{{"'1970-01-01 00:00:01'", "1970-01-01 00:00:01.000"},
       {"'2038-01-19 03:14:07.499'", "2038-01-19 03:14:07.499"},
       {"'2024-02-29 12:00:00.5'", "2024-02-29 12:00:00.500"}}}},
    {"CHAR(8)", {{{"''", ""}, {"'12345678'", "12345678"}, {"'trail   '", "trail"}}}},
    {"VARCHAR(40)", {{{"''", ""}, {"'null'", "null"}, {"'😀 ü中\\n|  '", "😀 ü中\n|  "}}}},
    {"VARCHAR(40) CHARACTER SET latin1", {{{"''", ""}, {"'Köln £ ÿ'", "Köln £ ÿ"}, {"'€'", "€"}}}},
    {"VARCHAR(40) CHARACTER SET gbk", {{{"''", ""}, {"'中文'", "中文"}, {"'a'", "a"}}}},
    {"TEXT", {{{"''", ""}, {"'tab\\t\\\"\\\\'", "tab\t\"\\"}, {"'\\0'", {"\0", 1}}}}},
    {"ENUM('a','größe','it''s')", {{{"'a'", "a"}, {"'größe'", "größe"}, {"'it''s'", "it's"}}}},
    {"SET('new','hot','eu')", {{{"''", ""}, {"'new,hot,eu'", "new,hot,eu"}, {"'hot'", "hot"}}}},
    {"JSON", {{{"'{}'", "{}"}, {"'[1, \"ü\"]'", "[1, \"ü\"]"}, {"'null'", "null"}}}},
    {"BINARY(4)", {{{"''", "00000000"}, {"x'ffffffff'", "ffffffff"}, {"x'01'", "01000000"}}}},
    {"VARBINARY(10)", {{{"''", ""}, {"x'00ff'", "00ff"}, {"x'2000'", "2000"}}}},
    {"BLOB", {{{"''", ""}, {"x'00ff00'", "00ff00"}, {"'text'", "74657874"}}}},
};

}  // namespace

std::string CreateTypes(const std::string& table) {
  std::string sql = "CREATE TABLE " + table + " (id INT PRIMARY KEY";
  for (size_t i = 0; i < std::size(kColumns); ++i) {
    sql += ", c" + std::to_string(i) + " " + std::string(kColumns[i].type) + " NULL";
  }
  return sql + ") CHARACTER SET utf8mb4";
}

std::string InsertTypes(const std::string& table) {
  std::string sql = "INSERT INTO " + table + " VALUES ";
  for (size_t row = 0; row <= kFilledRows; ++row) {
    sql += (row == 0 ? "(" : ", (") + std::to_string(row);
    for (const TypeColumn& column : kColumns) {
      sql += ", ";
      sql += row == kFilledRows ? "NULL" : column.cells[row].sql;
    }
    sql += ")";
  }
  return sql;
}

std::vector<std::string> TypesAsText() {
  std::vector<std::string> rows;
  for (size_t row = 0; row <= kFilledRows; ++row) {
    rows.push_back(std::to_string(row));
    for (const TypeColumn& column : kColumns) {
      rows.back() += '|';
      rows.back() += row == kFilledRows ? "null" : column.cells[row].text;
    }
  }
  return rows;
}

}  // namespace sluice::mysql
