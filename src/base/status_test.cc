// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace sluice {
namespace {

TEST(StatusTest, OkIsEmptyAndStaysOk) {
  const Status ok;
  EXPECT_TRUE(ok.ok());
  EXPECT_EQ(ok.code(), Code::kOk);
  EXPECT_EQ(ok.message(), "");
  EXPECT_EQ(ok.ToString(), "ok");
  EXPECT_TRUE(ok.In("reading").ok());
}

TEST(StatusTest, ContextIsReadOutermostFirst) {
  const Status inner(Code::kUnavailable, "connection reset");
  const Status outer = inner.In("reading a block").In("copying db.t");
  EXPECT_EQ(outer.code(), Code::kUnavailable);
  EXPECT_EQ(outer.message(), "while copying db.t: while reading a block: connection reset");
  EXPECT_EQ(outer.ToString(), "unavailable: " + std::string(outer.message()));
  EXPECT_EQ(inner.message(), "connection reset");
}

TEST(StatusTest, TheCodeAloneDecidesTheRetry) {
  EXPECT_EQ(RetryOf(Code::kUnavailable), Retry::kInPlace);
  EXPECT_EQ(RetryOf(Code::kTimeout), Retry::kInPlace);
  EXPECT_EQ(RetryOf(Code::kExhausted), Retry::kFromCheckpoint);
  EXPECT_EQ(RetryOf(Code::kInternal), Retry::kFromCheckpoint);
  for (const Code code : {Code::kInvalidConfig, Code::kNotFound, Code::kSchemaMismatch,
                          Code::kCorruption, Code::kUnsupported, Code::kFenced, Code::kCancelled,
                          Code::kCommitLost, Code::kPositionLost}) {
    EXPECT_EQ(RetryOf(code), Retry::kNever) << CodeName(code);
  }
}

TEST(StatusTest, EveryCodeHasItsOwnName) {
  std::vector<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Code::kInternal); ++i) {
    names.push_back(CodeName(static_cast<Code>(i)));
    EXPECT_NE(names.back(), "unknown") << i;
  }
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

Result<int> Half(int value) {
  if (value % 2 != 0) return Fail(Code::kNotFound, "odd");
  return value / 2;
}

Result<std::string> QuarterText(int value) {
  ASSIGN_OR_RETURN(const int half, Half(value));
  ASSIGN_OR_RETURN(const int quarter, Half(half));
  return std::to_string(quarter);
}

Status CheckQuarter(int value) {
  RETURN_IF_ERROR(QuarterText(value).has_value() ? Status() : QuarterText(value).error());
  return {};
}

TEST(StatusTest, MacrosReturnTheFirstFailure) {
  EXPECT_EQ(QuarterText(8), "2");
  ASSERT_FALSE(QuarterText(6).has_value());
  EXPECT_EQ(QuarterText(6).error().code(), Code::kNotFound);
  EXPECT_TRUE(CheckQuarter(4).ok());
  EXPECT_EQ(CheckQuarter(3).message(), "odd");
}

}  // namespace
}  // namespace sluice
