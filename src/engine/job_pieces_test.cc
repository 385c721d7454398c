// SPDX-License-Identifier: Apache-2.0
#include "engine/job_pieces.h"

#include <gmock/gmock.h>

namespace sluice {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(JobPiecesTest, StatesOfAllSourcesComeBackInOrder) {
  const std::vector<Bytes> states = {"one", "", std::string("t\0o", 3)};
  EXPECT_EQ(*PartStates(JoinStates(states), 3), states);
}

TEST(JobPiecesTest, StatesOfAnotherNumberOfSourcesAreRefusedWithTheRemedy) {
  const std::vector<Bytes> states = {"one", "two"};
  const auto parted = PartStates(JoinStates(states), 1);
  EXPECT_EQ(parted.error().code(), Code::kInvalidConfig);
  EXPECT_THAT(std::string(parted.error().message()), HasSubstr("--fresh"));
  EXPECT_EQ(PartStates("nonsense", 1).error().code(), Code::kCorruption);
}

TEST(JobPiecesTest, ASplitKnowsItsSource) {
  const auto owned = OwnerOf(OfSource(3, {"a/b", "position"}), 4);
  ASSERT_TRUE(owned.has_value());
  EXPECT_EQ(owned->source, 3U);
  EXPECT_EQ(owned->split, (Split{"a/b", "position"}));
}

TEST(JobPiecesTest, ASplitOfNoSourceIsRefused) {
  for (const char* id : {"", "1", "a", "a/b", "/b", "4/b", "-1/b"}) {
    EXPECT_EQ(OwnerOf({id, ""}, 4).error().code(), Code::kCorruption) << id;
  }
}

TEST(JobPiecesTest, PreparedWorkGoesToItsSink) {
  const std::vector<Prepared> work = {ForSink(1, "a"), ForSink(0, "b"), ForSink(1, "c")};
  EXPECT_THAT(*BySink(work, 2), ElementsAre(ElementsAre("b"), ElementsAre("a", "c")));
  EXPECT_EQ(ForSink(1, ""), "");
  EXPECT_EQ(BySink(work, 1).error().code(), Code::kCorruption);
  EXPECT_EQ(BySink(std::vector<Prepared>{"x"}, 1).error().code(), Code::kCorruption);
}

}  // namespace
}  // namespace sluice
