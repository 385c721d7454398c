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

Result<TableNow> Reading(const std::vector<ColumnFacts>& def, const std::vector<ColumnFacts>& now,
                         TableNow::Misfit misfit = TableNow::Misfit::kNeutral) {
  return TableNow::Make(Table(def), Table(now), misfit);
}

std::string Select(const std::vector<ColumnFacts>& def, const std::vector<ColumnFacts>& now) {
  const auto made = Reading(def, now);
  return made ? made->select() : std::string(made.error().message());
}

std::string Row(const std::vector<ColumnFacts>& def, const std::vector<ColumnFacts>& now,
                const std::vector<std::optional<std::string_view>>& row,
                TableNow::Misfit misfit = TableNow::Misfit::kNeutral) {
  const auto made = Reading(def, now, misfit);
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
  const auto renamed = Reading(def, {Column("no", "int", false), Column("a", "varchar(20)")});
  EXPECT_EQ(*renamed->KeyNames(kKey), std::vector<std::string>{"no"});
  const auto dropped = Reading(def, {Column("a", "varchar(20)")});
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

TEST(TableNow, NamesThatAreKnownAreNotGuessed) {
  const std::vector<ColumnFacts> def = {kId, Column("a", "varchar(20)"),
                                        Column("b", "varchar(20)")};
  const std::vector<ColumnFacts> now = {kId, Column("a", "varchar(20)"),
                                        Column("old", "varchar(20)"), Column("c", "varchar(20)")};
  const auto made = TableNow::Make(Table(def), Table(now), TableNow::Misfit::kRefused,
                                   TableNow::Names{"id", "old", ""});
  EXPECT_EQ(made->select(), "SELECT `id`, `old` FROM `shop`.`goods`");
  EXPECT_EQ(made->Changes(), "column a is read as old, column b is gone");
  EXPECT_EQ(made->Gone(), std::vector<uint32_t>{2});
}

TEST(TableNow, WhatDoesNotFitIsRefusedUnlessItComesAgain) {
  using Misfit = TableNow::Misfit;
  const auto row = [](const ColumnFacts& before, const ColumnFacts& after, Misfit misfit) {
    const std::vector<std::optional<std::string_view>> values = {"1", "5000000000"};
    return Row({kId, before}, {kId, after}, values, misfit);
  };
  const ColumnFacts number = Column("n", "int", false);
  EXPECT_EQ(row(number, Column("n", "bigint", false), Misfit::kRepeated), "1|0");
  EXPECT_THAT(row(number, Column("n", "bigint", false), Misfit::kRefused),
              HasSubstr("column n became bigint from int, and the value "
                        "'5000000000' does not fit that; start again with --fresh"));
  // Such a value may be of before the statement.
  EXPECT_THAT(row(number, Column("n", "varchar(20)", false), Misfit::kRepeated),
              HasSubstr("does not fit that"));
  // The type outside is the same: as the log brings it.
  EXPECT_EQ(row(Column("n", "varchar(5)"), Column("n", "varchar(20)"), Misfit::kRefused),
            "1|5000000000");
  EXPECT_EQ(row(Column("n", "varchar(5)"), Column("n", "varchar(20)"), Misfit::kRepeated),
            "1|null");
}

TEST(TableNow, RowsOfTheLogAreReadLikeThoseOfTheServer) {
  const std::vector<ColumnFacts> def = {kId, Column("n", "varchar(20)"), Column("gone", "int"),
                                        Column("flag", "tinyint(1)"), Column("at", "timestamp")};
  const std::vector<ColumnFacts> now = {Column("at", "timestamp"), kId, Column("flag", "int"),
                                        Column("m", "varchar(20)")};
  const auto made = TableNow::Make(Table(def), Table(now), TableNow::Misfit::kRefused,
                                   TableNow::Names{"id", "m", "", "flag", "at"});
  EXPECT_TRUE(made->moved());
  const TableDef& image = *made->image();
  ChunkBuilder log(image.schema);
  const std::optional<std::string_view> values[] = {"2024-02-03 04:05:06", "7", "5", "x"};
  for (size_t i = 0; i < image.columns.size(); ++i) {
    ASSERT_TRUE(AppendText(image.columns[i], values[i], log.column(i)).ok());
  }
  log.EndRow(RowKind::kInsert);
  ChunkBuilder out(made->def()->schema);
  ASSERT_TRUE(made->AppendImage(*log.Finish(0), 0, out).ok());
  out.EndRow(RowKind::kInsert);
  const ChunkPtr chunk = out.Finish(0);
  std::string text;
  for (size_t i = 0; i < 5; ++i) text += "|" + ValueText(chunk->column(i), 0);
  EXPECT_EQ(text, "|7|x|null|true|2024-02-03 04:05:06");
}

TEST(TableNow, RangesStayThoseOfTheKeyUnlessItIsOfAnotherType) {
  const auto check = [](const ColumnFacts& key) {
    return Reading({kId, Column("a", "int")}, {key, Column("a", "int")})->CheckKey(kKey).ToString();
  };
  EXPECT_EQ(check(Column("no", "int", false)), "ok");
  EXPECT_THAT(check(Column("id", "bigint", false)),
              HasSubstr("column id of its key became bigint from int; start again with --fresh"));
}

}  // namespace
}  // namespace sluice::mysql
