// SPDX-License-Identifier: Apache-2.0
#include "engine/dead_letter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace sluice {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

SchemaRef Items(uint64_t version = 1) {
  auto schema = std::make_shared<Schema>();
  schema->path = {"shop", "", "items"};
  schema->columns = {{.name = "id", .type = Of(TypeKind::kBigInt), .nullable = false},
                     {.name = "name", .type = Of(TypeKind::kString)},
                     {.name = "price", .type = Decimal(38, 2)},
                     {.name = "raw", .type = Of(TypeKind::kBytes)},
                     {.name = "at", .type = {TypeKind::kTimestamp, 0, 6}}};
  if (version > 1) schema->columns.push_back({.name = "more", .type = Of(TypeKind::kInt)});
  schema->primary_key = {0};
  schema->version = version;
  return schema;
}

void Add(ChunkBuilder& rows, RowKind kind, int64_t id, std::optional<std::string_view> name) {
  rows.Stamp(1'700'000'000'123'456);
  rows.column(0).Append(id);
  name ? rows.column(1).AppendText(*name) : rows.column(1).AppendNull();
  rows.column(2).Append(Int128{1'000'000'000'000'000'000} * 1'000'000 + 25);
  rows.column(3).AppendText(std::string_view("\0\xff", 2));
  rows.column(4).Append<int64_t>(-1);
  rows.EndRow(kind);
}

std::vector<std::string> Rows(const ReadLetters& letters) {
  std::vector<std::string> out;
  for (const ChunkPtr& chunk : letters.chunks) {
    EXPECT_TRUE(chunk->Check().ok());
    for (uint32_t row = 0; row < chunk->rows(); ++row) {
      std::string text(RowKindSign(chunk->kind(row)));
      for (size_t i = 0; i < chunk->column_count(); ++i) {
        text += " " + ValueText(chunk->column(i), row);
      }
      out.push_back(text);
    }
  }
  return out;
}

// Letters to sink 2 of an update and a delete.
std::string Letters() {
  ChunkBuilder rows(Items());
  rows.SetPlace("binlog.000003:1234");
  Add(rows, RowKind::kUpdateBefore, 7, "old");
  Add(rows, RowKind::kUpdateAfter, 7, "a \"quoted\"\nname, 名");
  Add(rows, RowKind::kDelete, 8, std::nullopt);
  const ChunkPtr chunk = rows.Finish(0);
  std::string out;
  AppendTableLine(2, *chunk->schema(), out);
  AppendLetter(*chunk, {1, "name", "too long"}, 5, out);
  AppendLetter(*chunk, {2, "name", "null"}, 5, out);
  return out;
}

TEST(DeadLetter, TellsWhatPeopleAskFor) {
  const std::string text = Letters();
  EXPECT_THAT(text, HasSubstr(R"({"sink":2,"table":"shop.items","columns":["id BIGINT",)"));
  EXPECT_THAT(text,
              HasSubstr(R"({"reason":"too long","column":"name","key":"id = 7","kind":"+U",)"
                        R"("place":"binlog.000003:1234",)"
                        R"("committed":"2023-11-14 22:13:20.123456","checkpoint":5,"row":{)"));
}

TEST(DeadLetter, RowsComeBackAsTheyWere) {
  const auto read = DecodeLetters({{"f", Letters()}}, 2);
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(read->tables.at({"shop", "", "items"})->columns, Items()->columns);
  const std::string rest = " 10000000000000000000000.25 00ff 1969-12-31 23:59:59.999999";
  EXPECT_THAT(Rows(*read), ElementsAre("+I 7 a \"quoted\"\nname, 名" + rest, "-D 8 null" + rest));
}

TEST(DeadLetter, EachSinkGetsItsOwn) {
  std::string other;
  ChunkBuilder rows(Items());
  Add(rows, RowKind::kInsert, 1, "x");
  AppendTableLine(0, *Items(), other);
  AppendLetter(*rows.Finish(0), {0, "name", "why"}, 1, other);
  const std::vector<LetterFile> files = {{"a", Letters() + other}, {"b", other}};
  EXPECT_THAT(*SinksOf(files), ElementsAre(0U, 2U));
  EXPECT_EQ(Rows(*DecodeLetters(files, 0)).size(), 2U);
  EXPECT_EQ(Rows(*DecodeLetters(files, 2)).size(), 2U);
  EXPECT_EQ(Rows(*DecodeLetters(files, 1)).size(), 0U);
}

TEST(DeadLetter, RowsOfAnOlderSchemaTakeTheNewestOne) {
  std::string newer;
  AppendTableLine(2, *Items(2), newer);
  const auto read = DecodeLetters({{"a", Letters()}, {"b", newer}}, 2);
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_THAT(Rows(*read)[0], testing::EndsWith(" null"));
}

// One letter of each checkpoint, all of one row.
std::string OfRowSeven(const std::vector<CheckpointId>& checkpoints) {
  std::string out;
  AppendTableLine(2, *Items(), out);
  for (const CheckpointId checkpoint : checkpoints) {
    ChunkBuilder rows(Items());
    Add(rows, RowKind::kInsert, 7, "of " + std::to_string(checkpoint));
    AppendLetter(*rows.Finish(0), {0, "name", "why"}, checkpoint, out);
  }
  return out;
}

TEST(DeadLetter, TheNewerOfARowComesLastInWhateverOrderTheFilesAre) {
  const auto names = [](const std::vector<LetterFile>& files) {
    const auto read = DecodeLetters(files, 2);
    EXPECT_TRUE(read) << read.error().ToString();
    std::vector<std::string> out;
    for (const std::string& row : Rows(*read)) out.push_back(row.substr(5, row.find(" 1000") - 5));
    return out;
  };
  const std::string newer = OfRowSeven({10, 11});
  const std::string older = OfRowSeven({9});
  EXPECT_THAT(names({{"letters-10", newer}, {"letters-9", older}}),
              ElementsAre("of 9", "of 10", "of 11"));
  EXPECT_THAT(names({{"letters-9", older}, {"letters-10", newer}}),
              ElementsAre("of 9", "of 10", "of 11"));
  EXPECT_THAT(names({{"both", newer + older}}), ElementsAre("of 9", "of 10", "of 11"));
}

TEST(DeadLetter, LettersOfOneCheckpointKeepTheirOrder) {
  std::string deleted;
  AppendTableLine(2, *Items(), deleted);
  ChunkBuilder rows(Items());
  Add(rows, RowKind::kDelete, 7, "gone");
  AppendLetter(*rows.Finish(0), {0, "name", "why"}, 5, deleted);
  const auto read = DecodeLetters({{"a", OfRowSeven({6, 5}) + deleted + OfRowSeven({5})}}, 2);
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_THAT(Rows(*read),
              ElementsAre(testing::StartsWith("+I 7 of 5"), testing::StartsWith("-D 7 gone"),
                          testing::StartsWith("+I 7 of 5"), testing::StartsWith("+I 7 of 6")));
}

TEST(DeadLetter, MistakesAreNamedByFileAndLine) {
  const auto wrong = [](std::string text) {
    const auto read = DecodeLetters({{"f.jsonl", std::move(text)}}, 2);
    return read ? "" : read.error().ToString();
  };
  std::string mended = Letters();
  mended.replace(mended.find("\"id\":7"), 6, "\"id\":\"seven\"");
  EXPECT_THAT(wrong(mended), HasSubstr("f.jsonl:2"));
  EXPECT_THAT(wrong(mended), HasSubstr("column 'id': 'seven'"));
  EXPECT_THAT(wrong(Letters().substr(Letters().find('\n') + 1)),
              HasSubstr("f.jsonl:1: no line about a table stands before this row"));
  std::string unnumbered = Letters();
  unnumbered.replace(unnumbered.find("\"checkpoint\":5,"), 15, "");
  EXPECT_THAT(wrong(unnumbered), HasSubstr("f.jsonl:2: the number of its checkpoint is gone"));
  EXPECT_THAT(wrong("{\"sink\":2,\"schema\":\"?\"}\n"), HasSubstr("f.jsonl:1"));
  EXPECT_THAT(wrong(Letters() + "{\"row\":"), HasSubstr("f.jsonl:4"));
  EXPECT_THAT(wrong(Letters()), "");
}

TEST(DeadLetter, AValueOfWhatIsNoColumnIsRefused) {
  const auto wrong = [](const std::string& member) {
    std::string mended = Letters();
    mended.replace(mended.find("\"name\":", mended.find("\"row\":")), 7, member);
    const auto read = DecodeLetters({{"f.jsonl", std::move(mended)}}, 2);
    return read ? "" : read.error().ToString();
  };
  EXPECT_THAT(wrong("\"nmae\":"), HasSubstr("f.jsonl:2"));
  EXPECT_THAT(wrong("\"nmae\":"), HasSubstr("'nmae' is no column of table shop.items"));
  EXPECT_THAT(wrong("\"nmae\":{\"a\":1},\"name\":"), HasSubstr("'nmae' is no column"));
  EXPECT_THAT(wrong("\"nmae\":[],\"name\":"), HasSubstr("'nmae' is no column"));
  EXPECT_THAT(wrong("\"nmae\":null,\"name\":"), "");
}

TEST(DeadLetter, TheRowBeforeAnUpdateIsDeletedWhenItComesBack) {
  ChunkBuilder rows(Items());
  Add(rows, RowKind::kUpdateBefore, 7, "old");
  Add(rows, RowKind::kUpdateAfter, 8, "new");
  const ChunkPtr chunk = rows.Finish(0);
  std::string text;
  AppendTableLine(2, *chunk->schema(), text);
  AppendLetter(*chunk, {0, "id", "too long"}, 5, text);
  AppendLetter(*chunk, {1, "name", "too long"}, 5, text);
  const auto read = DecodeLetters({{"f", text}}, 2);
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_THAT(Rows(*read),
              ElementsAre(testing::StartsWith("-D 7 old"), testing::StartsWith("+I 8 new")));
}

TEST(DeadLetter, NumbersThatAreNoneComeBack) {
  auto schema = std::make_shared<Schema>(*Items());
  schema->columns = {{.name = "id", .type = Of(TypeKind::kDouble)},
                     {.name = "ratio", .type = Of(TypeKind::kFloat)}};
  ChunkBuilder rows(schema);
  rows.column(0).Append<double>(-HUGE_VAL);
  rows.column(1).Append<float>(std::nanf(""));
  rows.EndRow(RowKind::kInsert);
  const ChunkPtr chunk = rows.Finish(0);
  std::string text;
  AppendTableLine(2, *chunk->schema(), text);
  AppendLetter(*chunk, {0, "id", "infinite"}, 5, text);
  const auto read = DecodeLetters({{"f", text}}, 2);
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_THAT(Rows(*read), ElementsAre("+I -inf nan"));
}

}  // namespace
}  // namespace sluice
