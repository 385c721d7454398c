// SPDX-License-Identifier: Apache-2.0
#include "transform/split.h"

#include "transform/transform_for_tests.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The three parts of a name, "a|b|null".
std::string Parts(const std::string& separator, const std::optional<std::string>& name) {
  const auto out = Apply(*MakeTransform<SplitField>("separator = \"" + separator +
                                                    "\", split_field = name, output_fields = "
                                                    "[a, b, c]"),
                         Orders({{.id = 1, .name = name}}));
  std::string text;
  for (size_t i = 3; i < 6; ++i) text += (i == 3 ? "" : "|") + ValueText(out[0]->column(i), 0);
  return text;
}

TEST(Split, TheLastPartKeepsTheRestAndMissingPartsAreNull) {
  EXPECT_EQ(Parts(" ", "a b c d"), "a|b|c d");
  EXPECT_EQ(Parts(" ", "a"), "a|null|null");
  EXPECT_EQ(Parts(" ", ""), "|null|null");
  EXPECT_EQ(Parts(" ", std::nullopt), "null|null|null");
}

TEST(Split, EmptyPartsStay) {
  EXPECT_EQ(Parts(",", ",a,"), "|a|");
  EXPECT_EQ(Parts(",", ",,,"), "||,");
}

TEST(Split, TheSeparatorIsAnExpression) {
  EXPECT_EQ(Parts("\\\\|", "a|b"), "a|b|null");
  EXPECT_EQ(Parts("\\\\s*[,;]\\\\s*", "a , b;c"), "a|b|c");
  EXPECT_EQ(Parts("(?<=\\\\d)", "1a2b3"), "1|a2|b3");
}

TEST(Split, AnEmptyMatchAtTheBeginningCutsNothingOff) {
  EXPECT_EQ(Parts("(?=a)", "abab"), "ab|ab|null");
  EXPECT_EQ(Parts("x*", "ab"), "a|b|");
}

TEST(Split, PartsAreNewColumnsAndMayTakeThePlaceOfTheWhole) {
  const auto transform =
      MakeTransform<SplitField>("separator = \",\", split_field = name, output_fields = [name, b]");
  EXPECT_EQ(ColumnsOf(transform->Bind(OrdersTable())), "id name price b ! id");
  EXPECT_THAT(RowsOf(Apply(*transform, Orders({{RowKind::kDelete, 1, "x,y"}}))),
              ElementsAre("DELETE 1|x|1.50|y"));
}

TEST(Split, MistakesAreTold) {
  EXPECT_THAT(MistakesOf<SplitField>(""), AllOf(HasSubstr("option 'separator' is missing"),
                                                HasSubstr("option 'split_field' is missing"),
                                                HasSubstr("option 'output_fields' is missing")));
  EXPECT_THAT(MistakesOf<SplitField>("separator = \"|(\", split_field = a, output_fields = [b]"),
              HasSubstr("separator: '|(' is not a regular expression"));
  EXPECT_THAT(ColumnsOf(MakeTransform<SplitField>(
                            "separator = \",\", split_field = price, output_fields = [b]")
                            ->Bind(OrdersTable())),
              HasSubstr("'price' of type DECIMAL(10, 2)"));
}

}  // namespace
}  // namespace sluice
