// SPDX-License-Identifier: Apache-2.0
// Schema changes on their way through transforms.
#include "engine/transform_chain.h"

#include "transform/filter.h"
#include "transform/transform_for_tests.h"

namespace sluice {
namespace {

using ::testing::HasSubstr;

class Schemas {
 public:
  explicit Schemas(const std::string& block) : chain_(Transforms(block), out_) {
    chain_.Emit(SchemaChange{nullptr, OrdersTable(), "CREATE"});
  }
  Status Change(const SchemaRef& before, const SchemaRef& after) {
    chain_.Emit(SchemaChange{before, after, "ALTER"});
    return chain_.status();
  }
  const SchemaChange& last() const { return std::get<SchemaChange>(out_.events.back()); }
  Emitter& chain() { return chain_; }
  const Event& last_event() const { return out_.events.back(); }

 private:
  static std::vector<std::unique_ptr<Transform>> Transforms(const std::string& block) {
    std::vector<std::unique_ptr<Transform>> out;
    out.push_back(MakeTransform<Filter>(block));
    return out;
  }
  Collected out_;
  TransformChain chain_;
};

TEST(TransformChain, ASchemaChangeInTheStreamIsFollowed) {
  Schemas schemas("exclude_fields = [name]");
  auto wider = std::make_shared<Schema>(*OrdersTable());
  wider->columns.push_back({.name = "colour", .type = Of(TypeKind::kString)});
  ASSERT_TRUE(schemas.Change(OrdersTable(), wider).ok());
  EXPECT_EQ(ColumnsOf(Result<SchemaRef>(schemas.last().before)), "id price ! id");
  EXPECT_EQ(ColumnsOf(Result<SchemaRef>(schemas.last().after)), "id price colour ! id");
  EXPECT_EQ(schemas.last().ddl, "ALTER");
}

TEST(TransformChain, AChangeThatTakesAColumnAwayStopsWithItsName) {
  Schemas schemas("include_fields = [name]");
  const Status status = schemas.Change(OrdersTable(), Without(OrdersTable(), "name"));
  EXPECT_EQ(status.code(), Code::kInvalidConfig);
  EXPECT_THAT(std::string(status.message()), HasSubstr("'name'"));
}

TEST(TransformChain, RowsOfTheNewSchemaLeaveInIt) {
  Schemas schemas("include_fields = [id, name]");
  const SchemaRef narrow = Without(OrdersTable(), "price");
  ASSERT_TRUE(schemas.Change(OrdersTable(), narrow).ok());
  ChunkBuilder rows(narrow);
  rows.column(0).Append<int64_t>(1);
  rows.column(1).AppendText("a");
  rows.EndRow(RowKind::kInsert);
  schemas.chain().Emit(rows.Finish(0));
  EXPECT_EQ(*std::get<ChunkPtr>(schemas.last_event())->schema(), *narrow);
}

}  // namespace
}  // namespace sluice
