// SPDX-License-Identifier: Apache-2.0
#include "data/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice {
namespace {

using ::testing::HasSubstr;

Schema Full() {
  Schema schema;
  schema.path = {"db", "own", "t"};
  schema.columns = {{.name = "id", .type = Of(TypeKind::kBigInt), .nullable = false},
                    {.name = "price",
                     .type = Decimal(38, 10),
                     .comment = "\xe4\xb8\xad",
                     .source_type = "decimal(38,10) unsigned"},
                    {.name = "name", .type = Of(TypeKind::kString), .length = 0},
                    {.name = "at", .type = {TypeKind::kTimestamp, 0, 6}, .length = 255}};
  schema.primary_key = {2, 0};
  schema.unique_keys = {{1}, {3, 1}};
  schema.comment = "of the shop";
  schema.version = 7;
  return schema;
}

TEST(TablePath, SkipsAbsentParts) {
  EXPECT_EQ((TablePath{"d", "s", "t"}).ToString(), "d.s.t");
  EXPECT_EQ((TablePath{"d", "", "t"}).ToString(), "d.t");
  EXPECT_EQ((TablePath{"", "", "t"}).ToString(), "t");
}

TEST(Schema, IsReadBackAsItWasWritten) {
  for (const Schema& schema : {Full(), Schema{}}) {
    ByteWriter out;
    Encode(schema, out);
    const Bytes bytes = std::move(out).Take();
    ByteReader in(bytes);
    EXPECT_EQ(DecodeSchema(in), schema);
    EXPECT_TRUE(in.Finish("a schema").ok());
  }
}

TEST(Schema, TornBytesAreFoundWhereverTheyEnd) {
  ByteWriter out;
  Encode(Full(), out);
  const Bytes bytes = std::move(out).Take();
  for (size_t size = 0; size < bytes.size(); ++size) {
    const Bytes torn = bytes.substr(0, size);
    ByteReader in(torn);
    DecodeSchema(in);
    ASSERT_FALSE(in.Finish("a schema").ok()) << size;
  }
}

TEST(Schema, FindsColumnsByTheirExactName) {
  EXPECT_EQ(Full().Find("name"), 2U);
  EXPECT_FALSE(Full().Find("Name"));
}

TEST(Schema, CheckNamesTheTableAndWhatIsWrong) {
  EXPECT_TRUE(Full().Check().ok());
  Schema empty = Full();
  empty.columns.clear();
  EXPECT_EQ(empty.Check().message(), "table db.own.t: it has no columns");
  Schema doubled = Full();
  doubled.columns.push_back(doubled.columns[0]);
  EXPECT_EQ(doubled.Check().message(), "table db.own.t: column id is there twice");
  Schema keyless = Full();
  keyless.primary_key = {4};
  EXPECT_THAT(std::string(keyless.Check().message()), HasSubstr("its primary key"));
  EXPECT_EQ(keyless.Check().code(), Code::kSchemaMismatch);
}

TEST(Types, AreSpelledAsSeaTunnelDoes) {
  EXPECT_EQ(Decimal(10, 2).ToString(), "DECIMAL(10, 2)");
  EXPECT_EQ(Of(TypeKind::kTinyInt).ToString(), "TINYINT");
  EXPECT_EQ((Type{TypeKind::kTimestamp, 0, 6}).ToString(), "TIMESTAMP");
}

}  // namespace
}  // namespace sluice
