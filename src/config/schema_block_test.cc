// SPDX-License-Identifier: Apache-2.0
#include "config/schema_block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/hocon.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const TablePath kDefault = {"default", "default", "default"};

Value Block(const std::string& text) {
  Diagnostics diagnostics;
  auto value = ParseHocon(text, "f", {}, diagnostics);
  EXPECT_TRUE(value.has_value()) << diagnostics.ToStatus().message();
  return *value;
}

std::string Mistakes(const std::string& text) {
  Diagnostics diagnostics;
  ParseSchemaBlock(Block(text), kDefault, "source 'S'", diagnostics);
  return std::string(diagnostics.ToStatus().message());
}

Schema Parse(const std::string& text) {
  Diagnostics diagnostics;
  Schema schema = ParseSchemaBlock(Block(text), kDefault, "source 'S'", diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << diagnostics.ToStatus().message();
  return schema;
}

std::string TypeOf(const std::string& text) {
  std::string expected;
  const auto type = ParseTypeName(text, expected);
  return type ? type->ToString() : expected;
}

TEST(SchemaBlock, FieldsInShortFormKeepTheirOrderAndAreNullable) {
  const Schema schema = Parse("fields { b = int, a = string, c = \"decimal(10, 2)\" }");
  ASSERT_EQ(schema.columns.size(), 3U);
  EXPECT_EQ(schema.columns[0].name + schema.columns[1].name + schema.columns[2].name, "bac");
  EXPECT_EQ(schema.columns[2].type, Decimal(10, 2));
  EXPECT_TRUE(schema.columns[0].nullable);
  EXPECT_EQ(schema.path, kDefault);
}

TEST(SchemaBlock, ColumnsInLongForm) {
  const Schema schema = Parse(
      "table = \"shop.orders\", comment = \"of the shop\"\n"
      "columns = [ { name = id, type = bigint, nullable = false, comment = key }\n"
      "{ name = note, type = string, columnLength = 40 }\n"
      "{ name = at, type = timestamp, columnScale = 3, defaultValue = now } ]\n"
      "primaryKey { name = pk, columnNames = [id] }\n"
      "constraintKeys = [ { constraintName = u, constraintType = unique_key\n"
      "  constraintColumns = [ { columnName = note, sortType = DESC }, { columnName = at } ] }\n"
      "  { constraintName = i, constraintType = INDEX_KEY, constraintColumns = [ { columnName = "
      "note } ] } ]");
  EXPECT_EQ(schema.path, (TablePath{"shop", "", "orders"}));
  EXPECT_EQ(schema.comment, "of the shop");
  EXPECT_EQ(schema.columns[0].comment, "key");
  EXPECT_FALSE(schema.columns[0].nullable);
  EXPECT_EQ(schema.columns[1].length, 40);
  EXPECT_EQ(schema.columns[2].type.scale, 3);
  EXPECT_THAT(schema.primary_key, ElementsAre(0));
  EXPECT_THAT(schema.unique_keys, ElementsAre(ElementsAre(1, 2)));
}

TEST(SchemaBlock, ColumnsOfThePrimaryKeyHoldNoNulls) {
  const Schema schema =
      Parse("fields { a = int, b = int }, primaryKey { name = pk, columnNames = [b, a] }");
  EXPECT_THAT(schema.primary_key, ElementsAre(1, 0));
  EXPECT_FALSE(schema.columns[0].nullable || schema.columns[1].nullable);
}

TEST(SchemaBlock, TableNamesOfTwoParts) {
  const auto path = [](std::string_view text, bool schema_first) {
    const auto parsed = ParseTablePath(text, schema_first);
    return parsed ? parsed->database + "|" + parsed->schema + "|" + parsed->table : "none";
  };
  EXPECT_EQ(path("a.b.c", false), "a|b|c");
  EXPECT_EQ(path("a.b", false), "a||b");
  EXPECT_EQ(path("a.b", true), "|a|b");
  EXPECT_EQ(path("a", true), "||a");
  EXPECT_EQ(path("a.b.c.d", false) + path("a..c", false) + path("", false), "nonenonenone");
}

TEST(TypeNames, OfEveryType) {
  const std::pair<const char*, const char*> names[] = {{"string", "STRING"},
                                                       {"boolean", "BOOLEAN"},
                                                       {"tinyint", "TINYINT"},
                                                       {"smallint", "SMALLINT"},
                                                       {"int", "INT"},
                                                       {"bigint", "BIGINT"},
                                                       {"float", "FLOAT"},
                                                       {"double", "DOUBLE"},
                                                       {"bytes", "BYTES"},
                                                       {"date", "DATE"},
                                                       {"time", "TIME"},
                                                       {"timestamp", "TIMESTAMP"},
                                                       {"byte", "TINYINT"},
                                                       {"short", "SMALLINT"},
                                                       {"long", "BIGINT"},
                                                       {" Big Int ", "BIGINT"},
                                                       {"Decimal(38,38)", "DECIMAL(38, 38)"},
                                                       {"DECIMAL( 4 , 0 )", "DECIMAL(4, 0)"}};
  for (const auto& [name, type] : names) EXPECT_EQ(TypeOf(name), type) << name;
}

TEST(TypeNames, OthersAreExplained) {
  EXPECT_EQ(TypeOf("strng"), "is not known; did you mean 'string'?");
  for (const char* name :
       {"array<int>", "map<string, int>", "null", "float_vector", "timestamp_tz", "{a = int}"}) {
    EXPECT_THAT(TypeOf(name), HasSubstr("is not supported")) << name;
  }
  for (const char* name : {"decimal", "decimal(39,1)", "decimal(4,5)", "decimal(0,0)"}) {
    EXPECT_THAT(TypeOf(name), HasSubstr("must be \"decimal(p, s)\"")) << name;
  }
}

TEST(SchemaBlock, AllMistakesAreTold) {
  EXPECT_EQ(Mistakes("fields { a = int }, columns = [ { name = b, type = int } ]"),
            "f:1:8: source 'S', schema: give fields or columns, not both");
  EXPECT_THAT(Mistakes(""), HasSubstr("source 'S', schema: fields or columns are missing"));
  EXPECT_THAT(Mistakes("fields { a = int, b { c = int } }"),
              HasSubstr("f:1:21: source 'S', schema: column 'b': nested rows are not supported"));
  EXPECT_THAT(Mistakes("columns = [ { name = a, type = int }, { name = a, type = int } ]"),
              HasSubstr("column a is there twice"));
  EXPECT_THAT(
      Mistakes("fields { user_id = int }, primaryKey { name = pk, columnNames = [userid] }"),
      HasSubstr("primaryKey: there is no column 'userid'; did you mean 'user_id'?"));
  EXPECT_THAT(Mistakes("fields { a = int }, primaryKey { columnNames = [a] }"),
              HasSubstr("primaryKey: option 'name' is missing"));
  EXPECT_THAT(Mistakes("fields { a = int }, constraintKeys = [ { constraintName = u, "
                       "constraintType = PRIMARY, constraintColumns = [] } ]"),
              HasSubstr("INDEX_KEY, UNIQUE_KEY, FOREIGN_KEY, but is PRIMARY"));
  EXPECT_THAT(Mistakes("fields { a = int }, metadata_datasource_id = 7"),
              HasSubstr("there is no metadata centre to ask"));
}

}  // namespace
}  // namespace sluice
