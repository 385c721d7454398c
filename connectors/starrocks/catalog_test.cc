// SPDX-License-Identifier: Apache-2.0
#include "starrocks/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace sluice::starrocks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const TableName kName{"ods", "orders"};

// Answers queries by what they contain; remembers what was executed.
class ScriptedSession final : public SqlSession {
 public:
  std::map<std::string, SqlTable> answers;
  std::vector<std::string> executed;

  Status Execute(const std::string& sql) override {
    executed.push_back(sql);
    return {};
  }
  Result<SqlTable> Query(const std::string& sql) override {
    for (const auto& [part, answer] : answers) {
      if (sql.find(part) != std::string::npos) return answer;
    }
    return SqlTable{};
  }
  Status Stream(const std::string&, const std::function<bool(SqlRow)>&) override {
    return {Code::kInternal, "not expected"};
  }
  std::string Quote(std::string_view text) const override { return "'" + std::string(text) + "'"; }
  void Interrupt() override {}
};

class CatalogTest : public testing::Test {
 protected:
  CatalogTest() {
    schema_.path = {"shop", "", "orders"};
    schema_.columns = {{"id", Of(TypeKind::kBigInt), false}, {"v", Of(TypeKind::kInt)}};
    schema_.primary_key = {0};
    options_.create_template = "CREATE TABLE ${table} (${rowtype_fields})";
    session_.answers["SHOW DATABASES"] = {{"information_schema"}, {"ods"}};
  }
  void TableIsThere() {
    session_.answers["information_schema.columns"] = {{"id", "bigint", "PRI", "bigint(20)"},
                                                      {"V", "INT", "", "INT(11)"}};
    session_.answers["SHOW FULL COLUMNS FROM `ods`.`orders`"] = {
        {"id", "bigint(20)", std::nullopt, "NO", "PRI", std::nullopt, "", "", ""},
        {"V", "int(11)", std::nullopt, "YES", "", "7", "", "", ""}};
  }
  Status Apply() { return ApplySaveModes(session_, options_, kName, schema_); }
  static TargetFacts Facts(const std::vector<std::pair<std::string, bool>>& columns) {
    TargetFacts facts;
    for (const auto& [name, key] : columns) {
      facts.columns.push_back({name, "int", key, "int(11)"});
      facts.primary_key = facts.primary_key || key;
    }
    return facts;
  }

  static constexpr char kCreated[] =
      "CREATE TABLE orders (\n`id` BIGINT NOT NULL,\n`v` INT NULL\n)";
  Schema schema_;
  StarrocksOptions options_;
  ScriptedSession session_;
};

TEST_F(CatalogTest, ServersWithoutTransactionsAreRefused) {
  const auto check = [&](const char* version) {
    session_.answers["current_version"] = {{version}};
    return CheckVersion(session_).code();
  };
  for (const char* old : {"2.3.18 abc", "1.19.0", "2.3"}) {
    EXPECT_EQ(check(old), Code::kUnsupported) << old;
  }
  for (const char* known :
       {"2.4.0 abc", "3.2.0-rc01 abc", "3.5.4 6d81f75", "4.0.0", "10.0", "main"}) {
    EXPECT_EQ(check(known), Code::kOk) << known;
  }
}

TEST_F(CatalogTest, AMissingTableIsCreated) {
  ASSERT_TRUE(Apply().ok());
  EXPECT_THAT(session_.executed, ElementsAre(kCreated));
}

TEST_F(CatalogTest, AMissingDatabaseIsCreatedFirst) {
  session_.answers["SHOW DATABASES"] = {{"ODS"}};
  ASSERT_TRUE(Apply().ok());
  EXPECT_THAT(session_.executed, ElementsAre("CREATE DATABASE IF NOT EXISTS `ods`", kCreated));
}

TEST_F(CatalogTest, ATableThatIsThereIsLeftAsItIs) {
  TableIsThere();
  ASSERT_TRUE(Apply().ok());
  EXPECT_THAT(session_.executed, IsEmpty());
}

TEST_F(CatalogTest, RecreateDropsFirst) {
  TableIsThere();
  options_.schema_save_mode = SchemaSaveMode::kRecreate;
  ASSERT_TRUE(Apply().ok());
  EXPECT_THAT(session_.executed, ElementsAre("DROP TABLE IF EXISTS `ods`.`orders`", kCreated));
}

TEST_F(CatalogTest, ErrorWhenMissingCreatesNothing) {
  options_.schema_save_mode = SchemaSaveMode::kErrorWhenMissing;
  EXPECT_EQ(Apply().code(), Code::kInvalidConfig);
  EXPECT_THAT(session_.executed, IsEmpty());
  TableIsThere();
  EXPECT_TRUE(Apply().ok());
}

TEST_F(CatalogTest, IgnoreTouchesNothing) {
  options_.schema_save_mode = SchemaSaveMode::kIgnore;
  EXPECT_TRUE(Apply().ok());
  EXPECT_THAT(session_.executed, IsEmpty());
}

TEST_F(CatalogTest, RowsAreDroppedOrProcessedAsTheModeSays) {
  TableIsThere();
  options_.data_save_mode = DataSaveMode::kDrop;
  ASSERT_TRUE(Apply().ok());
  options_.data_save_mode = DataSaveMode::kCustom;
  options_.custom_sql = "DELETE FROM ods.${table_name} WHERE v = 1";
  ASSERT_TRUE(Apply().ok());
  EXPECT_THAT(session_.executed,
              ElementsAre("TRUNCATE TABLE `ods`.`orders`", "DELETE FROM ods.orders WHERE v = 1"));
}

TEST_F(CatalogTest, RowsThatAreThereAreAnErrorIfTheModeSaysSo) {
  TableIsThere();
  options_.data_save_mode = DataSaveMode::kErrorWhenData;
  EXPECT_TRUE(Apply().ok());
  session_.answers["SELECT * FROM `ods`.`orders` LIMIT 1"] = {{"1", "2"}};
  EXPECT_EQ(Apply().code(), Code::kInvalidConfig);
}

TEST_F(CatalogTest, FactsAreReadAsTheServerTellsThem) {
  EXPECT_FALSE(LookUp(session_, kName).value().has_value());
  TableIsThere();
  const TargetFacts facts = *LookUp(session_, kName).value();
  EXPECT_TRUE(facts.primary_key);
  EXPECT_EQ(facts.columns[0].name, "id");
  EXPECT_TRUE(facts.columns[0].key);
  EXPECT_EQ(facts.columns[1].type, "int");
  EXPECT_FALSE(facts.columns[1].key);
  EXPECT_EQ(facts.columns[1].full_type, "int(11)");
  EXPECT_FALSE(facts.columns[0].nullable);
  EXPECT_TRUE(facts.columns[1].nullable);
  EXPECT_EQ(facts.columns[0].initial, std::nullopt);
  EXPECT_EQ(facts.columns[1].initial, "7");
}

TEST_F(CatalogTest, ColumnsAreFoundWhateverTheirCase) {
  const TargetFacts facts = Facts({{"ID", true}, {"V", false}});
  EXPECT_TRUE(CheckColumns(facts, kName, schema_).ok());
  EXPECT_THAT(TargetNames(facts, schema_), ElementsAre("ID", "V"));
}

TEST_F(CatalogTest, DeletesHoldWhatTheTargetTakes) {
  TargetFacts facts;
  facts.columns = {{"ID", "bigint", true, "", false}, {"v", "int", false, "", true}};
  EXPECT_THAT(ValuesOfDeletes(facts, schema_), ElementsAre("", "null"));
  EXPECT_THAT(ValuesOfDeletes(facts, schema_, {{"Merge_Condition", "V"}}), ElementsAre("", ""));
  EXPECT_THAT(ValuesOfDeletes(facts, schema_, {{"WHERE", "v > 1"}}), ElementsAre("", ""));
  facts.columns[1].nullable = false;
  for (const auto& [type, value] :
       std::map<std::string, std::string>{{"int", "0"},
                                          {"bigint unsigned", "0"},
                                          {"decimal64", "0"},
                                          {"double", "0"},
                                          {"varchar", R"("")"},
                                          {"varbinary", R"("")"},
                                          {"date", R"("1970-01-01")"},
                                          {"datetime", R"("1970-01-01 00:00:00")"},
                                          {"json", "{}"},
                                          {"array<int(11)>", "[]"},
                                          {"map<int(11),int(11)>", "{}"},
                                          {"unknown", ""}}) {
    facts.columns[1].type = type;
    EXPECT_THAT(ValuesOfDeletes(facts, schema_), ElementsAre("", value)) << type;
  }
}

TEST_F(CatalogTest, TwoColumnsThatDifferInCaseOnlyAreRefused) {
  schema_.columns.push_back({"ID", Of(TypeKind::kInt)});
  const Status status = CheckColumns(Facts({{"id", true}, {"v", false}}), kName, schema_);
  EXPECT_EQ(status.code(), Code::kSchemaMismatch);
  EXPECT_THAT(std::string(status.message()), HasSubstr("several columns id"));
}

TEST_F(CatalogTest, MissingColumnsAreNamedAtOnce) {
  schema_.columns.push_back({"w", Of(TypeKind::kDate)});
  const Status status = CheckColumns(Facts({{"ID", true}}), kName, schema_);
  EXPECT_EQ(status.code(), Code::kSchemaMismatch);
  EXPECT_THAT(std::string(status.message()), HasSubstr("v INT, w DATE"));
}

TEST_F(CatalogTest, DeletesNeedAPrimaryKeyTable) {
  const TargetFacts facts = Facts({{"id", false}, {"v", false}});
  EXPECT_TRUE(CheckModel(facts, options_, kName, schema_).ok());
  options_.enable_upsert_delete = true;
  EXPECT_EQ(CheckModel(facts, options_, kName, schema_).code(), Code::kInvalidConfig);
}

TEST_F(CatalogTest, AKeyThatSeveralRowsShareIsRefused) {
  options_.enable_upsert_delete = true;
  const TargetFacts same = Facts({{"ID", true}, {"v", false}});
  const TargetFacts wider = Facts({{"id", true}, {"v", true}});
  const TargetFacts other = Facts({{"id", false}, {"v", true}});
  EXPECT_TRUE(CheckModel(same, options_, kName, schema_).ok());
  EXPECT_TRUE(SameKey(same, schema_));
  EXPECT_TRUE(CheckModel(wider, options_, kName, schema_).ok());
  EXPECT_FALSE(SameKey(wider, schema_));
  const Status status = CheckModel(other, options_, kName, schema_);
  EXPECT_EQ(status.code(), Code::kSchemaMismatch);
  EXPECT_THAT(std::string(status.message()), HasSubstr("its key (id) is not part of the key (v)"));
}

}  // namespace
}  // namespace sluice::starrocks
