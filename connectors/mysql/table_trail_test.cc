// SPDX-License-Identifier: Apache-2.0
#include "mysql/table_trail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::mysql {
namespace {

using testing::ElementsAre;
using testing::Optional;

ColumnFacts Column(const std::string& name) {
  return {.name = name, .data_type = "int", .column_type = "int"};
}

TableFacts Facts(const std::vector<std::string>& names) {
  TableFacts facts;
  facts.path = {"shop", "", "goods"};
  for (const std::string& name : names) facts.columns.push_back(Column(name));
  facts.primary_key = {names[0]};
  facts.charset = "utf8mb4";
  return facts;
}

// Of a table that began with columns id, a, b and has `now` behind the statements.
std::optional<std::vector<std::string>> Names(const std::vector<std::string>& statements,
                                              const std::vector<std::string>& now) {
  TableTrail trail(Facts({"id", "a", "b"}), {"binlog.000001", 4});
  for (const std::string& sql : statements) trail.Take({.schema = "shop", .sql = sql}, {});
  return trail.NamesIn(**MakeTable(Facts(now), {}));
}

TEST(TableTrail, FollowsNamesThroughStatements) {
  EXPECT_THAT(Names({}, {"id", "a", "b"}), Optional(ElementsAre("id", "a", "b")));
  EXPECT_THAT(
      Names({"ALTER TABLE goods RENAME COLUMN a TO c, DROP b, ADD d INT"}, {"id", "c", "d"}),
      Optional(ElementsAre("id", "c", "")));
  // A name is given to another column.
  EXPECT_THAT(Names({"ALTER TABLE goods CHANGE a old INT", "UPDATE goods SET old = 1",
                     "ALTER TABLE shop.goods ADD a INT AFTER id", "ALTER TABLE other DROP b"},
                    {"id", "a", "old", "b"}),
              Optional(ElementsAre("id", "old", "b")));
  EXPECT_THAT(Names({"ALTER TABLE goods DROP b", "ALTER TABLE goods ADD b INT"}, {"id", "a", "b"}),
              Optional(ElementsAre("id", "a", "")));
}

TEST(TableTrail, FollowsACopyThatTakesTheTablesPlace) {
  EXPECT_THAT(Names({"CREATE TABLE _goods_gho LIKE goods",
                     "ALTER TABLE _goods_gho CHANGE b c BIGINT, DROP a",
                     "RENAME TABLE goods TO _goods_del, _goods_gho TO goods"},
                    {"id", "c"}),
              Optional(ElementsAre("id", "", "c")));
}

// MariaDB with binlog_alter_two_phase: flags, and behind those of an end the number of its begin.
TEST(TableTrail, FollowsAnAlterWhereItTakesEffect) {
  TableTrail trail(Facts({"id", "a", "b"}), {"binlog.000001", 4});
  const std::string number(8, '\1');
  const auto take = [&](const std::string& status, const std::string& sql) {
    trail.Take({.status = status, .schema = "shop", .sql = sql}, {});
  };
  take("\x82\x02", "ALTER TABLE goods DROP a");
  take("\x82\x08" + number, "ALTER TABLE goods DROP a");
  take("\x82\x02", "ALTER TABLE goods DROP b");
  EXPECT_THAT(trail.NamesIn(**MakeTable(Facts({"id", "a", "b"}), {})),
              Optional(ElementsAre("id", "a", "b")));
  take("\x82\x04" + number, "ALTER TABLE goods DROP b");
  EXPECT_THAT(trail.NamesIn(**MakeTable(Facts({"id", "a"}), {})),
              Optional(ElementsAre("id", "a", "")));
}

TEST(TableTrail, ATableThatIsThereIsNotMade) {
  const std::string other = "CREATE TABLE IF NOT EXISTS goods (id INT, b INT)";
  EXPECT_THAT(Names({other}, {"id", "a", "b"}), Optional(ElementsAre("id", "a", "b")));
  EXPECT_EQ(Names({"DROP TABLE goods", other}, {"id", "a", "b"}), std::nullopt);
  EXPECT_EQ(Names({"RENAME TABLE goods TO old", other}, {"id", "a", "b"}), std::nullopt);
}

TEST(TableTrail, DoesNotGuess) {
  // The server has the table of another place.
  EXPECT_EQ(Names({"ALTER TABLE goods DROP b"}, {"id", "a", "b"}), std::nullopt);
  EXPECT_EQ(Names({"ALTER TABLE goods CONVERT TO CHARACTER SET DEFAULT"}, {"id", "a", "b"}),
            std::nullopt);
  EXPECT_EQ(TableTrail().NamesIn(TableDef()), std::nullopt);
}

}  // namespace
}  // namespace sluice::mysql
