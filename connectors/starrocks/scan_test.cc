// SPDX-License-Identifier: Apache-2.0
#include "starrocks/scan.h"

#include <gmock/gmock.h>

#include "starrocks/text_values.h"

namespace sluice::starrocks {
namespace {

using testing::HasSubstr;

const TableName kName{"ods", "orders"};

Schema Keyed(const Type& type) {
  Schema schema;
  schema.path = {"shop", "", "orders"};
  schema.columns = {{"id", type}, {"v", Of(TypeKind::kInt)}};
  schema.primary_key = {0};
  return schema;
}

TargetFacts Facts(const std::string& key_type) {
  TargetFacts facts;
  facts.primary_key = true;
  facts.columns = {{"ID", key_type, true, key_type}, {"v", "int", false, "int(11)"}};
  return facts;
}

TEST(StarrocksScan, KeysMustComeBackAsTheyWereWritten) {
  const auto fits = [](const std::string& there, const Type& type) {
    return CheckScanned(Facts(there), kName, Keyed(type)).ok();
  };
  EXPECT_TRUE(fits("bigint", Of(TypeKind::kInt)));
  EXPECT_TRUE(fits("largeint", Decimal(20, 0)));
  EXPECT_TRUE(fits("varchar", Decimal(20, 2)));
  EXPECT_TRUE(fits("varchar", Of(TypeKind::kString)));
  EXPECT_TRUE(fits("varchar", Of(TypeKind::kTime)));
  EXPECT_TRUE(fits("date", Of(TypeKind::kDate)));
  EXPECT_TRUE(fits("datetime", Of(TypeKind::kTimestamp)));
  EXPECT_FALSE(fits("char", Of(TypeKind::kString)));
  EXPECT_FALSE(fits("varchar", Of(TypeKind::kInt)));
  EXPECT_FALSE(fits("date", Of(TypeKind::kTimestamp)));
  EXPECT_FALSE(fits("double", Of(TypeKind::kDouble)));
  const Status status = CheckScanned(Facts("char"), kName, Keyed(Of(TypeKind::kString)));
  EXPECT_THAT(std::string(status.message()), HasSubstr("the key column id of ods.orders is char"));
}

TEST(StarrocksScan, AKeyOfMoreColumnsIsRefused) {
  TargetFacts facts = Facts("int");
  facts.columns.push_back({"day", "date", true, "date"});
  EXPECT_EQ(CheckScanned(facts, kName, Keyed(Of(TypeKind::kInt))).code(), Code::kUnsupported);
}

std::string Read(std::string_view text, const Type& type) {
  Column column(type);
  if (!AppendShown(text, column)) return "unlike";
  EXPECT_EQ(column.rows(), 1U);
  return ValueText(column, 0);
}

TEST(StarrocksScan, ValuesAreReadAsTheyAreShown) {
  EXPECT_EQ(Read("1", Of(TypeKind::kBoolean)), Read("true", Of(TypeKind::kBoolean)));
  EXPECT_NE(Read("0", Of(TypeKind::kBoolean)), Read("1", Of(TypeKind::kBoolean)));
  EXPECT_EQ(Read("-128", Of(TypeKind::kTinyInt)), "-128");
  EXPECT_EQ(Read("128", Of(TypeKind::kTinyInt)), "unlike");
  EXPECT_EQ(Read("12.340", Decimal(10, 3)), "12.340");
  EXPECT_EQ(Read("12.34", Decimal(10, 3)), "12.340");
  EXPECT_EQ(Read("12.3401", Decimal(10, 3)), "unlike");
  EXPECT_EQ(Read("2024-02-29", Of(TypeKind::kDate)), "2024-02-29");
  EXPECT_EQ(Read("2024-02-30", Of(TypeKind::kDate)), "unlike");
  const Type micros{TypeKind::kTimestamp, 0, 6};
  EXPECT_EQ(Read("2024-02-29 01:02:03.000120", micros), "2024-02-29 01:02:03.000120");
  EXPECT_EQ(Read("2024-02-29 01:02:03", micros), "2024-02-29 01:02:03.000000");
  const Type hundredths{TypeKind::kTime, 0, 2};
  EXPECT_EQ(Read("-838:59:59.25", hundredths), "-838:59:59.25");
  EXPECT_EQ(Read(" blank ", Of(TypeKind::kString)), " blank ");
  EXPECT_EQ(Read("AP8B", Of(TypeKind::kBytes)).empty(), false);
  EXPECT_EQ(Read("no base64!", Of(TypeKind::kBytes)), "unlike");
}

}  // namespace
}  // namespace sluice::starrocks
