// SPDX-License-Identifier: Apache-2.0
#include "data/chunk.h"

#include <gtest/gtest.h>

#include "data/text.h"

namespace sluice {
namespace {

SchemaRef TwoColumns() {
  auto schema = std::make_shared<Schema>();
  schema->path = {"db", "", "t"};
  schema->columns = {{.name = "id", .type = Of(TypeKind::kBigInt), .nullable = false},
                     {.name = "name", .type = Of(TypeKind::kString)}};
  schema->primary_key = {0};
  return schema;
}

void AddRow(ChunkBuilder& builder, int64_t id, const char* name, RowKind kind) {
  builder.column(0).Append<int64_t>(id);
  if (name == nullptr) {
    builder.column(1).AppendNull();
  } else {
    builder.column(1).AppendText(name);
  }
  builder.EndRow(kind);
}

TEST(ChunkTest, KeepsValuesNullsAndKinds) {
  ChunkBuilder builder(TwoColumns());
  for (int i = 0; i < 20; ++i) AddRow(builder, i, i % 3 == 0 ? nullptr : "x", RowKind::kInsert);
  AddRow(builder, 7, "y", RowKind::kDelete);
  const ChunkPtr chunk = builder.Finish(42);
  ASSERT_TRUE(chunk->Check().ok());
  EXPECT_EQ(chunk->rows(), 21U);
  EXPECT_EQ(chunk->source_micros, 42);
  for (uint32_t i = 0; i < 20; ++i) {
    EXPECT_EQ(chunk->column(0).value<int64_t>(i), i);
    EXPECT_EQ(chunk->column(1).is_null(i), i % 3 == 0) << i;
    EXPECT_EQ(chunk->kind(i), RowKind::kInsert);
  }
  EXPECT_EQ(chunk->kind(20), RowKind::kDelete);
  EXPECT_EQ(ValueText(chunk->column(1), 20), "y");
  EXPECT_TRUE(builder.empty());
}

// A row may be as large as a chunk at any place, also where rows before it were small.
TEST(ChunkTest, IsFullBehindTheRowThatFillsIt) {
  const std::string large(kChunkBytesMax, 'x');
  for (const int small : {0, 1, 2, 3, 31, 63, 64, 65, 127, 1000}) {
    ChunkBuilder builder(TwoColumns());
    for (int i = 0; i < small; ++i) AddRow(builder, i, "x", RowKind::kInsert);
    EXPECT_FALSE(builder.full()) << small;
    AddRow(builder, small, large.c_str(), RowKind::kInsert);
    EXPECT_TRUE(builder.full()) << small;
    builder.Finish(0);
    EXPECT_FALSE(builder.full()) << "the next chunk begins empty";
  }
}

TEST(ChunkTest, KeepsTheCommitTimeOfEachRow) {
  ChunkBuilder builder(TwoColumns());
  AddRow(builder, 1, "a", RowKind::kInsert);
  builder.Stamp(10);
  builder.Stamp(20);  // no row was committed at 10
  AddRow(builder, 2, "b", RowKind::kInsert);
  builder.Stamp(20);
  AddRow(builder, 3, "c", RowKind::kInsert);
  builder.Stamp(30);
  AddRow(builder, 4, "d", RowKind::kInsert);
  builder.Stamp(40);
  const ChunkPtr chunk = builder.Finish(10, 99);
  ASSERT_TRUE(chunk->Check().ok()) << chunk->Check().ToString();
  EXPECT_EQ(chunk->read_micros, 99);
  EXPECT_EQ(chunk->stamps, (std::vector<CommitStamp>{{1, 20}, {3, 30}}));
  EXPECT_EQ(chunk->commit_micros(0), 0);
  EXPECT_EQ(chunk->commit_micros(1), 20);
  EXPECT_EQ(chunk->commit_micros(2), 20);
  EXPECT_EQ(chunk->commit_micros(3), 30);
  AddRow(builder, 5, "e", RowKind::kInsert);  // the next chunk begins without a time
  EXPECT_EQ(builder.Finish(0)->commit_micros(0), 0);

  ChunkBuilder copies(TwoColumns());
  for (const uint32_t row : {3U, 0U, 1U, 2U}) copies.CopyRow(*chunk, row);
  const ChunkPtr copied = copies.Finish(0);
  EXPECT_EQ(copied->stamps, (std::vector<CommitStamp>{{0, 30}, {1, 0}, {2, 20}}));
}

TEST(ChunkTest, CheckFindsStampsOutOfOrder) {
  ChunkBuilder builder(TwoColumns());
  AddRow(builder, 1, "a", RowKind::kInsert);
  Chunk late = *builder.Finish(0);
  late.stamps = {{1, 5}};
  EXPECT_EQ(late.Check().code(), Code::kInternal);
  late.stamps = {{0, 5}, {0, 6}};
  EXPECT_EQ(late.Check().code(), Code::kInternal);
}

TEST(ChunkTest, OtherColumnsShareTheValuesAndKeepKindsAndTimes) {
  ChunkBuilder builder(TwoColumns());
  builder.Stamp(5);
  AddRow(builder, 1, "a", RowKind::kDelete);
  const ChunkPtr chunk = builder.Finish(5, 6);
  auto schema = std::make_shared<Schema>();
  schema->columns = {chunk->schema()->columns[1]};
  const ChunkPtr names = Chunk::WithColumns(chunk, schema, {chunk->shared_column(1)});
  ASSERT_TRUE(names->Check().ok());
  EXPECT_EQ(&names->column(0), &chunk->column(1));
  EXPECT_EQ(names->kind(0), RowKind::kDelete);
  EXPECT_EQ(names->source_micros, 5);
  EXPECT_EQ(names->read_micros, 6);
  EXPECT_EQ(names->stamps, chunk->stamps);
  const ChunkPtr renamed = Chunk::WithSchema(chunk, TwoColumns());
  EXPECT_EQ(&renamed->column(0), &chunk->column(0));
  EXPECT_EQ(renamed->stamps, chunk->stamps);
}

TEST(ChunkTest, AllInsertsCarryNoKinds) {
  ChunkBuilder builder(TwoColumns());
  AddRow(builder, 1, "a", RowKind::kInsert);
  EXPECT_TRUE(builder.Finish(0)->kinds().empty());
}

TEST(ChunkTest, CheckFindsATornUpdate) {
  ChunkBuilder builder(TwoColumns());
  AddRow(builder, 1, "a", RowKind::kUpdateBefore);
  const Status status = builder.Finish(0)->Check();
  EXPECT_EQ(status.code(), Code::kInternal);
  EXPECT_NE(status.message().find("update"), std::string_view::npos);
}

TEST(ChunkTest, KeyHashDependsOnTheKeyOnly) {
  ChunkBuilder builder(TwoColumns());
  AddRow(builder, 5, "a", RowKind::kInsert);
  AddRow(builder, 5, "b", RowKind::kInsert);
  AddRow(builder, 6, "b", RowKind::kInsert);
  const ChunkPtr chunk = builder.Finish(0);
  const std::vector<uint32_t> key = {0};
  EXPECT_EQ(HashKey(*chunk, 0, key), HashKey(*chunk, 1, key));
  EXPECT_NE(HashKey(*chunk, 1, key), HashKey(*chunk, 2, key));
}

TEST(SchemaTest, SurvivesItsEncoding) {
  Schema schema = *TwoColumns();
  schema.columns[1].length = 400;
  schema.columns.push_back({.name = "d", .type = Decimal(20, 4), .comment = "c"});
  schema.unique_keys = {{1, 2}};
  schema.version = 3;
  ByteWriter out;
  Encode(schema, out);
  const Bytes bytes = std::move(out).Take();
  ByteReader in(bytes);
  EXPECT_EQ(DecodeSchema(in), schema);
  EXPECT_TRUE(in.Finish("schema").ok());
  ByteReader torn(std::string_view(bytes).substr(0, bytes.size() - 3));
  DecodeSchema(torn);
  EXPECT_EQ(torn.Finish("schema").code(), Code::kCorruption);
}

TEST(TextTest, DatesTimesAndDecimals) {
  std::string out;
  AppendTimestamp(-1, 6, out);
  EXPECT_EQ(out, "1969-12-31 23:59:59.999999");
  out.clear();
  AppendDate(DaysFromCivil(2024, 2, 29), out);
  EXPECT_EQ(out, "2024-02-29");
  out.clear();
  AppendTime(-838LL * 3600 * 1000000, 0, out);
  EXPECT_EQ(out, "-838:00:00");
  out.clear();
  AppendDecimal(-5, 3, out);
  EXPECT_EQ(out, "-0.005");
  Int128 value = 0;
  ASSERT_TRUE(ParseDecimal("-12.3400", 2, value));
  EXPECT_EQ(static_cast<int64_t>(value), -1234);
  EXPECT_FALSE(ParseDecimal("1.234", 2, value));
  EXPECT_FALSE(ParseDecimal(std::string(39, '9'), 0, value));
  ASSERT_TRUE(ParseDecimal(std::string(38, '9'), 0, value));
  out.clear();
  AppendDecimal(value, 0, out);
  EXPECT_EQ(out, std::string(38, '9'));
}

}  // namespace
}  // namespace sluice
