// SPDX-License-Identifier: Apache-2.0
#include "transform/replace.h"

#include "transform/transform_for_tests.h"

namespace sluice {
namespace {

using ::testing::HasSubstr;

// What becomes of one name.
std::string Replaced(const std::string& block, const std::string& name) {
  const auto out = Apply(*MakeTransform<Replace>("replace_field = name\n" + block),
                         Orders({{.id = 1, .name = name}}));
  return std::string(out.at(0)->column(1).text(0));
}

TEST(Replace, TakesTextWordByWord) {
  EXPECT_EQ(Replaced("pattern = \"a.\", replacement = \"$1\"", "a.ba.ab"), "$1b$1ab");
  EXPECT_EQ(Replaced("pattern = aa, replacement = a", "aaaaa"), "aaa");
  EXPECT_EQ(Replaced("pattern = x, replacement = \"\"", "axbx"), "ab");
}

TEST(Replace, ReplacesEveryMatchOfAnExpressionOrTheFirst) {
  const std::string block =
      "pattern = \"(\\\\d)(\\\\d)\", replacement = \"$2-$1\", is_regex = true";
  EXPECT_EQ(Replaced(block, "12 34 5"), "2-1 4-3 5");
  EXPECT_EQ(Replaced(block + ", replace_first = true", "12 34"), "2-1 34");
  EXPECT_EQ(Replaced("pattern = \"x*\", replacement = \"-\", is_regex = true", "axb"), "-a--b-");
  EXPECT_EQ(Replaced("pattern = \"(?<=中)文\", replacement = \"国\", is_regex = true", "中文文"),
            "中国文");
}

TEST(Replace, NullStaysNullAndOtherColumnsAreShared) {
  const auto transform =
      MakeTransform<Replace>("replace_field = name, pattern = a, replacement = b");
  const SchemaRef out = *transform->Bind(OrdersTable());
  EXPECT_EQ(*out, *OrdersTable());
  const ChunkPtr chunk = Orders({{.id = 1}, {.id = 2, .name = "a"}});
  const auto made = Apply(*transform, chunk);
  EXPECT_TRUE(made[0]->column(1).is_null(0));
  EXPECT_EQ(made[0]->column(1).text(1), "b");
  EXPECT_EQ(&made[0]->column(0), &chunk->column(0));
  EXPECT_EQ(made[0]->stamps, chunk->stamps);
}

// A sink must not take for JSON what is any text by now.
TEST(Replace, AChangedColumnIsNoMoreOfTheTypeOfTheSource) {
  auto table = std::make_shared<Schema>(*OrdersTable());
  table->columns[1].source_type = "json";
  const SchemaRef out =
      *MakeTransform<Replace>("replace_field = name, pattern = a, replacement = b")->Bind(table);
  EXPECT_EQ(out->columns[1].source_type, "");
  EXPECT_EQ(out->columns[2], table->columns[2]);
}

TEST(Replace, SeveralColumns) {
  auto table = std::make_shared<Schema>(*OrdersTable());
  table->columns[2] = {.name = "city", .type = Of(TypeKind::kString)};
  ChunkBuilder builder(table);
  builder.column(0).Append<int64_t>(1);
  builder.column(1).AppendText("aa");
  builder.column(2).AppendText("ba");
  builder.EndRow(RowKind::kInsert);
  const auto made =
      Apply(*MakeTransform<Replace>("replace_fields = [name, city], pattern = a, replacement = c"),
            builder.Finish(0));
  EXPECT_THAT(RowsOf(made), testing::ElementsAre("INSERT 1|cc|bc"));
}

TEST(Replace, AValueThatTakesTooLongNamesItsColumn) {
  const auto transform = MakeTransform<Replace>(
      "replace_field = name, pattern = \"(?:a|aa)+$\", replacement = b, is_regex = true");
  const ChunkPtr chunk = Orders({{.id = 1, .name = std::string(5000, 'a') + "c"}});
  ASSERT_TRUE(transform->Bind(chunk->schema()));
  Collected out;
  const Status status = transform->Apply(chunk, out);
  EXPECT_EQ(status.code(), Code::kInvalidConfig);
  EXPECT_THAT(status.ToString(), HasSubstr("replacing in column name of table shop.orders"));
}

TEST(Replace, OnlyColumnsOfTextAreTaken) {
  const auto bound =
      MakeTransform<Replace>("replace_fields = [price, name, id], pattern = a, replacement = b")
          ->Bind(OrdersTable());
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().message(),
            "'replace_field' takes columns of type STRING, but table shop.orders has 'price' of "
            "type DECIMAL(10, 2), 'id' of type BIGINT");
}

TEST(Replace, MistakesAreTold) {
  EXPECT_THAT(MistakesOf<Replace>(""), AllOf(HasSubstr("option 'replace_field' is missing"),
                                             HasSubstr("option 'pattern' is missing"),
                                             HasSubstr("option 'replacement' is missing")));
  const std::string block = "replace_field = a, pattern = \"(\", replacement = \"$1\"";
  EXPECT_THAT(MistakesOf<Replace>(block + ", is_regex = true"),
              HasSubstr("pattern: '(' is not a regular expression"));
  EXPECT_THAT(
      MistakesOf<Replace>("replace_field = a, pattern = a, replacement = \"$1\", is_regex = true"),
      HasSubstr("the replacement '$1': there is no group 1"));
  EXPECT_THAT(MistakesOf<Replace>(block + ", replace_first = true"),
              HasSubstr("'replace_first' needs is_regex = true"));
  EXPECT_THAT(MistakesOf<Replace>(block + ", replace_fields = [b]"), HasSubstr("not both"));
}

}  // namespace
}  // namespace sluice
