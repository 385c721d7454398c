// SPDX-License-Identifier: Apache-2.0
#include "engine/transform_tree.h"

#include <gmock/gmock.h>

#include "transform/filter.h"
#include "transform/transform_for_tests.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Ways through Filters, each given by its options, to sinks 0 and 1.
class TransformTreeTest : public testing::Test {
 protected:
  void Build(const std::vector<std::pair<std::vector<size_t>, uint32_t>>& ways,
             const std::vector<std::string>& filters) {
    std::vector<TransformTree::Way> out;
    for (const auto& [transforms, sink] : ways) {
      out.push_back({transforms, sink, &sinks_[sink]});
    }
    const auto make = [&](size_t index) -> Result<std::unique_ptr<Transform>> {
      ++made_;
      return MakeTransform<Filter>(filters[index]);
    };
    auto tree = TransformTree::Build(
        out, make, [](size_t index) { return "Filter " + std::to_string(index); });
    ASSERT_TRUE(tree.has_value());
    tree_ = std::move(*tree);
    ASSERT_TRUE(tree_->Bind(OrdersTable()).ok());
  }
  Status Change(const SchemaRef& before, const SchemaRef& after) {
    tree_->Emit(SchemaChange{before, after, "ALTER"});
    return tree_->status();
  }
  void EmitRow(const SchemaRef& schema) {
    ChunkBuilder rows(schema);
    for (size_t i = 0; i < schema->columns.size(); ++i) rows.column(i).AppendNull();
    rows.EndRow(RowKind::kInsert);
    tree_->Emit(rows.Finish(0));
  }
  // The columns that chunks and changes came with, and barriers.
  std::vector<std::string> Came(uint32_t sink) const {
    std::vector<std::string> out;
    for (const Event& event : sinks_[sink].events) {
      if (const auto* chunk = std::get_if<ChunkPtr>(&event)) {
        out.push_back("row " + ColumnsOf(Result<SchemaRef>((*chunk)->schema())));
      } else if (const auto* change = std::get_if<SchemaChange>(&event)) {
        out.push_back("change to " + ColumnsOf(Result<SchemaRef>(change->after)));
      } else if (const auto* barrier = std::get_if<Barrier>(&event)) {
        out.push_back("barrier " + std::to_string(barrier->id));
      }
    }
    return out;
  }

  Collected sinks_[2];
  std::unique_ptr<TransformTree> tree_;
  int made_ = 0;
};

TEST_F(TransformTreeTest, RowsTakeEveryWayAndABarrierReachesEachSinkOnce) {
  Build({{{0}, 0}, {{1}, 0}, {{}, 1}}, {"include_fields = [id]", "exclude_fields = [name]"});
  EmitRow(OrdersTable());
  tree_->Emit(Barrier{7});
  EXPECT_THAT(Came(0), ElementsAre("row id ! id", "row id price ! id", "barrier 7"));
  EXPECT_THAT(Came(1), ElementsAre("row id name price ! id ? name", "barrier 7"));
}

TEST_F(TransformTreeTest, WaysThatBeginAlikeShareTheirTransforms) {
  Build({{{0, 1}, 0}, {{0}, 1}}, {"exclude_fields = [name]", "exclude_fields = [price]"});
  EXPECT_EQ(made_, 2);
  EmitRow(OrdersTable());
  EXPECT_THAT(Came(0), ElementsAre("row id ! id"));
  EXPECT_THAT(Came(1), ElementsAre("row id price ! id"));
}

TEST_F(TransformTreeTest, AChangeOfSchemaReachesEachSinkAsItsWayLeavesIt) {
  Build({{{0}, 0}, {{}, 1}}, {"exclude_fields = [name]"});
  auto wider = std::make_shared<Schema>(*OrdersTable());
  wider->columns.push_back({.name = "colour", .type = Of(TypeKind::kString)});
  ASSERT_TRUE(Change(OrdersTable(), wider).ok());
  EmitRow(wider);
  EXPECT_THAT(Came(0), ElementsAre("change to id price colour ! id", "row id price colour ! id"));
  EXPECT_THAT(Came(1), ElementsAre("change to id name price colour ! id ? name",
                                   "row id name price colour ! id ? name"));
}

TEST_F(TransformTreeTest, AChangeThatTakesAColumnAwayStopsWithItsName) {
  Build({{{0}, 0}}, {"include_fields = [name]"});
  const Status status = Change(OrdersTable(), Without(OrdersTable(), "name"));
  EXPECT_EQ(status.code(), Code::kInvalidConfig);
  const std::string told(status.message());
  EXPECT_THAT(told, HasSubstr("transform 'Filter 0' cannot follow the change (ALTER)"));
  EXPECT_THAT(told,
              HasSubstr("'include_fields' names columns that table shop.orders does not have"));
  EXPECT_THAT(told, HasSubstr("'name'"));
  EXPECT_THAT(told, HasSubstr("drop-column or rename-column = ignore"));
}

TEST_F(TransformTreeTest, AColumnThatIsLeftOutMayGoAtTheSource) {
  Build({{{0}, 0}}, {"exclude_fields = [name]"});
  const SchemaRef without = Without(OrdersTable(), "name");
  const Status status = Change(OrdersTable(), without);
  ASSERT_TRUE(status.ok()) << status.ToString();
  EmitRow(without);
  EXPECT_THAT(Came(0), ElementsAre("change to id price ! id", "row id price ! id"));
}

TEST_F(TransformTreeTest, NothingIsEmittedAfterAFailure) {
  Build({{{0}, 0}, {{}, 1}}, {"include_fields = [name]"});
  ASSERT_FALSE(Change(OrdersTable(), Without(OrdersTable(), "name")).ok());
  EmitRow(OrdersTable());
  tree_->Emit(Barrier{1});
  EXPECT_THAT(Came(0), ElementsAre());
  EXPECT_THAT(Came(1), ElementsAre());
}

}  // namespace
}  // namespace sluice
