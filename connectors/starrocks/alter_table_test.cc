// SPDX-License-Identifier: Apache-2.0
#include "starrocks/alter_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::starrocks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const TableName kName{"ods", "goods"};

// id BIGINT, the key; name VARCHAR(20); price DECIMAL(10, 2) in both source and target.
class AlterTableTest : public testing::Test {
 protected:
  AlterTableTest() {
    before_.path = {"shop", "", "goods"};
    before_.columns = {{.name = "id", .type = Of(TypeKind::kBigInt), .nullable = false},
                       {.name = "name", .type = Of(TypeKind::kString), .length = 20},
                       {.name = "price", .type = Decimal(10, 2)}};
    before_.primary_key = {0};
    after_ = before_;
    facts_.primary_key = true;
    facts_.columns = {{"id", "bigint", true, "bigint(20)", false},
                      {"NAME", "varchar", false, "varchar(20)", true},
                      {"price", "decimal", false, "decimal(10, 2)", true}};
  }
  Alteration Plan() const {
    return PlanAlteration(
        facts_, kName, {std::make_shared<Schema>(before_), std::make_shared<Schema>(after_), ""});
  }
  ColumnInfo& AddColumn(Type type) {
    after_.columns.push_back({.name = "extra", .type = type});
    return after_.columns.back();
  }

  Schema before_;
  Schema after_;
  TargetFacts facts_;
};

TEST_F(AlterTableTest, ANewColumnComesBehindItsNeighbourAndTakesNull) {
  AddColumn(Of(TypeKind::kInt)).nullable = false;
  EXPECT_THAT(Plan().statements,
              ElementsAre("ALTER TABLE `ods`.`goods` ADD COLUMN `extra` INT NULL AFTER `price`"));
}

TEST_F(AlterTableTest, NothingComesBetweenTheColumnsOfAKey) {
  after_.columns.insert(after_.columns.begin() + 1, {.name = "extra", .type = Of(TypeKind::kDate)});
  EXPECT_THAT(Plan().statements,
              ElementsAre("ALTER TABLE `ods`.`goods` ADD COLUMN `extra` DATE NULL"));
}

TEST_F(AlterTableTest, RowsThatAreThereGetWhatTheyHoldAtTheSource) {
  AddColumn(Of(TypeKind::kString)).initial = R"(a "b" \)";
  EXPECT_THAT(
      Plan().statements,
      ElementsAre(HasSubstr(R"(ADD COLUMN `extra` STRING NULL DEFAULT "a \"b\" \\" AFTER)")));
  after_.columns.back().type = Of(TypeKind::kTimestamp);
  after_.columns.back().initial = "2024-01-02 03:04:05.000000";
  EXPECT_THAT(Plan().statements, ElementsAre(HasSubstr("DEFAULT \"2024-01-02 03:04:05\"")));
}

TEST_F(AlterTableTest, AValueThatIsNoDefaultIsTold) {
  for (const auto& [type, text] :
       {std::pair(Of(TypeKind::kBytes), "YQ=="), std::pair(Of(TypeKind::kString), "a\nb"),
        std::pair(Of(TypeKind::kTimestamp), "2024-01-02 03:04:05.5")}) {
    after_ = before_;
    AddColumn(type).initial = text;
    const Alteration plan = Plan();
    EXPECT_THAT(plan.statements, ElementsAre(testing::Not(HasSubstr("DEFAULT"))));
    EXPECT_THAT(plan.notes, ElementsAre(HasSubstr("null in the new column extra")));
  }
}

TEST_F(AlterTableTest, WhatIsDoneAlreadyIsNotDoneAgain) {
  AddColumn(Of(TypeKind::kInt));
  after_.columns.erase(after_.columns.begin() + 2);  // price
  after_.columns[1].length = 40;
  EXPECT_THAT(Plan().statements,
              ElementsAre("ALTER TABLE `ods`.`goods` DROP COLUMN `price`",
                          "ALTER TABLE `ods`.`goods` MODIFY COLUMN `NAME` VARCHAR(40) NULL",
                          "ALTER TABLE `ods`.`goods` ADD COLUMN `extra` INT NULL AFTER `NAME`"));
  facts_.columns = {{"id", "bigint", true, "bigint(20)", false},
                    {"name", "varchar", false, "varchar(40)", true},
                    {"extra", "int", false, "int(11)", true}};
  EXPECT_THAT(Plan().statements, IsEmpty());
}

TEST_F(AlterTableTest, AColumnThatHoldsMoreStaysAsItIs) {
  after_.columns[1].length = 30;
  facts_.columns[1].full_type = "varchar(65533)";
  EXPECT_THAT(Plan().statements, IsEmpty());
  facts_.columns[1].nullable = false;
  EXPECT_THAT(Plan().statements,
              ElementsAre("ALTER TABLE `ods`.`goods` MODIFY COLUMN `NAME` varchar(65533) NULL"));
}

TEST_F(AlterTableTest, ADefaultIsRestated) {
  after_.columns[1].length = 40;
  const auto clause = [&](const std::string& type, const std::string& text) {
    facts_.columns[1].type = type;
    facts_.columns[1].initial = text;
    const std::string sql = Plan().statements.at(0);
    return sql.substr(sql.find(" NULL") + 5);
  };
  EXPECT_EQ(clause("varchar", "7"), " DEFAULT \"7\"");
  EXPECT_EQ(clause("varchar", ""), " DEFAULT \"\"");
  EXPECT_EQ(clause("varchar", "it's \"a\" \\\n"), R"( DEFAULT "it's \"a\" \\\n")");
  EXPECT_EQ(clause("varchar", "CURRENT_TIMESTAMP"), " DEFAULT \"CURRENT_TIMESTAMP\"");
  EXPECT_EQ(clause("datetime", "CURRENT_TIMESTAMP"), " DEFAULT CURRENT_TIMESTAMP");
  EXPECT_EQ(clause("datetime", "CURRENT_TIMESTAMP(3)"), " DEFAULT CURRENT_TIMESTAMP(3)");
  EXPECT_EQ(clause("datetime", "now(6)"), " DEFAULT CURRENT_TIMESTAMP(6)");
  EXPECT_EQ(clause("datetime", "now()"), " DEFAULT CURRENT_TIMESTAMP");
  EXPECT_EQ(clause("datetime", "current_timestamp()"), " DEFAULT CURRENT_TIMESTAMP");
  EXPECT_EQ(clause("varchar", "now(6)"), " DEFAULT \"now(6)\"");
  EXPECT_EQ(clause("varchar", "uuid()"), " DEFAULT (uuid())");
  EXPECT_EQ(clause("varchar", "NULL"), "") << "how some versions show that there is none";
}

TEST_F(AlterTableTest, AColumnThatDidNotChangeIsLeftAlone) {
  facts_.columns[2].full_type = "decimal(5, 2)";
  EXPECT_THAT(Plan().statements, IsEmpty());
}

TEST(HoldsTest, TypesByWhatTheyHold) {
  const auto holds = [](const std::string& type, Type wanted, std::optional<int64_t> length = {}) {
    return Holds(type, {.name = "c", .type = wanted, .length = length});
  };
  EXPECT_TRUE(holds("bigint(20)", Of(TypeKind::kInt)));
  EXPECT_FALSE(holds("int(11)", Of(TypeKind::kBigInt)));
  EXPECT_TRUE(holds("bigint(20) unsigned", Of(TypeKind::kBigInt)));
  EXPECT_FALSE(holds("tinyint(1)", Of(TypeKind::kTinyInt))) << "that is how BOOLEAN is shown";
  EXPECT_TRUE(holds("tinyint(1)", Of(TypeKind::kBoolean)));
  EXPECT_TRUE(holds("decimal(12,4)", Decimal(10, 2)));
  EXPECT_FALSE(holds("decimal(12,4)", Decimal(11, 2)));
  EXPECT_FALSE(holds("varchar(20)", Decimal(10, 2)));
  EXPECT_TRUE(holds("double", Of(TypeKind::kFloat)));
  EXPECT_FALSE(holds("float", Of(TypeKind::kDouble)));
  EXPECT_TRUE(holds("varchar(20)", Of(TypeKind::kString), 20));
  EXPECT_FALSE(holds("varchar(20)", Of(TypeKind::kString), 21));
  EXPECT_TRUE(holds("varchar(65533)", Of(TypeKind::kString)));
  EXPECT_TRUE(holds("json", Of(TypeKind::kString)));
  EXPECT_TRUE(holds("datetime", Of(TypeKind::kTimestamp)));
  EXPECT_FALSE(holds("date", Of(TypeKind::kTimestamp)));
}

TEST_F(AlterTableTest, AColumnIsRenamedFirstAndOnce) {
  before_.columns[2].renamed_from = after_.columns[2].renamed_from = "cost";
  after_.columns[2].name = "PRICE_NOW";
  after_.columns[2].type = Decimal(12, 2);
  AddColumn(Of(TypeKind::kInt));
  EXPECT_THAT(Plan().statements,
              ElementsAre("ALTER TABLE `ods`.`goods` RENAME COLUMN `price` TO `PRICE_NOW`"));
  facts_.columns[2].name = "PRICE_NOW";
  EXPECT_THAT(
      Plan().statements,
      ElementsAre("ALTER TABLE `ods`.`goods` MODIFY COLUMN `PRICE_NOW` DECIMAL(12, 2) NULL",
                  "ALTER TABLE `ods`.`goods` ADD COLUMN `extra` INT NULL AFTER `PRICE_NOW`"));
}

}  // namespace
}  // namespace sluice::starrocks
