// SPDX-License-Identifier: Apache-2.0
#include "starrocks/create_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "starrocks/options.h"

namespace sluice::starrocks {
namespace {

using testing::HasSubstr;

const TableName kName{"ods", "orders"};

ColumnInfo Text(const std::string& name, std::optional<int64_t> length) {
  return {name, Of(TypeKind::kString), true, length, "", ""};
}

Schema Orders() {
  Schema schema;
  schema.path = {"shop", "", "orders"};
  schema.columns = {Text("note", 400),
                    {"id", Of(TypeKind::kBigInt), false},
                    {"paid", Of(TypeKind::kTimestamp), false},
                    {"line", Of(TypeKind::kInt), true}};
  schema.primary_key = {1, 3};
  return schema;
}

std::string Create(const std::string& text, const Schema& schema) {
  auto statement = CreateStatement(text, kName, schema);
  return statement ? *statement : statement.error().ToString();
}

TEST(ColumnTypeTest, EveryTypeHasItsColumn) {
  const auto type = [](Type of, std::optional<int64_t> length = {}) {
    return ColumnType({"c", of, true, length});
  };
  EXPECT_EQ(type(Of(TypeKind::kBoolean)), "BOOLEAN");
  EXPECT_EQ(type(Of(TypeKind::kTinyInt)), "TINYINT");
  EXPECT_EQ(type(Of(TypeKind::kSmallInt)), "SMALLINT");
  EXPECT_EQ(type(Of(TypeKind::kInt)), "INT");
  EXPECT_EQ(type(Of(TypeKind::kBigInt)), "BIGINT");
  EXPECT_EQ(type(Of(TypeKind::kFloat)), "FLOAT");
  EXPECT_EQ(type(Of(TypeKind::kDouble)), "DOUBLE");
  EXPECT_EQ(type(Decimal(20, 0)), "DECIMAL(20, 0)");
  EXPECT_EQ(type(Decimal(38, 18)), "DECIMAL(38, 18)");
  EXPECT_EQ(type(Of(TypeKind::kDate)), "DATE");
  EXPECT_EQ(type({TypeKind::kTimestamp, 0, 6}), "DATETIME");
  EXPECT_EQ(type(Of(TypeKind::kBytes), 16), "STRING");
  // Lengths are bytes already.
  EXPECT_EQ(type(Of(TypeKind::kString), 400), "VARCHAR(400)");
  EXPECT_EQ(type(Of(TypeKind::kString), 65533), "VARCHAR(65533)");
  EXPECT_EQ(type(Of(TypeKind::kString), 65534), "STRING");
  EXPECT_EQ(type(Of(TypeKind::kString), 0), "STRING");
  EXPECT_EQ(type(Of(TypeKind::kString)), "STRING");
  EXPECT_EQ(type({TypeKind::kTime, 0, 6}), "VARCHAR(20)");
}

TEST(CreateStatementTest, KeysComeFirstInKeyOrderAndAreNotNull) {
  EXPECT_EQ(Create("CREATE TABLE `${database}`.`${table}` (${rowtype_primary_key}, "
                   "${rowtype_fields}) PRIMARY KEY (${rowtype_primary_key})",
                   Orders()),
            "CREATE TABLE `ods`.`orders` (\n`id` BIGINT NOT NULL,\n`line` INT NOT NULL,\n"
            "`note` VARCHAR(400) NULL,\n`paid` DATETIME NOT NULL\n) PRIMARY KEY (`id`, `line`)");
}

TEST(CreateStatementTest, ATableOfKeysOnlyHasNoEmptyItem) {
  Schema schema = Orders();
  schema.columns = {schema.columns[1], schema.columns[3]};
  schema.primary_key = {0, 1};
  EXPECT_EQ(Create("CREATE TABLE t (\n${rowtype_primary_key},\n${rowtype_fields}\n) X", schema),
            "CREATE TABLE t (\n`id` BIGINT NOT NULL,\n`line` INT NOT NULL\n) X");
}

TEST(CreateStatementTest, KeysGetTypesThatKeysMayHave) {
  Schema schema = Orders();
  schema.primary_key = {0, 1, 2, 3};
  schema.columns = {{"a", Decimal(20, 0)},
                    {"b", Decimal(18, 0)},
                    {"c", Decimal(10, 2)},
                    {"d", Of(TypeKind::kDate)},
                    {"e", Decimal(20, 0)}};
  EXPECT_EQ(Create("T (${rowtype_primary_key}, ${rowtype_fields})", schema),
            "T (\n`a` LARGEINT NOT NULL,\n`b` BIGINT NOT NULL,\n`c` VARCHAR(41) NOT NULL,\n"
            "`d` DATE NOT NULL,\n`e` DECIMAL(20, 0) NULL\n)");
}

TEST(CreateStatementTest, ColumnsThatTheTemplateNamesLeaveTheFields) {
  EXPECT_EQ(Create("CREATE TABLE t (id, `LINE` BIGINT NOT NULL COMMENT \"a, (b\", "
                   "day DATE AS (date(paid)), ${rowtype_fields}) X",
                   Orders()),
            "CREATE TABLE t (\n`id` BIGINT NOT NULL,\n`LINE` BIGINT NOT NULL COMMENT \"a, (b\",\n"
            "day DATE AS (date(paid)),\n`note` VARCHAR(400) NULL,\n`paid` DATETIME NOT NULL\n) X");
}

TEST(CreateStatementTest, AKeyThatIsMissingIsNamed) {
  Schema schema = Orders();
  schema.primary_key.clear();
  EXPECT_THAT(Create("T (${rowtype_fields}) PRIMARY KEY (${rowtype_primary_key})", schema),
              HasSubstr("shop.orders has no primary key"));
  EXPECT_THAT(Create("T (${rowtype_fields}) DUPLICATE KEY (${rowtype_duplicate_key})", schema),
              HasSubstr("has no unique key"));
  schema.unique_keys = {{1}};
  EXPECT_EQ(Create("T (${rowtype_unique_key}) X (${rowtype_unique_key})", schema),
            "T (\n`id` BIGINT NOT NULL\n) X (`id`)");
}

TEST(CreateStatementTest, CommentsAndNamesAreQuoted) {
  Schema schema;
  schema.path = {"shop", "", "orders"};
  schema.comment = "it's \"new\"\n\\";
  schema.columns = {{"a`b", Of(TypeKind::kInt), true, {}, "say \"x\""}};
  EXPECT_EQ(Create("T (${rowtype_fields}) COMMENT '${comment}'", schema),
            "T (\n`a``b` INT NULL COMMENT \"say \\\"x\\\"\"\n) COMMENT 'it\\'s \\\"new\\\" \\\\'");
}

TEST(CreateStatementTest, NamesDoNotLeaveTheQuotesOfTheTemplate) {
  const auto statement =
      CreateStatement("CREATE TABLE `${database}`.`${table}` (${rowtype_fields}) X `${table_name}`",
                      {"o`s", "t` (a INT); --"}, Orders());
  ASSERT_TRUE(statement) << statement.error().ToString();
  EXPECT_THAT(*statement, testing::StartsWith("CREATE TABLE `o``s`.`t`` (a INT); --` (\n`note` "));
  EXPECT_THAT(*statement, testing::EndsWith("\n) X `t`` (a INT); --`"));
}

TEST(CreateStatementTest, UnknownPlaceholdersStay) {
  EXPECT_EQ(Create("T (${rowtype_primary_key}) PROPERTIES (\"a\" = \"${b}\")", Orders()),
            "T (\n`id` BIGINT NOT NULL,\n`line` INT NOT NULL\n) PROPERTIES (\"a\" = \"${b}\")");
}

}  // namespace
}  // namespace sluice::starrocks
