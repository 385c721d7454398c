// SPDX-License-Identifier: Apache-2.0
#include "config/suggest.h"

#include <gtest/gtest.h>

#include <vector>

namespace sluice {
namespace {

std::string Near(std::string_view name, const std::vector<std::string>& known) {
  return Nearest(name, known).value_or("nothing");
}

TEST(Suggest, FindsTyposOfEveryKind) {
  const std::vector<std::string> known = {"parallelism", "job.mode", "job.name"};
  EXPECT_EQ(Near("paralelism", known), "parallelism");    // a letter missing
  EXPECT_EQ(Near("parallellism", known), "parallelism");  // one too many
  EXPECT_EQ(Near("porallelism", known), "parallelism");   // a wrong one
  EXPECT_EQ(Near("aprallelism", known), "parallelism");   // two swapped
}

TEST(Suggest, LetterCaseAndSeparatorsCountNothing) {
  EXPECT_EQ(Near("NODE_URLS", {"nodeUrls"}), "nodeUrls");
  EXPECT_EQ(Near("batch-max-rows", {"batch_max_bytes", "batch_max_rows"}), "batch_max_rows");
}

TEST(Suggest, TakesTheNearest) {
  EXPECT_EQ(Near("job.nam", {"job.mode", "job.name"}), "job.name");
}

TEST(Suggest, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(Near("checkpoint", {"parallelism"}), "nothing");
  EXPECT_EQ(Near("a", {"b", "c"}), "nothing");
  EXPECT_EQ(Near("id", {"ts"}), "nothing");
  EXPECT_EQ(Near("", {"a"}), "nothing");
  EXPECT_EQ(DidYouMean("x", std::vector<std::string>{}), "");
}

}  // namespace
}  // namespace sluice
