// SPDX-License-Identifier: Apache-2.0
#include "transform/field_mapper.h"

#include "transform/transform_for_tests.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(FieldMapper, KeepsWhatItNamesInItsOrderUnderNewNames) {
  const auto transform = MakeTransform<FieldMapper>("field_mapper { name = who, id = id }");
  const SchemaRef out = *transform->Bind(OrdersTable());
  EXPECT_EQ(ColumnsOf(Result<SchemaRef>(out)), "who id ! id ? who");
  EXPECT_EQ(out->columns[0].comment, "who");
  EXPECT_EQ(out->columns[0].length, 20);
  EXPECT_THAT(RowsOf(Apply(*transform, Orders({{.id = 1, .name = "ann"}}))),
              ElementsAre("INSERT ann|1"));
}

TEST(FieldMapper, NamesMayBeExchanged) {
  EXPECT_EQ(
      ColumnsOf(
          MakeTransform<FieldMapper>("field_mapper { id = name, name = id }")->Bind(OrdersTable())),
      "name id ! name ? id");
}

TEST(FieldMapper, MistakesAreTold) {
  EXPECT_THAT(MistakesOf<FieldMapper>(""), HasSubstr("option 'field_mapper' is missing"));
  EXPECT_THAT(MistakesOf<FieldMapper>("field_mapper {}"), HasSubstr("is missing"));
  EXPECT_THAT(
      ColumnsOf(
          MakeTransform<FieldMapper>("field_mapper { id = x, name = x }")->Bind(OrdersTable())),
      HasSubstr("column x is there twice"));
}

}  // namespace
}  // namespace sluice
