// SPDX-License-Identifier: Apache-2.0
#include "transform/table_rename.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/hocon.h"

namespace sluice {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<Transform> Make(const std::string& block, std::string* mistakes = nullptr) {
  Diagnostics diagnostics;
  const auto value = ParseHocon(block, "f", {}, diagnostics);
  EXPECT_TRUE(value.has_value());
  auto made = TableRename::Make(
      {.section = "transform", .plugin_name = "TableRename", .options = *value}, diagnostics);
  const std::string text(diagnostics.ToStatus().message());
  if (mistakes != nullptr) {
    *mistakes = text;
  } else {
    EXPECT_EQ(text, "");
  }
  return made;
}

SchemaRef Table(const TablePath& path) {
  auto schema = std::make_shared<Schema>();
  schema->path = path;
  schema->columns = {{.name = "id", .type = Of(TypeKind::kInt), .nullable = false}};
  schema->primary_key = {0};
  schema->comment = "kept";
  return schema;
}

std::string Renamed(const std::string& block, const TablePath& path) {
  const auto out = Make(block)->Bind(Table(path));
  return out ? (*out)->path.ToString() : out.error().ToString();
}
std::string Renamed(const std::string& block, const std::string& table) {
  return Renamed(block, TablePath{"", "", table});
}

struct Collected : Emitter {
  std::vector<Event> events;
  void Emit(Event event) override { events.push_back(std::move(event)); }
  bool full() const override { return false; }
};

TEST(TableRename, WithoutOptionsNothingChanges) {
  EXPECT_EQ(Renamed("", TablePath{"Db", "S", "T"}), "Db.S.T");
}

TEST(TableRename, CaseIsThatOfDatabaseSchemaAndTable) {
  EXPECT_EQ(Renamed("convert_case = LOWER", TablePath{"Db", "Own", "MyTable"}), "db.own.mytable");
  EXPECT_EQ(Renamed("convert_case = upper", TablePath{"Db", "", "MyTable"}), "DB.MYTABLE");
}

TEST(TableRename, PrefixAndSuffixAreTrimmedKeepTheirCaseAndTouchTheTableOnly) {
  EXPECT_EQ(Renamed("convert_case = LOWER, prefix = \" ODS_ \", suffix = \" _V2\"",
                    TablePath{"Db", "", "MyTable"}),
            "db.ODS_mytable_V2");
}

TEST(TableRename, TheFirstUsersOptions) {
  EXPECT_EQ(Renamed("convert_case = \"LOWER\", prefix = \"ods_cdh_databasename_\"",
                    TablePath{"databasename_pro", "", "Table2"}),
            "databasename_pro.ods_cdh_databasename_table2");
}

TEST(TableRename, ReplacementsMatchTheOriginalNameWhateverItsNewCase) {
  EXPECT_EQ(Renamed("convert_case = LOWER, replacements_with_regex = [ { replace_from = \"T_\", "
                    "replace_to = \"X\" } ]",
                    "T_Orders_T_1"),
            "Xorders_X1");
}

TEST(TableRename, OfSeveralReplacementsThatMatchTheLastOneCounts) {
  const std::string block =
      "replacements_with_regex = [ { replace_from = \"a+\", replace_to = \"1\" }, "
      "{ replace_from = \"b\", replace_to = \"2\" }, { replace_from = \"c\", replace_to = \"3\" } "
      "]";
  EXPECT_EQ(Renamed(block, "aab"), "aa2");
  EXPECT_EQ(Renamed(block, "aax"), "1x");
  EXPECT_EQ(Renamed(block, "none"), "none");
}

TEST(TableRename, WhatIsPutInIsTakenWordByWordAndTrimmed) {
  EXPECT_EQ(Renamed("replacements_with_regex = [ { replace_from = \"(o)rders\", replace_to = "
                    "\" $1\\\\1 \" } ]",
                    "orders"),
            "$1\\1");
  EXPECT_EQ(
      Renamed("replacements_with_regex = [ { replace_from = \"x\", replace_to = \"\" } ]", "axbx"),
      "ab");
}

TEST(TableRename, AReplacementThatIsNoExpressionIsTheWholeName) {
  const std::string block =
      "replacements_with_regex = [ { replace_from = \"a.b\", replace_to = c, is_regex = false } ]";
  EXPECT_EQ(Renamed(block, "a.b"), "c");
  EXPECT_EQ(Renamed(block, "axb"), "axb");
  EXPECT_EQ(Renamed(block, "xa.b"), "xa.b");
}

TEST(TableRename, OnlyTablesWhoseWholePathMatchesAreRenamed) {
  const std::string block = "table_match_regex = \"shop\\\\.or.*\", prefix = p_";
  EXPECT_EQ(Renamed(block, TablePath{"shop", "", "orders"}), "shop.p_orders");
  EXPECT_EQ(Renamed(block, TablePath{"myshop", "", "orders"}), "myshop.orders");
  EXPECT_EQ(Renamed(block, TablePath{"shop", "", "items"}), "shop.items");
}

TEST(TableRename, OptionsOfOneTableReplaceThoseAtTheTop) {
  const std::string block =
      "prefix = p_, suffix = _s, convert_case = UPPER, table_match_regex = \"none\"\n"
      "table_transform = [ { table_path = \"shop.orders\", prefix = one_ } ]";
  EXPECT_EQ(Renamed(block, TablePath{"shop", "", "orders"}), "shop.one_orders");
  EXPECT_EQ(Renamed(block, TablePath{"shop", "", "items"}), "shop.items");
}

TEST(TableRename, ColumnsKeysAndCommentsStay) {
  const SchemaRef in = Table({"a", "", "b"});
  const auto out = Make("prefix = p_")->Bind(in);
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ((*out)->columns, in->columns);
  EXPECT_EQ((*out)->primary_key, in->primary_key);
  EXPECT_EQ((*out)->comment, "kept");
}

TEST(TableRename, RowsPassUnchangedUnderTheNewName) {
  const SchemaRef in = Table({"a", "", "b"});
  const auto transform = Make("prefix = p_");
  const SchemaRef bound = *transform->Bind(in);
  ChunkBuilder builder(in);
  builder.column(0).Append<int32_t>(7);
  builder.EndRow(RowKind::kDelete);
  ChunkPtr chunk = builder.Finish(42);
  Collected out;
  ASSERT_TRUE(transform->Apply(std::move(chunk), out).ok());
  ASSERT_EQ(out.events.size(), 1U);
  const auto& renamed = std::get<ChunkPtr>(out.events[0]);
  EXPECT_EQ(renamed->schema(), bound);
  EXPECT_EQ(renamed->schema()->path.ToString(), "a.p_b");
  EXPECT_EQ(renamed->column(0).value<int32_t>(0), 7);
  EXPECT_EQ(renamed->kind(0), RowKind::kDelete);
  EXPECT_EQ(renamed->source_micros, 42);
}

TEST(TableRename, BindAgainAfterASchemaChangeFollowsIt) {
  const auto transform = Make("prefix = p_");
  const SchemaRef before = *transform->Bind(Table({"a", "", "b"}));
  auto changed = std::make_shared<Schema>(*Table({"a", "", "b"}));
  changed->columns.push_back({.name = "new", .type = Of(TypeKind::kString)});
  const SchemaRef after = *transform->Bind(changed);
  EXPECT_EQ(before->columns.size(), 1U);
  EXPECT_EQ(after->columns.size(), 2U);
  EXPECT_EQ(after->path.ToString(), "a.p_b");
}

TEST(TableRename, MistakesAreToldTogether) {
  std::string mistakes;
  EXPECT_EQ(
      Make("convert_case = Title\nprefx = x\nreplacements_with_regex = [\n"
           "{ replace_from = \"(\", replace_to = x }\n{ replace_from = \"[z\", replace_to = x }]\n"
           "table_match_regex = \"*\"",
           &mistakes),
      nullptr);
  EXPECT_THAT(mistakes, HasSubstr("'convert_case' must be one of UPPER, LOWER, but is Title"));
  EXPECT_THAT(mistakes, HasSubstr("unknown option 'prefx'; did you mean 'prefix'?"));
  for (const char* mistake :
       {"f:4:18: transform 'TableRename': replace_from: '(' is not a regular",
        "f:5:18: transform 'TableRename': replace_from: '[z' is not a regular",
        "f:6:21: transform 'TableRename': table_match_regex: '*' is not"}) {
    EXPECT_THAT(mistakes, HasSubstr(mistake));
  }
}

}  // namespace
}  // namespace sluice
