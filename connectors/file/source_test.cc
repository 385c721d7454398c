// SPDX-License-Identifier: Apache-2.0
// The parts of the LocalFile source: which files, which columns, from which place on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "file/file_rows.h"
#include "file/read_table.h"
#include "file/text_feed.h"
#include "format/parquet.h"

namespace sluice::file {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sluice-files-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    options_.path = folder_;
  }
  ~FilesTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, std::string_view text) {
    const std::string path = folder_ + "/" + name;
    EXPECT_TRUE(env_.MakeDirs(path.substr(0, path.rfind('/'))).ok());
    EXPECT_TRUE(env_.WriteFile(path, text).ok());
    return path;
  }
  std::vector<std::string> Names() {
    std::vector<std::string> out;
    const auto files = ListFiles(env_, options_);
    for (const FileEntry& file : *files) {
      out.push_back(file.path.substr(folder_.size() + 1));
    }
    return out;
  }

  Env& env_ = Env::Default();
  std::string folder_;
  SourceOptions options_;
};

TEST_F(FilesTest, WhatIsNoDataIsLeftOut) {
  for (const char* name : {"b.csv", "a/day=1/x.csv", ".hidden", ".crc/y", "_SUCCESS"})
    Write(name, "1");
  Write("empty.csv", "");
  EXPECT_THAT(Names(), ElementsAre("a/day=1/x.csv", "b.csv"));
  options_.path = folder_ + "/b.csv";
  EXPECT_THAT(Names(), ElementsAre("b.csv"));
  options_.path = folder_ + "/nowhere";
  EXPECT_THAT(ListFiles(env_, options_).error().ToString(), HasSubstr("no such file or folder"));
}

TEST_F(FilesTest, FiltersCountTogether) {
  for (const char* name : {"day=1/a1.csv", "day=1/b.csv", "day=2/a2.csv", "day=1/a3.txt"})
    Write(name, "1");
  options_.file_filter_pattern = "a\\d\\.\\w+";
  EXPECT_THAT(Names(), ElementsAre("day=1/a1.csv", "day=1/a3.txt", "day=2/a2.csv"));
  options_.filename_extension = ".csv";
  options_.read_partitions = {"day=1"};
  EXPECT_THAT(Names(), ElementsAre("day=1/a1.csv"));
}

TEST_F(FilesTest, AFileThatIsAnotherIsTold) {
  Write("a", "12345");
  const FileEntry file = ListFiles(env_, options_)->front();
  EXPECT_TRUE(CheckUnchanged(env_, file).ok());
  Write("a", "123456");
  const Status changed = CheckUnchanged(env_, file);
  EXPECT_EQ(changed.code(), Code::kPositionLost);
  EXPECT_THAT(std::string(changed.message()), HasSubstr("it had 5 bytes and has 6"));
  std::filesystem::remove(file.path);
  EXPECT_THAT(CheckUnchanged(env_, file).ToString(), HasSubstr("gone since the job began"));
}

TEST_F(FilesTest, TextGoesOnAtEveryPlace) {
  const std::string text = "\xef\xbb\xbfgröße, 名\nzwei\n";
  const std::string path = Write("a", text);
  const std::string expected = text.substr(3);
  for (uint64_t place = 0; place < expected.size(); ++place) {
    auto feed = TextFeed::Open(env_, path, "UTF-8", false, place);
    ASSERT_TRUE(feed);
    std::string out;
    // Within a character the rest is broken text; places are always between rows.
    const auto more = (*feed)->Next(100, out);
    const bool between = (static_cast<uint8_t>(expected[place]) & 0xc0U) != 0x80U;
    EXPECT_EQ(more.has_value(), between) << place;
    if (between) {
      EXPECT_EQ(out, expected.substr(place)) << place;
    }
  }
}

TEST_F(FilesTest, AMarkThatIsNotAtTheBeginningIsText) {
  const std::string text =
      "a\n\xef\xbb\xbf"
      "b\n";
  auto feed = TextFeed::Open(env_, Write("a", text), "UTF-8", false, 2);
  ASSERT_TRUE(feed);
  std::string out;
  ASSERT_TRUE((*feed)->Next(100, out));
  EXPECT_EQ(out, text.substr(2));
}

TEST_F(FilesTest, TextOfAnotherCharsetGoesOnToo) {
  const std::string path = Write("a", "\xc3\xfb,1\n\xc3\xfb,2\n");
  const std::string expected = "名,1\n名,2\n";
  for (uint64_t place = 0; place < expected.size(); ++place) {
    auto feed = TextFeed::Open(env_, path, "GBK", false, place);
    ASSERT_TRUE(feed);
    std::string out;
    ASSERT_TRUE((*feed)->Next(100, out));
    EXPECT_EQ(out, expected.substr(place)) << place;
  }
  EXPECT_EQ(TextFeed::Open(env_, path, "GBK", false, 1000).error().code(), Code::kPositionLost);
}

TableConfig Config(std::vector<std::string> columns) {
  TableConfig config;
  config.path = {"", "", "t"};
  config.options.format = Format::kCsv;
  Schema schema;
  schema.path = config.path;
  for (std::string& name : columns) {
    schema.columns.push_back({.name = std::move(name), .type = Of(TypeKind::kString)});
  }
  schema.primary_key = {0};
  config.schema = std::move(schema);
  return config;
}

std::vector<std::string> ColumnsOf(const FoundTable& table) {
  std::vector<std::string> names;
  for (const ColumnInfo& column : table.schema->columns) names.push_back(column.name);
  return names;
}

TEST_F(FilesTest, FoldersBecomeTheLastColumnsUnlessFilesHoldThem) {
  TableConfig config = Config({"id", "day"});
  const std::vector<FileEntry> files = {{"/d/day=1/hour=2/a", 1, 1}};
  const FoundTable table = *FindTable(env_, config, files);
  EXPECT_THAT(ColumnsOf(table), ElementsAre("id", "day", "hour"));
  const RowLayout layout = *LayoutOf(table, "/d/hour=3/day=4/b", FieldsOf(config));
  EXPECT_THAT(layout.constants, ElementsAre("3"));
  EXPECT_THAT(layout.column_of, ElementsAre(0, 1));
  EXPECT_THAT(LayoutOf(table, "/d/b", FieldsOf(config)).error().ToString(),
              HasSubstr("parse_partition_from_path = false"));
  config.options.parse_partitions = false;
  EXPECT_THAT(ColumnsOf(*FindTable(env_, config, files)), ElementsAre("id", "day"));
}

TEST_F(FilesTest, FewerColumnsInAnotherOrder) {
  TableConfig config = Config({"id", "a", "b"});
  config.options.read_columns = {"b", "id"};
  const FoundTable table = *FindTable(env_, config, {});
  EXPECT_THAT(ColumnsOf(table), ElementsAre("b", "id"));
  EXPECT_THAT(table.schema->primary_key, ElementsAre(1U));
  EXPECT_THAT(LayoutOf(table, "f", FieldsOf(config))->column_of,
              ElementsAre(1, RowLayout::kLeftOut, 0));
  EXPECT_THAT(LayoutOf(table, "f", {"id"}).error().ToString(),
              HasSubstr("f: it has no column 'b'"));
  config.options.read_columns = {"a"};
  EXPECT_TRUE(FindTable(env_, config, {})->schema->primary_key.empty());
}

// A schema block has no fractions of seconds; a parquet file has, of times of day too.
TEST_F(FilesTest, FractionsOfSecondsAreThoseOfTheParquetFile) {
  Schema schema;
  schema.path = {"", "", "t"};
  schema.columns = {{.name = "t", .type = {TypeKind::kTime, 0, 6}},
                    {.name = "at", .type = {TypeKind::kTimestamp, 0, 6}}};
  const auto encoder = MakeParquetEncoder(schema, {{0, "t"}, {1, "at"}}, {});
  ASSERT_TRUE(encoder) << encoder.error().ToString();
  ChunkBuilder rows(std::make_shared<Schema>(schema));
  rows.column(0).Append<int64_t>(1'500'000);
  rows.column(1).Append<int64_t>(1'250'000);
  rows.EndRow(RowKind::kInsert);
  const uint32_t numbers[] = {0};
  std::string bytes;
  ASSERT_TRUE((*encoder)->Append(*rows.Finish(0), numbers, bytes).ok());
  ASSERT_TRUE((*encoder)->Finish(bytes).ok());
  const std::string path = Write("a", bytes);

  TableConfig config = Config({"t", "at"});
  config.options.format = Format::kParquet;
  config.schema->columns[0].type = Of(TypeKind::kTime);
  config.schema->columns[1].type = Of(TypeKind::kTimestamp);
  const auto table = FindTable(env_, config, {{path, bytes.size(), 1}});
  ASSERT_TRUE(table) << table.error().ToString();
  auto file = env_.OpenForRead(path);
  auto reader = ParquetReader::Open(path, std::move(*file), bytes.size());
  ASSERT_TRUE(reader) << reader.error().ToString();
  const Status begun = (*reader)->Begin(*LayoutOf(*table, path, {"t", "at"}), 0, 0);
  ASSERT_TRUE(begun.ok()) << begun.ToString();
  ChunkBuilder read(table->schema);
  ASSERT_TRUE((*reader)->Next(read));
  const ChunkPtr chunk = read.Finish(0);
  EXPECT_EQ(ValueText(chunk->column(0), 0), "00:00:01.500000");
  EXPECT_EQ(ValueText(chunk->column(1), 0), "1970-01-01 00:00:01.250000");
}

TEST_F(FilesTest, OnlyTextAndCsvHaveHeaderLines) {
  const auto rows = [&](Format format, std::string_view text) {
    TableConfig config = Config({"id"});
    config.options.format = format;
    config.options.skip_header_rows = 1;
    config.style.field_delimiter = ",";
    config.style.row_delimiter = "\n";
    const std::string path = Write("a", text);
    const FoundTable table = *FindTable(env_, config, {{path, text.size(), 1}});
    auto file =
        FileRows::Open(env_, config, table, {.file = {path, text.size(), 1}, .next = {0, 1}});
    EXPECT_TRUE(file) << file.error().ToString();
    ChunkBuilder builder(table.schema);
    EXPECT_FALSE(*(*file)->Next(builder));
    std::vector<std::string> out;
    const ChunkPtr chunk = builder.Finish(0);
    for (uint32_t row = 0; row < chunk->rows(); ++row) {
      out.push_back(ValueText(chunk->column(0), row));
    }
    return out;
  };
  EXPECT_THAT(rows(Format::kCsv, "head\n1\n2\n"), ElementsAre("1", "2"));
  EXPECT_THAT(rows(Format::kText, "head\n1\n2\n"), ElementsAre("1", "2"));
  EXPECT_THAT(rows(Format::kJson, "{\"id\":\"1\"}\n{\"id\":\"2\"}\n"), ElementsAre("1", "2"));
}

TEST(FileSplits, ComeBackAndBrokenOnesAreRefused) {
  const FileSplit split{7, 1, {"/d/a", 123, -5}, {456, 7}};
  const Split encoded = EncodeSplit(split);
  EXPECT_EQ(encoded.id, "file-7");
  EXPECT_EQ(*DecodeSplit(encoded), split);
  for (size_t size = 0; size < encoded.position.size(); ++size) {
    EXPECT_FALSE(DecodeSplit({"file-7", encoded.position.substr(0, size)})) << size;
  }
  auto schema = std::make_shared<Schema>();
  schema->path = {"", "", "t"};
  schema->columns = {{.name = "a", .type = Of(TypeKind::kInt)}};
  SourceState state{.tables = {{schema, {}}, {schema, {"a"}}}, .files = {split, split}};
  state.handed_out = 1;
  state.total = 2;
  const Bytes bytes = EncodeState(state);
  const SourceState back = *DecodeState(bytes);
  EXPECT_THAT(back.files, ElementsAre(split));  // the first is with its reader
  EXPECT_EQ(back.tables[1].partition_keys, state.tables[1].partition_keys);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeState(bytes.substr(0, size))) << size;
  }
  state.tables.pop_back();
  EXPECT_THAT(DecodeState(EncodeState(state)).error().ToString(),
              HasSubstr("a table that there is not"));
}

}  // namespace
}  // namespace sluice::file
