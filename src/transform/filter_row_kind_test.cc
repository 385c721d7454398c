// SPDX-License-Identifier: Apache-2.0
#include "transform/filter_row_kind.h"

#include "transform/transform_for_tests.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using enum RowKind;

ChunkPtr Changes() {
  return Orders(
      {{kInsert, 1, "a"}, {kUpdateBefore, 2, "b"}, {kUpdateAfter, 2, "c"}, {kDelete, 3, "d"}});
}

std::vector<std::string> Kept(const std::string& block, const ChunkPtr& chunk = Changes()) {
  return RowsOf(Apply(*MakeTransform<FilterRowKind>(block), chunk));
}

TEST(FilterRowKind, KeepsOrLeavesOutKinds) {
  EXPECT_THAT(Kept("include_kinds = [insert, DELETE]"),
              ElementsAre("INSERT 1|a|1.50", "DELETE 3|d|1.50"));
  EXPECT_THAT(Kept("exclude_kinds = [DELETE]"),
              ElementsAre("INSERT 1|a|1.50", "UPDATE_BEFORE 2|b|1.50", "UPDATE_AFTER 2|c|1.50"));
}

TEST(FilterRowKind, TheNewHalfOfAnUpdateAloneIsAnInsert) {
  EXPECT_THAT(Kept("exclude_kinds = [UPDATE_BEFORE]"),
              ElementsAre("INSERT 1|a|1.50", "INSERT 2|c|1.50", "DELETE 3|d|1.50"));
  EXPECT_THAT(Kept("include_kinds = [UPDATE_AFTER]"), ElementsAre("INSERT 2|c|1.50"));
}

TEST(FilterRowKind, TheOldHalfOfAnUpdateAloneIsADelete) {
  EXPECT_THAT(Kept("exclude_kinds = [UPDATE_AFTER]"),
              ElementsAre("INSERT 1|a|1.50", "DELETE 2|b|1.50", "DELETE 3|d|1.50"));
}

TEST(FilterRowKind, AChunkThatIsKeptWholePassesAndAnEmptyOneDoesNotLeave) {
  const ChunkPtr chunk = Orders({{kInsert, 1, "a"}});
  const auto keeps = MakeTransform<FilterRowKind>("exclude_kinds = [DELETE]");
  EXPECT_THAT(Apply(*keeps, chunk), ElementsAre(chunk));
  const auto drops = MakeTransform<FilterRowKind>("exclude_kinds = [INSERT]");
  EXPECT_THAT(Apply(*drops, chunk), ElementsAre());
}

TEST(FilterRowKind, WhatIsLeftKeepsItsTimes) {
  const auto out = Apply(*MakeTransform<FilterRowKind>("include_kinds = [DELETE]"), Changes());
  EXPECT_EQ(out[0]->commit_micros(0), 3000);
  EXPECT_EQ(out[0]->source_micros, 7);
  EXPECT_EQ(out[0]->read_micros, 9);
}

TEST(FilterRowKind, MistakesAreTold) {
  EXPECT_THAT(MistakesOf<FilterRowKind>(""), HasSubstr("'include_kinds' or 'exclude_kinds' is"));
  EXPECT_THAT(MistakesOf<FilterRowKind>("include_kinds = [INSERT], exclude_kinds = [DELETE]"),
              HasSubstr("not both"));
  EXPECT_THAT(MistakesOf<FilterRowKind>("exclude_kinds = [UPSERT]"),
              HasSubstr("'exclude_kinds' must hold INSERT, UPDATE_BEFORE, UPDATE_AFTER or DELETE, "
                        "but holds 'UPSERT'"));
}

}  // namespace
}  // namespace sluice
