// SPDX-License-Identifier: Apache-2.0
#include "jdbc/source_tables.h"

#include <gmock/gmock.h>

#include "jdbc/scripted_sql_for_tests.h"

namespace sluice::jdbc {
namespace {

using testing::ElementsAre;

// db.goods, whose key is uid, and a query that is described with `columns`.
Result<ReadTables> Discover(std::vector<SqlColumn> columns, SourceItem item) {
  ScriptedSql sql;
  sql.Answer("information_schema.COLUMNS", {{"uid", "binary(16)", "0", "its number", "16"},
                                            {"flag", "tinyint(1)", "1", "", std::nullopt},
                                            {"price", "decimal(4,2)", "0", "net", std::nullopt},
                                            {"place", "point", "1", "", std::nullopt},
                                            {"name", "varchar(10)", "1", "spoken", "30"}});
  sql.Answer("information_schema.STATISTICS", {{"PRIMARY", "uid", "1"}});
  sql.Answer("information_schema.TABLES", {{"what is sold", "5"}});
  sql.Describe(std::move(columns));
  SourceOptions options;
  options.endpoints = {{.database = "db"}};
  options.items = {std::move(item)};
  return DiscoverTables(**sql.Open({}), options);
}

// What the columns of the query become: "name TYPE length comment".
std::vector<std::string> Columns(std::vector<SqlColumn> columns) {
  const auto tables =
      Discover(std::move(columns), {.table_path = "db.goods", .query = "SELECT ..."});
  std::vector<std::string> out;
  for (const ColumnInfo& column : tables->begin()->second->schema->columns) {
    std::string& text = out.emplace_back(column.name + " " + column.type.ToString());
    if (column.length) text += " " + std::to_string(*column.length);
    if (!column.comment.empty()) text += " " + column.comment;
  }
  EXPECT_THAT(tables->begin()->second->schema->primary_key, ElementsAre(0));
  return out;
}

TEST(SourceTables, TheCatalogKnowsMoreOfItsOwnColumns) {
  EXPECT_THAT(Columns({{"uid", "binary(16)"}, {"name", "varchar(10)"}, {"place", "geometry"}}),
              ElementsAre("uid BYTES 16 its number", "name STRING 30 spoken", "place BYTES"));
}

TEST(SourceTables, AnExpressionByTheNameOfAColumnIsNotThatColumn) {
  EXPECT_THAT(Columns({{"uid", "varchar(32)"}, {"name", "varchar(10)"}}),
              ElementsAre("uid STRING 128", "name STRING 40"));
  EXPECT_THAT(Columns({{"uid", "binary(16)"}, {"flag", "decimal(25,0)"}}),
              ElementsAre("uid BYTES 16", "flag DECIMAL(25, 0)"));
  EXPECT_THAT(Columns({{"uid", "binary(16)"}, {"price", "decimal(8,2)"}}),
              ElementsAre("uid BYTES 16", "price DECIMAL(8, 2)"));
  EXPECT_THAT(Columns({{"uid", "binary(16)"}, {"more", "int"}}),
              ElementsAre("uid BYTES 16", "more INT"));
}

// ST_AsWKB(place) AS place: the same type, but another text.
TEST(SourceTables, ATextOfAnotherFormIsNotTheColumns) {
  const auto tables = Discover({{"uid", "binary(16)"}, {"place", "longblob"}},
                               {.table_path = "db.goods", .query = "SELECT ..."});
  EXPECT_EQ(tables->begin()->second->columns[1].form, ColumnReader::Form::kPlain);
}

TEST(SourceTables, PartsAreMadeWhateverNameTheRowsGoOnUnder) {
  for (const bool in_parts : {true, false}) {
    const auto tables = Discover({{"uid", "binary(16)"}, {"id", "int"}}, {.table_path = "db.goods",
                                                                          .query = "SELECT ...",
                                                                          .partition_column = "id",
                                                                          .in_parts = in_parts});
    EXPECT_EQ(tables->begin()->second->fixed, in_parts);
    EXPECT_EQ(tables->begin()->second->split, 1U);
  }
}

}  // namespace
}  // namespace sluice::jdbc
