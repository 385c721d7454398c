// SPDX-License-Identifier: Apache-2.0
#include "assert/sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/hocon.h"
#include "data/text.h"

namespace sluice::asserts {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class NoHttp : public http::Client {
  Result<http::Response> Perform(const http::Request&, const CancelToken&) override {
    return Fail(Code::kInternal, "no HTTP here");
  }
};
class NoSql : public SqlClient {
  Result<std::unique_ptr<SqlSession>> Open(const SqlEndpoint&) override {
    return Fail(Code::kInternal, "no SQL here");
  }
  Result<std::unique_ptr<LogStream>> OpenLog(const SqlEndpoint&, const LogStart&) override {
    return Fail(Code::kInternal, "no SQL here");
  }
};
class NoPhases : public PhaseHook {
  void Reach(const char*, CheckpointId) override {}
};

SchemaRef Table(const std::string& name = "orders") {
  auto schema = std::make_shared<Schema>();
  schema->path = {"shop", "", name};
  schema->columns = {
      {.name = "id", .type = Of(TypeKind::kBigInt), .nullable = false},
      {.name = "name", .type = Of(TypeKind::kString), .length = 20, .comment = "who"},
      {.name = "price", .type = Decimal(10, 2)},
      {.name = "day", .type = Of(TypeKind::kDate)}};
  schema->primary_key = {0};
  schema->unique_keys = {{1}};
  return schema;
}

ChunkPtr Row(int64_t id, const std::optional<std::string>& name, Int128 price = 150,
             const SchemaRef& table = Table()) {
  ChunkBuilder builder(table);
  builder.column(0).Append<int64_t>(id);
  if (name) {
    builder.column(1).AppendText(*name);
  } else {
    builder.column(1).AppendNull();
  }
  builder.column(2).Append<Int128>(price);
  builder.column(3).Append<int32_t>(19782);  // 2024-02-29
  builder.EndRow(RowKind::kInsert);
  return builder.Finish(0);
}

class AssertTest : public testing::Test {
 protected:
  std::unique_ptr<Sink> Make(const std::string& rules, std::string* mistakes = nullptr) {
    Diagnostics diagnostics;
    const auto value = ParseHocon("rules { " + rules + " }", "f", {}, diagnostics);
    EXPECT_TRUE(value.has_value()) << diagnostics.ToStatus().ToString();
    auto made = AssertSink::Make({.section = "sink", .plugin_name = "Assert", .options = *value},
                                 {}, diagnostics);
    const std::string text(diagnostics.ToStatus().message());
    if (mistakes != nullptr) {
      *mistakes = text;
    } else {
      EXPECT_EQ(text, "");
    }
    return made;
  }
  std::string Prepared(const std::string& rules, const std::vector<SchemaRef>& tables = {Table()}) {
    return std::string(Make(rules)->Prepare(ctx_, tables, true).message());
  }
  // What the rules for one field say of one row.
  std::string Said(const std::string& field_rule, const ChunkPtr& chunk) {
    const auto sink = Make("field_rules = [" + field_rule + "]");
    const std::vector<SchemaRef> tables = {chunk->schema()};
    const Status prepared = sink->Prepare(ctx_, tables, true);
    if (!prepared.ok()) return std::string(prepared.message());
    return std::string((*sink->Open(ctx_, 0))->Write(*chunk).message());
  }
  std::string Named(const std::string& rules, const ChunkPtr& chunk) {
    return Said("{ field_name = name, field_value = [" + rules + "] }", chunk);
  }

  NoHttp http_;
  NoSql sql_;
  NoPhases phases_;
  Context ctx_{.env = Env::Default(), .http = http_, .sql = sql_, .phases = phases_, .cancel = {}};
};

TEST_F(AssertTest, ARowThatBreaksARuleIsNamed) {
  EXPECT_EQ(
      Named("{ rule_type = NOT_NULL }", Row(7, std::nullopt)),
      "row 1 of table shop.orders (+I 7, null, 1.50, 2024-02-29): column 'name' is null, which "
      "breaks the rule NOT_NULL");
  EXPECT_THAT(Named("{ rule_type = NULL }", Row(7, "a")), HasSubstr("breaks the rule NULL"));
  EXPECT_EQ(Named("{ rule_type = NULL }", Row(7, std::nullopt)), "");
}

TEST_F(AssertTest, LimitsAreAllowedThemselves) {
  EXPECT_EQ(Named("{ rule_type = MIN_LENGTH, rule_value = 2 }", Row(7, "ab")), "");
  EXPECT_THAT(Named("{ rule_type = MIN_LENGTH, rule_value = 2 }", Row(7, "a")),
              HasSubstr("MIN_LENGTH 2"));
  EXPECT_EQ(Named("{ rule_type = MAX_LENGTH, rule_value = 3 }", Row(7, "中😀")), "");
  EXPECT_THAT(Named("{ rule_type = MAX_LENGTH, rule_value = 2 }", Row(7, "中😀")),
              HasSubstr("MAX_LENGTH 2"));
  EXPECT_THAT(Named("{ rule_type = MAX_LENGTH, rule_value = 2 }", Row(7, std::nullopt)),
              HasSubstr("is null"));
  const auto price = [&](const std::string& rule, Int128 value) {
    return Said("{ field_name = price, field_value = [" + rule + "] }", Row(1, "a", value));
  };
  EXPECT_EQ(price("{ rule_type = MIN, rule_value = 1.5 }", 150), "");
  EXPECT_THAT(price("{ rule_type = MIN, rule_value = 1.5 }", 149),
              HasSubstr("breaks the rule MIN"));
  EXPECT_THAT(price("{ rule_type = MAX, rule_value = 1.5 }", 151),
              HasSubstr("breaks the rule MAX"));
}

TEST_F(AssertTest, DecimalsAreComparedDigitByDigit) {
  const auto table = [](int scale) {
    auto made = std::make_shared<Schema>(*Table());
    made->columns[2].type = Decimal(38, scale);
    return made;
  };
  const auto price = [&](const std::string& rule, Int128 value, int scale) {
    return Said("{ field_name = price, field_value = [" + rule + "] }",
                Row(1, "a", value, table(scale)));
  };
  // 0.3 and 0.7 are no doubles; one of each pair is nearer to zero.
  for (const char* limit : {"0.1", "0.3", "0.7", "1.1", "0.29", "1234567.89"}) {
    Int128 value = 0;
    ASSERT_TRUE(ParseDecimal(limit, 2, value));
    for (const char* rule : {"MIN", "MAX"}) {
      const std::string text =
          std::string("{ rule_type = ") + rule + ", rule_value = " + limit + " }";
      EXPECT_EQ(price(text, value, 2), "");
      const Int128 beyond = value + (std::string(rule) == "MIN" ? -1 : 1);
      EXPECT_THAT(price(text, beyond, 2), HasSubstr("breaks the rule")) << text;
    }
  }
  const Int128 big = Int128{1'000'000'000'000'000'000} * 1'000'000'000'000'000'000;
  const std::string equal = "{ equals_to = \"1000000000000000000000000000000000000\" }";
  EXPECT_EQ(price(equal, big, 0), "");
  EXPECT_THAT(price(equal, big + 1, 0), HasSubstr("breaks the rule equals_to"));
}

TEST_F(AssertTest, ValuesAreEqualToLiteralsOfTheirType) {
  EXPECT_EQ(Named("{ equals_to = abc }", Row(1, "abc")), "");
  EXPECT_THAT(Named("{ equals_to = abc }", Row(1, "ab")),
              HasSubstr("column 'name' is ab, which breaks the rule equals_to abc"));
  EXPECT_THAT(Named("{ rule_type = NOT_NULL, equals_to = abc }", Row(1, "ab")),
              HasSubstr("NOT_NULL, equals_to abc"));
  EXPECT_EQ(Said("{ field_name = price, field_value = [{ equals_to = 1.50 }] }", Row(1, "a")), "");
  EXPECT_EQ(
      Said("{ field_name = day, field_value = [{ equals_to = \"2024-02-29\" }] }", Row(1, "a")),
      "");
  EXPECT_THAT(
      Said("{ field_name = day, field_value = [{ equals_to = \"2024-03-01\" }] }", Row(1, "a")),
      HasSubstr("column 'day' is 2024-02-29, which breaks the rule equals_to 2024-03-01"));
}

TEST_F(AssertTest, RulesThatCannotBeForAColumnAreRefusedBeforeTheFirstRow) {
  EXPECT_THAT(
      Prepared("field_rules = [{ field_name = nam }, { field_name = id, field_type = string }, "
               "{ field_name = name, field_value = [{ rule_type = MIN, rule_value = 1 }] }, "
               "{ field_name = price, field_value = [{ rule_type = MIN_LENGTH }, {}, "
               "{ equals_to = x }] }]"),
      AllOf(
          HasSubstr("field_rules of table shop.orders: column 'nam': it is not there; did you mean "
                    "'name'?"),
          HasSubstr("column 'id': its type must be STRING, but is BIGINT"),
          HasSubstr("column 'name': MIN is for numbers, but its type is STRING"),
          HasSubstr("column 'price': MIN_LENGTH needs a rule_value"),
          HasSubstr("column 'price': give rule_type or equals_to"),
          HasSubstr("column 'price': equals_to must be a number")));
}

TEST_F(AssertTest, ATableIsComparedWhole) {
  const std::string good =
      "catalog_table_rule { table_path = \"shop.orders\""
      ", primary_key_rule { primary_key_columns = [id] }"
      ", constraint_key_rule = [{ constraint_key_type = UNIQUE_KEY, constraint_key_columns = "
      "[{ constraint_key_column_name = name }] }]"
      ", column_rule = [{ name = id, type = bigint, nullable = false }, "
      "{ name = name, type = string, column_length = 20, comment = who }, "
      "{ name = price, type = \"decimal(10, 2)\" }, { name = day, type = date }] }";
  EXPECT_EQ(Prepared(good), "");
  EXPECT_EQ(
      Prepared("catalog_table_rule { table_path = \"shop.order\""
               ", primary_key_rule { primary_key_columns = [id, name] }"
               ", constraint_key_rule = [{ constraint_key_columns = "
               "[{ constraint_key_column_name = id }] }]"
               ", column_rule = [{ name = id, type = int, nullable = true }, "
               "{ name = name, column_length = 21, comment = \"\" }, "
               "{ name = price, type = \"decimal(9, 2)\" }, { name = days, type = dat }] }"),
      "catalog_table_rule of table shop.orders: its name must be shop.order, but is shop.orders; "
      "the "
      "primary key must be (id, name), but is (id); the unique keys must be (id), but are (name); "
      "column 'id': type must be INT, but is BIGINT; column 'id': nullable must be true, but is "
      "false; column 'name': length must be 21, but is 20; column 'name': comment must be '', but "
      "is "
      "'who'; column 'price': type must be DECIMAL(9, 2), but is DECIMAL(10, 2); there is no "
      "column "
      "'days'; there is a further column 'day'");
}

TEST_F(AssertTest, TheTablesThatComeAreThoseNamed) {
  const std::vector<SchemaRef> tables = {Table("orders"), Table("items")};
  EXPECT_EQ(Prepared("table-names = [\"shop.orders\", \"shop.items\"]", tables), "");
  EXPECT_EQ(Prepared("table-names = [\"shop.orders\"]", tables),
            "the tables must be shop.orders, but are shop.items, shop.orders");
  EXPECT_THAT(Prepared("tables_configs = [{ table_path = \"shop.item\", row_rules = "
                       "[{ rule_type = MIN_ROW, rule_value = 1 }] }]",
                       tables),
              HasSubstr("names shop.item, which does not come; did you mean 'shop.items'?"));
}

TEST_F(AssertTest, RowsAreCountedOverAllWritersAndEachTableApart) {
  const auto sink = Make(
      "row_rules = [{ rule_type = MAX_ROW, rule_value = 2 }]"
      ", tables_configs = [{ table_path = \"shop.items\", row_rules = "
      "[{ rule_type = MIN_ROW, rule_value = 3 }] }]");
  const std::vector<SchemaRef> tables = {Table("orders"), Table("items")};
  ASSERT_TRUE(sink->Prepare(ctx_, tables, true).ok());
  const auto first = *sink->Open(ctx_, 0);
  const auto second = *sink->Open(ctx_, 1);
  const auto write = [&](Writer& writer, const std::string& table) {
    ASSERT_TRUE(writer.Write(*Row(1, "a", 1, Table(table))).ok());
  };
  write(*first, "orders");
  write(*second, "orders");
  write(*first, "items");
  write(*second, "items");
  ASSERT_TRUE(first->Seal(1).ok() && second->Seal(1).ok());
  EXPECT_EQ(sink->OnFinished().message(),
            "2 rows of table shop.items, which breaks the rule MIN_ROW 3");
  write(*first, "items");
  ASSERT_TRUE(first->Seal(2).ok());
  EXPECT_TRUE(sink->OnFinished().ok());
  write(*second, "orders");
  ASSERT_TRUE(second->Seal(2).ok());
  EXPECT_EQ(sink->OnFinished().message(),
            "3 rows of table shop.orders, which breaks the rule MAX_ROW 2");
}

TEST_F(AssertTest, RowsThatComeAgainAfterARestartCountOnce) {
  const auto sink = Make(
      "row_rules = [{ rule_type = MIN_ROW, rule_value = 3 }, "
      "{ rule_type = MAX_ROW, rule_value = 3 }]");
  const std::vector<SchemaRef> tables = {Table()};
  ASSERT_TRUE(sink->Prepare(ctx_, tables, true).ok());
  auto writer = *sink->Open(ctx_, 0);
  for (const CheckpointId id : {1U, 2U, 3U}) {
    ASSERT_TRUE(writer->Write(*Row(1, "a")).ok());
    ASSERT_TRUE(writer->Seal(id).ok());
  }
  ctx_.first_checkpoint =
      2;  // 2 and 3 were not published: their rows come again, in other portions
  writer = *sink->Open(ctx_, 0);
  ASSERT_TRUE(writer->Write(*Row(1, "a")).ok());
  ASSERT_TRUE(writer->Write(*Row(1, "a")).ok());
  ASSERT_TRUE(writer->Seal(2).ok());
  EXPECT_TRUE(sink->OnFinished().ok()) << sink->OnFinished().ToString();
}

TEST_F(AssertTest, AResumedRunSaysThatItDidNotSeeEverything) {
  const auto sink = Make("row_rules = [{ rule_type = MIN_ROW, rule_value = 1 }]");
  const std::vector<SchemaRef> tables = {Table()};
  ASSERT_TRUE(sink->Prepare(ctx_, tables, false).ok());
  EXPECT_THAT(std::string(sink->OnFinished().message()),
              HasSubstr("the rows of the run that this one went on from are not among them"));
}

TEST_F(AssertTest, ANewSchemaIsCheckedAgain) {
  const auto sink = Make("field_rules = [{ field_name = price }]");
  const std::vector<SchemaRef> tables = {Table()};
  ASSERT_TRUE(sink->Prepare(ctx_, tables, true).ok());
  const auto writer = *sink->Open(ctx_, 0);
  ASSERT_TRUE(writer->Write(*Row(1, "a")).ok());
  auto narrow = std::make_shared<Schema>(*Table());
  narrow->columns.resize(2);
  ChunkBuilder builder(narrow);
  builder.column(0).Append<int64_t>(1);
  builder.column(1).AppendNull();
  builder.EndRow(RowKind::kInsert);
  ASSERT_TRUE(writer->Rebind({Table(), narrow, "ALTER"}).ok());
  EXPECT_THAT(std::string(writer->Write(*builder.Finish(0)).message()),
              HasSubstr("column 'price': it is not there"));
}

TEST_F(AssertTest, MistakesAreTold) {
  std::string mistakes;
  Diagnostics diagnostics;
  const PluginConfig empty{
      .section = "sink", .plugin_name = "Assert", .options = Value(Value::Object())};
  EXPECT_EQ(AssertSink::Make(empty, {}, diagnostics), nullptr);
  EXPECT_THAT(std::string(diagnostics.ToStatus().message()),
              HasSubstr("option 'rules' is missing"));
  EXPECT_EQ(Make("row_rules = [{ rule_type = MIN }], row_rule = 1", &mistakes), nullptr);
  EXPECT_THAT(mistakes,
              AllOf(HasSubstr("MIN_ROW"), HasSubstr("rule_value"), HasSubstr("'rules.row_rule'")));
}

}  // namespace
}  // namespace sluice::asserts
