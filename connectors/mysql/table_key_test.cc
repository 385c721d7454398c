// SPDX-License-Identifier: Apache-2.0
#include "mysql/table_key.h"

#include <gtest/gtest.h>

#include "mysql/scripted_client_for_tests.h"

namespace sluice::mysql {
namespace {

ColumnFacts Column(std::string name, std::string type, bool nullable = false) {
  ColumnFacts column{.name = std::move(name), .nullable = nullable};
  column.data_type = type.substr(0, type.find_first_of("( "));
  column.column_type = std::move(type);
  const bool text = column.data_type == "varchar" || column.data_type == "enum";
  if (text) column.charset = "utf8mb4";
  if (text || column.data_type == "binary") column.octet_length = 16;
  if (column.data_type == "decimal") column.precision = 20, column.scale = 0;
  return column;
}

class TableKeyTest : public testing::Test {
 protected:
  void Table(std::vector<ColumnFacts> columns, std::vector<std::string> key) {
    TableFacts facts;
    facts.path = {"shop", "", "goods"};
    facts.columns = std::move(columns);
    facts.primary_key = std::move(key);
    def_ = *MakeTable(facts, {});
    key_ = KeyOf(facts, *def_);
  }
  KeyBound Of(const std::vector<std::optional<std::string_view>>& row) {
    KeyBound out;
    for (const uint32_t i : key_.columns) AppendKeyText(def_->columns[i], row[i].value_or(""), out);
    return out;
  }
  std::string Where(const KeyRange& range) { return RangeCondition(key_, *def_, range, *session_); }

  ScriptedClient client_;
  std::unique_ptr<SqlSession> session_ = *client_.Open({});
  TableDefRef def_;
  TableKey key_;
};

TEST_F(TableKeyTest, OneIntegerIsAPlainCondition) {
  Table({Column("id", "int")}, {"id"});
  EXPECT_TRUE(key_.cut && key_.ordered);
  EXPECT_EQ(Where({Of({"-3"}), Of({"5"})}), " WHERE `id` >= -3 AND `id` < 5");
  EXPECT_EQ(Where({}), "");
}

TEST_F(TableKeyTest, SeveralColumnsCompareOneAfterTheOther) {
  Table({Column("tenant", "int"), Column("uid", "binary(16)")}, {"tenant", "uid"});
  EXPECT_TRUE(key_.cut && key_.ordered);
  const KeyBound bound = Of({"7", std::string_view("\0a", 2)});
  EXPECT_EQ(Where({bound, {}}), " WHERE (`tenant` > 7 OR (`tenant` = 7 AND `uid` >= X'0061'))");
  EXPECT_EQ(Where({{}, bound}), " WHERE (`tenant` < 7 OR (`tenant` = 7 AND `uid` < X'0061'))");
  EXPECT_EQ(BehindCondition(key_, *def_, bound, *session_),
            " WHERE (`tenant` > 7 OR (`tenant` = 7 AND `uid` > X'0061'))");
  // As an earlier version may have saved it: of the first column only.
  KeyBound first;
  AppendKey(Int128{7}, first);
  EXPECT_EQ(Where({first, {}}), " WHERE `tenant` >= 7");
}

TEST_F(TableKeyTest, TextsAndDecimalsAreTheServersToCompare) {
  Table({Column("price", "decimal(20,0)"), Column("name", "varchar(4)")}, {"name", "price"});
  EXPECT_TRUE(key_.cut);
  EXPECT_FALSE(key_.ordered);
  EXPECT_EQ(Where({Of({"10", "it"}), {}}),
            " WHERE (`name` > 'it' OR (`name` = 'it' AND `price` >= 10))");
}

TEST_F(TableKeyTest, WhatAStatementCannotCompareIsNotCut) {
  Table({Column("a", "double")}, {"a"});
  EXPECT_FALSE(key_.cut || key_.ordered);
  Table({Column("a", "enum('x','y')")}, {"a"});
  EXPECT_FALSE(key_.cut || key_.ordered);
  // A key that the job file names may have no value: no condition would find such rows.
  Table({Column("a", "int", true)}, {"a"});
  EXPECT_FALSE(key_.cut || key_.ordered);
}

TEST_F(TableKeyTest, ABooleanIsCutButOnlyOnTheServer) {
  Table({Column("a", "tinyint(1)")}, {"a"});
  EXPECT_TRUE(key_.cut);
  EXPECT_FALSE(key_.ordered);  // 1 and 2 are both true
}

TEST_F(TableKeyTest, ARowOfAChunkHasTheKeyOfTheSameRowOfASelect) {
  Table({Column("a", "bigint unsigned"), Column("b", "binary(16)"), Column("c", "smallint")},
        {"c", "a", "b"});
  const std::vector<std::optional<std::string_view>> row = {"18446744073709551615",
                                                            "0123456789abcdef", "-2"};
  ChunkBuilder builder(def_->schema);
  for (size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(AppendText(def_->columns[i], row[i], builder.column(i)).ok());
  }
  builder.EndRow(RowKind::kInsert);
  const auto column = [&](uint32_t i) -> const sluice::Column& { return builder.column(i); };
  EXPECT_EQ(RowKey(key_, column, 0), Of(row));
}

TEST_F(TableKeyTest, ATextThatIsNoNumberIsNoBoundOfAnInteger) {
  Table({Column("a", "int"), Column("b", "varchar(4)")}, {"a", "b"});
  for (const std::string_view text : {"abc", "", "1.5", "99999999999999999999999"}) {
    EXPECT_FALSE(IsKeyText(def_->columns[0], text)) << text;
    EXPECT_TRUE(IsKeyText(def_->columns[1], text)) << text;
  }
  EXPECT_TRUE(IsKeyText(def_->columns[0], "-7"));
}

TEST_F(TableKeyTest, RowsOfEqualKeysAreToldExactly) {
  TableFacts facts;
  facts.path = {"shop", "", "goods"};
  facts.columns = {Column("flag", "tinyint(1)"), Column("at", "timestamp"), Column("y", "year"),
                   Column("uid", "binary(2)"), Column("name", "varchar(4)")};
  facts.columns[1].datetime_precision = 3;
  facts.columns[3].octet_length = 2;
  facts.primary_key = {"flag", "at", "y", "uid", "name"};
  const TableDefRef def = *MakeTable(facts, {});
  const TableKey key = KeyOf(facts, *def);
  const TableDefRef exact = *ExactTable(facts);
  ChunkBuilder builder(exact->schema);
  const std::vector<std::vector<std::string>> rows = {
      {"5", "2024-02-29 12:00:00.500", "0000", std::string("\0a", 2), "pen"},
      {"-1", "1970-01-01 00:00:01.000", "2024", "ab", "NULL"}};
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      ASSERT_TRUE(AppendText(exact->columns[i], row[i], builder.column(i)).ok());
    }
    builder.EndRow(RowKind::kInsert);
  }
  const ChunkPtr chunk = builder.Finish(0);
  const std::vector<uint32_t> both = {1, 0};
  EXPECT_EQ(
      EqualCondition(key, *exact, facts.primary_key, *chunk, both, *session_),
      " WHERE (`flag` = -1 AND `at` = '1970-01-01 00:00:01.000' AND `y` + 0 = 2024 AND `uid` "
      "= X'6162' AND `name` = 'NULL') OR (`flag` = 5 AND `at` = '2024-02-29 12:00:00.500' AND "
      "`y` + 0 = 0 AND `uid` = X'0061' AND `name` = 'pen')");
}

}  // namespace
}  // namespace sluice::mysql
