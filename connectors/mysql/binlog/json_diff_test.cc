// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/json_diff.h"

#include <gtest/gtest.h>

namespace sluice::mysql {
namespace {

using namespace std::string_view_literals;

// {"k": true, "list": [1, "x"]}
constexpr std::string_view kDocument =
    "\0\2\0\x27\0\x12\0\1\0\x13\0\4\0\4\1\0\2\x17\0klist\2\0\x0c\0\5\1\0\x0c\x0a\0\1x\0\0\0\0"sv;

std::string Diff(char operation, std::string_view path, std::string_view value = {}) {
  std::string out(1, operation);
  out += static_cast<char>(path.size());
  out += path;
  if (operation == 2) return out;
  out += static_cast<char>(value.size());
  return out.append(value);
}

std::string Changed(std::string_view diffs, std::string_view before = kDocument) {
  std::string text;
  const Status status = AppendChangedJson(before, diffs, text);
  return status.ok() ? text : std::string(status.message());
}

constexpr std::string_view kSeven = "\5\7\0"sv;

TEST(JsonDiff, NoChangeIsTheValueBefore) {
  EXPECT_EQ(Changed(""), R"({"k": true, "list": [1, "x"]})");
}

TEST(JsonDiff, ValuesAreReplaced) {
  EXPECT_EQ(Changed(Diff(0, "$.k", kSeven)), R"({"k": 7, "list": [1, "x"]})");
  EXPECT_EQ(Changed(Diff(0, "$.list[1]", kSeven)), R"({"k": true, "list": [1, 7]})");
  EXPECT_EQ(Changed(Diff(0, "$", kSeven)), "7");
  EXPECT_EQ(Changed(Diff(0, "$.k[0]", kSeven)), R"({"k": 7, "list": [1, "x"]})");
  EXPECT_EQ(Changed(Diff(0, "$[0].k", kSeven)), R"({"k": 7, "list": [1, "x"]})");
}

TEST(JsonDiff, MembersAndCellsComeAndGo) {
  EXPECT_EQ(Changed(Diff(1, "$.zz", kSeven)), R"({"k": true, "zz": 7, "list": [1, "x"]})");
  EXPECT_EQ(Changed(Diff(1, "$.\"a b\\\"\"", kSeven)),
            R"({"k": true, "a b\"": 7, "list": [1, "x"]})");
  EXPECT_EQ(Changed(Diff(1, "$.list[0]", kSeven)), R"({"k": true, "list": [7, 1, "x"]})");
  EXPECT_EQ(Changed(Diff(1, "$.list[9]", kSeven)), R"({"k": true, "list": [1, "x", 7]})");
  EXPECT_EQ(Changed(Diff(2, "$.list[0]")), R"({"k": true, "list": ["x"]})");
  EXPECT_EQ(Changed(Diff(2, "$.k")), R"({"list": [1, "x"]})");
}

TEST(JsonDiff, ChangesFollowOneAnother) {
  const std::string diffs = Diff(0, "$.list", kDocument) + Diff(2, "$.list.k") +
                            Diff(1, "$.list.list[1]", kSeven) + Diff(0, "$.list.list[0]", kSeven);
  EXPECT_EQ(Changed(diffs), R"({"k": true, "list": {"list": [7, 7, "x"]}})");
}

TEST(JsonDiff, WhatIsNotThereIsRefused) {
  for (const std::string& diffs :
       {Diff(0, "$.no", kSeven), Diff(0, "$.list[2]", kSeven), Diff(1, "$.k", kSeven),
        Diff(1, "$.k.a", kSeven), Diff(1, "$.k[0]", kSeven), Diff(2, "$.no"), Diff(2, "$"),
        Diff(0, "k", kSeven), Diff(0, "$.list[x]", kSeven), Diff(0, "$.\"open", kSeven),
        Diff(3, "$.k", kSeven), Diff(0, "$.k", kSeven).substr(0, 6)}) {
    EXPECT_TRUE(Changed(diffs).starts_with("a change of a JSON value")) << Changed(diffs);
  }
}

}  // namespace
}  // namespace sluice::mysql
