// SPDX-License-Identifier: Apache-2.0
#include "format/parquet.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice {
namespace {

using testing::HasSubstr;

class Memory final : public ReadableFile {
 public:
  explicit Memory(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<size_t> ReadAt(uint64_t offset, std::span<char> out) override {
    if (offset >= bytes_.size()) return size_t{0};
    return bytes_.copy(out.data(), out.size(), offset);
  }

 private:
  const std::string bytes_;
};

Result<std::unique_ptr<ParquetReader>> Reader(const std::string& bytes,
                                              const LocalZone& zone = LocalZone::OfProcess()) {
  return ParquetReader::Open("f", std::make_unique<Memory>(bytes), bytes.size(), zone);
}

LocalZone Zone(const char* name) {
  ::setenv("TZ", name, 1);
  const LocalZone zone;
  ::unsetenv("TZ");
  return zone;
}

SchemaRef Table() {
  auto schema = std::make_shared<Schema>();
  schema->path = {"", "", "t"};
  const Type types[] = {
      Of(TypeKind::kBoolean), Of(TypeKind::kTinyInt), Of(TypeKind::kSmallInt),
      Of(TypeKind::kInt),     Of(TypeKind::kBigInt),  Of(TypeKind::kFloat),
      Of(TypeKind::kDouble),  Decimal(38, 4),         Of(TypeKind::kString),
      Of(TypeKind::kBytes),   Of(TypeKind::kDate),    {TypeKind::kTimestamp, 0, 6}};
  for (const Type& type : types) {
    schema->columns.push_back({.name = "c" + std::to_string(schema->columns.size()), .type = type});
  }
  return schema;
}

void AddRow(ChunkBuilder& rows, int64_t n) {
  rows.column(0).Append(static_cast<uint8_t>(n % 2));
  rows.column(1).Append(static_cast<int8_t>(-n % 128));
  rows.column(2).Append(static_cast<int16_t>(-n));
  rows.column(3).Append(static_cast<int32_t>(n));
  rows.column(4).Append<int64_t>(n - (int64_t{1} << 62));
  rows.column(5).Append(static_cast<float>(n) / 8);
  rows.column(6).Append(static_cast<double>(n) / 3);
  rows.column(7).Append(Int128{n} * 1'000'000'000'000'000'000 * 1'000'000'000);
  rows.column(8).AppendText(n % 3 == 0 ? "" : "größe " + std::to_string(n));
  rows.column(9).AppendText(std::string(static_cast<size_t>(n % 4), '\0'));
  rows.column(10).Append(static_cast<int32_t>(n - 1000));
  rows.column(11).Append<int64_t>(-n);
  rows.EndRow(RowKind::kInsert);
}

void AddNulls(ChunkBuilder& rows) {
  for (size_t i = 0; i < rows.schema()->columns.size(); ++i) rows.column(i).AppendNull();
  rows.EndRow(RowKind::kInsert);
}

void AddLines(const Chunk& chunk, std::vector<std::string>& out) {
  for (uint32_t row = 0; row < chunk.rows(); ++row) {
    std::string line;
    for (size_t i = 0; i < chunk.column_count(); ++i) line += ValueText(chunk.column(i), row) + "|";
    out.push_back(line);
  }
}

struct File {
  std::string bytes;
  std::vector<std::string> rows;
};

// Three groups of 500 rows, nulls among them.
File Write(const ParquetStyle& style = {}) {
  const SchemaRef schema = Table();
  std::vector<EncodedColumn> columns;
  for (uint32_t i = 0; i < schema->columns.size(); ++i) {
    columns.push_back({i, schema->columns[i].name});
  }
  auto encoder = MakeParquetEncoder(*schema, columns, style);
  EXPECT_TRUE(encoder) << encoder.error().ToString();
  File file;
  for (int64_t group = 0; group < 3; ++group) {
    ChunkBuilder rows(schema);
    std::vector<uint32_t> numbers;
    for (uint32_t i = 0; i < 500; ++i) {
      numbers.push_back(i);
      i % 7 == 3 ? AddNulls(rows) : AddRow(rows, group * 500 + i);
    }
    const ChunkPtr chunk = rows.Finish(0);
    AddLines(*chunk, file.rows);
    const Status status = (*encoder)->Append(*chunk, numbers, file.bytes);
    EXPECT_TRUE(status.ok()) << status.ToString();
    EXPECT_TRUE((*encoder)->Flush(file.bytes).ok());
  }
  EXPECT_TRUE((*encoder)->Finish(file.bytes).ok());
  return file;
}

RowLayout Whole() {
  RowLayout layout{.schema = Table(), .fields = {}, .column_of = {}, .constants = {}};
  for (size_t i = 0; i < layout.schema->columns.size(); ++i) {
    layout.fields.push_back(layout.schema->columns[i].name);
    layout.column_of.push_back(static_cast<int>(i));
  }
  return layout;
}

TEST(Parquet, RowsComeBackFromEveryPlace) {
  const File file = Write();
  for (const auto& [group, row] : {std::pair{0, 0}, {0, 499}, {1, 0}, {1, 123}, {2, 499}}) {
    auto reader = Reader(file.bytes);
    ASSERT_TRUE(reader) << reader.error().ToString();
    ASSERT_TRUE(
        (*reader)->Begin(Whole(), static_cast<uint64_t>(group), static_cast<uint64_t>(row)).ok());
    std::vector<std::string> rows;
    for (bool more = true; more;) {
      ChunkBuilder builder(Table());
      auto next = (*reader)->Next(builder);
      ASSERT_TRUE(next) << next.error().ToString();
      more = *next;
      if (builder.empty()) continue;
      const ChunkPtr chunk = builder.Finish(0);
      EXPECT_TRUE(chunk->Check().ok());
      AddLines(*chunk, rows);
    }
    const auto begin = file.rows.begin() + group * 500 + row;
    EXPECT_EQ(rows, std::vector<std::string>(begin, file.rows.end())) << group << " " << row;
  }
}

TEST(Parquet, EveryCompressionIsReadAgain) {
  for (const auto compression :
       {ParquetCompression::kSnappy, ParquetCompression::kLz4, ParquetCompression::kGzip,
        ParquetCompression::kBrotli, ParquetCompression::kZstd}) {
    const File file = Write({.compression = compression, .int96 = true});
    auto reader = Reader(file.bytes);
    ASSERT_TRUE(reader) << reader.error().ToString();
    ASSERT_TRUE((*reader)->Begin(Whole(), 0, 0).ok());
    ChunkBuilder builder(Table());
    ASSERT_TRUE((*reader)->Next(builder));
    std::vector<std::string> rows;
    AddLines(*builder.Finish(0), rows);
    EXPECT_EQ(rows, file.rows);
  }
}

// A small row in front, and 63 that are as large as a quarter of a chunk.
TEST(Parquet, ChunksOfLargeRowsAreBoundedByTheirBytes) {
  constexpr size_t kLarge = kChunkBytesMax / 4;
  Schema schema;
  schema.path = {"", "", "t"};
  schema.columns = {{.name = "text", .type = Of(TypeKind::kString)}};
  const auto table = std::make_shared<Schema>(schema);
  ChunkBuilder rows(table);
  std::vector<uint32_t> numbers;
  for (uint32_t i = 0; i < 64; ++i) {
    numbers.push_back(i);
    rows.column(0).AppendText(i == 0 ? "a" : std::string(kLarge, 'x'));
    rows.EndRow(RowKind::kInsert);
  }
  auto encoder = MakeParquetEncoder(schema, {{0, "text"}}, {});
  ASSERT_TRUE(encoder) << encoder.error().ToString();
  std::string bytes;
  ASSERT_TRUE((*encoder)->Append(*rows.Finish(0), numbers, bytes).ok());
  ASSERT_TRUE((*encoder)->Finish(bytes).ok());
  auto reader = Reader(bytes);
  ASSERT_TRUE(reader) << reader.error().ToString();
  ASSERT_TRUE(
      (*reader)
          ->Begin({.schema = table, .fields = {"text"}, .column_of = {0}, .constants = {}}, 0, 0)
          .ok());
  size_t text = 0;
  for (bool more = true; more;) {
    ChunkBuilder builder(table);
    more = *(*reader)->Next(builder);
    if (builder.empty()) continue;
    const ChunkPtr chunk = builder.Finish(0);
    EXPECT_LE(chunk->bytes(), 2 * kChunkBytesMax + 1000) << chunk->rows();
    text += chunk->column(0).data().size();
  }
  EXPECT_EQ(text, 1 + 63 * kLarge);
}

// Columns of timestamps of these scales, and one row of microseconds.
std::string Times(const std::vector<int>& scales, const std::vector<int64_t>& micros,
                  const LocalZone& zone, bool int96) {
  Schema schema;
  schema.path = {"", "", "t"};
  std::vector<EncodedColumn> columns;
  for (const int scale : scales) {
    const auto i = static_cast<uint32_t>(columns.size());
    columns.push_back({i, "c" + std::to_string(i)});
    schema.columns.push_back({.name = columns[i].name, .type = {TypeKind::kTimestamp, 0, scale}});
  }
  auto encoder = MakeParquetEncoder(schema, columns, {.int96 = int96}, zone);
  EXPECT_TRUE(encoder) << encoder.error().ToString();
  ChunkBuilder rows(std::make_shared<Schema>(schema));
  for (uint32_t i = 0; i < micros.size(); ++i) rows.column(i).Append(micros[i]);
  rows.EndRow(RowKind::kInsert);
  const uint32_t numbers[] = {0};
  std::string bytes;
  EXPECT_TRUE((*encoder)->Append(*rows.Finish(0), numbers, bytes).ok());
  EXPECT_TRUE((*encoder)->Finish(bytes).ok());
  return bytes;
}

// The first row, and the types in front of the values.
std::string FirstRow(const std::string& bytes, const LocalZone& zone) {
  auto reader = Reader(bytes, zone);
  EXPECT_TRUE(reader) << reader.error().ToString();
  Schema schema;
  RowLayout layout;
  std::string out;
  for (const auto& column : (*reader)->columns()) {
    layout.fields.push_back(column.info.name);
    layout.column_of.push_back(static_cast<int>(schema.columns.size()));
    schema.columns.push_back(column.info);
    out += fmt::format("{}({}) ", column.info.type.ToString(), column.info.type.scale);
  }
  layout.schema = std::make_shared<Schema>(schema);
  EXPECT_TRUE((*reader)->Begin(layout, 0, 0).ok());
  ChunkBuilder rows(layout.schema);
  EXPECT_TRUE((*reader)->Next(rows));
  std::vector<std::string> lines;
  AddLines(*rows.Finish(0), lines);
  return out + lines[0];
}

TEST(Parquet, TimestampsAreInstantsOfTheZone) {
  const LocalZone utc = Zone("UTC");
  constexpr int64_t kNoon = 1'709'208'000'123'456;  // 2024-02-29 12:00:00.123456
  for (const auto& [name, in_utc] : {std::pair{"Asia/Shanghai", "2024-02-29 04:00:00.123"},
                                     {"America/New_York", "2024-02-29 17:00:00.123"}}) {
    const LocalZone zone = Zone(name);
    const std::string bytes = Times({0, 3, 6}, {kNoon, kNoon, kNoon}, zone, false);
    const std::string types = "TIMESTAMP(3) TIMESTAMP(3) TIMESTAMP(6) ";
    const std::string instant = in_utc;
    EXPECT_EQ(FirstRow(bytes, utc), types + instant + "|" + instant + "|" + instant + "456|");
    EXPECT_EQ(
        FirstRow(bytes, zone),
        types + "2024-02-29 12:00:00.123|2024-02-29 12:00:00.123|2024-02-29 12:00:00.123456|");
    const std::string old = Times({3, 6}, {kNoon, kNoon}, zone, true);
    EXPECT_EQ(FirstRow(old, utc),
              "TIMESTAMP(6) TIMESTAMP(6) " + instant + "000|" + instant + "456|");
    EXPECT_EQ(FirstRow(old, zone),
              "TIMESTAMP(6) TIMESTAMP(6) 2024-02-29 12:00:00.123000|2024-02-29 12:00:00.123456|");
  }
}

// The first and the last moment of the calendar, and those at changes of clocks.
TEST(Parquet, TimestampsComeBackInEveryZone) {
  for (const char* name : {"UTC", "Asia/Shanghai", "America/New_York", "Pacific/Apia"}) {
    const LocalZone zone = Zone(name);
    for (const bool int96 : {false, true}) {
      for (const int64_t micros :
           {-62'167'219'200'000'000, int64_t{-1}, int64_t{0}, 1'710'036'000'000'000 - 1,
            1'710'039'600'000'000, 1'730'597'400'000'000, 253'402'300'799'999'999}) {
        const std::string bytes = Times({6}, {micros}, zone, int96);
        Column wanted({TypeKind::kTimestamp, 0, 6});
        wanted.Append(micros);
        EXPECT_EQ(FirstRow(bytes, zone), "TIMESTAMP(6) " + ValueText(wanted, 0) + "|")
            << name << " " << int96;
      }
    }
  }
}

TEST(Parquet, AnotherTypeIsNamed) {
  const File file = Write();
  auto reader = Reader(file.bytes);
  RowLayout layout = Whole();
  Schema other = *layout.schema;
  other.columns[3].type = Of(TypeKind::kDate);
  layout.schema = std::make_shared<Schema>(other);
  const Status status = (*reader)->Begin(layout, 0, 0);
  EXPECT_EQ(status.code(), Code::kSchemaMismatch);
  EXPECT_THAT(std::string(status.message()), HasSubstr("f: column 'c3' is INT, where DATE"));
}

TEST(Parquet, BrokenFilesAreRefused) {
  const std::string bytes = Write().bytes;
  for (const size_t size : {size_t{0}, size_t{4}, bytes.size() / 2, bytes.size() - 1}) {
    EXPECT_FALSE(Reader(bytes.substr(0, size))) << size;
  }
  const auto text = Reader("id,name\n1,a\n");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code(), Code::kCorruption);
  EXPECT_THAT(text.error().ToString(), HasSubstr("it is no parquet file"));
}

TEST(Parquet, ATimeOfDayCannotBeWritten) {
  Schema schema;
  schema.path = {"", "", "t"};
  schema.columns = {{.name = "t", .type = {TypeKind::kTime, 0, 6}}};
  auto encoder = MakeParquetEncoder(schema, {{0, "t"}}, {});
  if (encoder) {
    ChunkBuilder rows(std::make_shared<Schema>(schema));
    rows.column(0).Append<int64_t>(-1);  // Arrow's times are of one day
    rows.EndRow(RowKind::kInsert);
    const uint32_t numbers[] = {0};
    std::string out;
    EXPECT_EQ((*encoder)->Append(*rows.Finish(0), numbers, out).code(), Code::kSchemaMismatch);
  }
}

}  // namespace
}  // namespace sluice
