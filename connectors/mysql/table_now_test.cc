// SPDX-License-Identifier: Apache-2.0
#include "mysql/table_now.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::mysql {
namespace {

using testing::HasSubstr;

ColumnFacts Column(std::string name, std::string type, bool nullable = true) {
  ColumnFacts column{.name = std::move(name), .nullable = nullable};
  column.data_type = type.substr(0, type.find_first_of("( "));
  column.column_type = std::move(type);
  const bool text = column.data_type == "varchar" || column.data_type == "json";
  if (text) column.charset = "utf8mb4";
  if (text) column.octet_length = column.column_type.contains("(5)") ? 20 : 80;
  if (column.data_type == "blob") column.octet_length = 65535;
  if (column.data_type == "datetime" || column.data_type == "timestamp") {
    column.datetime_precision = 0;
  }
  if (column.data_type == "bit") column.precision = 5;
  return column;
}

TableDefRef Table(std::vector<ColumnFacts> columns) {
  TableFacts facts;
  facts.path = {"shop", "", "goods"};
  facts.columns = std::move(columns);
  facts.primary_key = {facts.columns[0].name};
  return *MakeTable(facts, {});
}

const TableKey kKey{.columns = {0}, .cut = true, .ordered = true};
const ColumnFacts kId = Column("id", "int", false);

std::string Select(const std::vector<ColumnFacts>& def, const std::vector<ColumnFacts>& now) {
  const auto made = TableNow::Make(Table(def), *Table(now));
  return made ? made->select() : std::string(made.error().message());
}

std::string Row(const std::vector<ColumnFacts>& def, const std::vector<ColumnFacts>& now,
                const std::vector<std::optional<std::string_view>>& row) {
  const auto made = TableNow::Make(Table(def), *Table(now));
  if (!made) return std::string(made.error().message());
  ChunkBuilder builder(made->def()->schema);
  const Status status = made->Append(row, builder);
  if (!status.ok()) return std::string(status.message());
  builder.EndRow(RowKind::kInsert);
  const ChunkPtr chunk = builder.Finish(0);
  std::string text;
  for (size_t i = 0; i < chunk->column_count(); ++i) {
    text += (i == 0 ? "" : "|") + ValueText(chunk->column(i), 0);
  }
  return text;
}

TEST(TableNow, ColumnsAreFoundByName) {
  EXPECT_EQ(Select({kId, Column("a", "varchar(20)"), Column("b", "float")},
                   {Column("new", "int"), Column("b", "float"), kId, Column("a", "varchar(20)")}),
            "SELECT `id`, `a`, `b` * 1e0 FROM `shop`.`goods`");
}

TEST(TableNow, WhatIsGoneIsNeutral) {
  const std::vector<ColumnFacts> def = {kId, Column("a", "varchar(20)"),
                                        Column("b", "varchar(20)", false),
                                        Column("j", "json", false)};
  EXPECT_EQ(Select(def, {kId}), "SELECT `id` FROM `shop`.`goods`");
  EXPECT_EQ(Row(def, {kId}, {"7"}), "7|null||null");
}

TEST(TableNow, ARenamedColumnIsToldByItsPlace) {
  const std::vector<ColumnFacts> def = {kId, Column("a", "varchar(20)"),
                                        Column("b", "varchar(20)")};
  EXPECT_EQ(Select(def, {kId, Column("aa", "varchar(20)"), Column("b", "varchar(20)")}),
            "SELECT `id`, `aa`, `b` FROM `shop`.`goods`");
  EXPECT_EQ(Select(def, {kId, Column("x", "varchar(20)"), Column("y", "varchar(20)")}),
            "SELECT `id`, `x`, `y` FROM `shop`.`goods`");
  // Another column was added in another place.
  EXPECT_EQ(Select(def, {Column("new", "varchar(20)"), kId, Column("aa", "varchar(20)"),
                         Column("b", "varchar(20)")}),
            "SELECT `id`, `aa`, `b` FROM `shop`.`goods`");
  // It was moved too.
  EXPECT_EQ(Select(def, {kId, Column("b", "varchar(20)"), Column("aa", "varchar(20)")}),
            "SELECT `id`, `aa`, `b` FROM `shop`.`goods`");
  // Not a renamed one: its values are none of those.
  EXPECT_EQ(Select(def, {kId, Column("aa", "blob"), Column("b", "varchar(20)")}),
            "SELECT `id`, `b` FROM `shop`.`goods`");
  EXPECT_THAT(Select(def, {kId, Column("b", "varchar(20)"), Column("aa", "varchar(20)"),
                           Column("ab", "varchar(20)")}),
              HasSubstr("has no column a any more"));
}

TEST(TableNow, TheKeyMayBeRenamedAndNotDropped) {
  const std::vector<ColumnFacts> def = {kId, Column("a", "varchar(20)")};
  const auto renamed =
      TableNow::Make(Table(def), *Table({Column("no", "int", false), Column("a", "varchar(20)")}));
  EXPECT_EQ(*renamed->KeyNames(kKey), std::vector<std::string>{"no"});
  const auto dropped = TableNow::Make(Table(def), *Table({Column("a", "varchar(20)")}));
  EXPECT_THAT(dropped->KeyNames(kKey).error().ToString(),
              HasSubstr("column id of its key is gone"));
}

TEST(TableNow, WhatOnlyFitsSinceAChangeIsNeutral) {
  const std::vector<ColumnFacts> def = {kId, Column("a", "varchar(5)"), Column("n", "int", false)};
  const std::vector<ColumnFacts> now = {kId, Column("a", "varchar(20)"), Column("n", "bigint")};
  EXPECT_EQ(Row(def, now, {"1", "short", "5"}), "1|short|5");
  EXPECT_EQ(Row(def, now, {"1", "longer than twenty bytes", "5000000000"}), "1|null|0");
  EXPECT_EQ(Row(def, now, {"1", std::nullopt, std::nullopt}), "1|null|0");
  // Without a change it is an error.
  EXPECT_THAT(Row(def, def, {"1", "a", "x"}), HasSubstr("column n"));
}

TEST(TableNow, ValuesThatTheServerWroteAnewAreNotGuessed) {
  const auto became = [](const std::string& before, const std::string& after) {
    return Select({kId, Column("a", before)}, {kId, Column("a", after)});
  };
  EXPECT_THAT(became("datetime", "timestamp"),
              HasSubstr("column a became timestamp from datetime"));
  EXPECT_THAT(became("bit(5)", "int"), HasSubstr("column a became int from bit(5)"));
  EXPECT_THAT(became("int", "bit(5)"), HasSubstr("column a became"));
  EXPECT_THAT(became("varchar(20)", "blob"), HasSubstr("column a became"));
  EXPECT_THAT(became("int", "varchar(20)"), HasSubstr("SELECT"));
}

}  // namespace
}  // namespace sluice::mysql
