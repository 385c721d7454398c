// SPDX-License-Identifier: Apache-2.0
#include "starrocks/labels.h"

#include <gtest/gtest.h>

#include <limits>
#include <regex>
#include <set>

namespace sluice::starrocks {
namespace {

constexpr LabelParts kParts{.run = 3, .checkpoint = 17, .writer = 2, .attempt = 1};

TEST(LabelsTest, NamesRunCheckpointWriterAndTry) {
  const std::string label = Label(LabelName("", "0123456789abcdef"), kParts, "ods", "orders");
  EXPECT_TRUE(
      std::regex_match(label, std::regex("sluice-0123456789abcdef-r3-c17-w2-t1-[0-9a-f]{16}")))
      << label;
}

TEST(LabelsTest, BeginsWithTheUsersPrefix) {
  EXPECT_EQ(LabelName("nightly", "abc"), "nightly-sluice-abc");
}

TEST(LabelsTest, GreatestNumbersAndLongestNamesFitTheServersPattern) {
  const LabelParts most{std::numeric_limits<uint64_t>::max(), std::numeric_limits<uint64_t>::max(),
                        std::numeric_limits<uint32_t>::max(), kTriesMax - 1};
  const std::regex allowed("^[-A-Za-z0-9_]{1,128}$");
  for (const std::string& prefix :
       {std::string(), std::string("p"), std::string(33, 'p'), std::string(500, 'p'),
        std::string("a.b c/d\xc3\xa4\n\""), std::string("-")}) {
    for (const std::string& job : {std::string(), std::string("0123456789abcdef"),
                                   std::string(500, 'j'), std::string("job 1.2")}) {
      const std::string label =
          Label(LabelName(prefix, job), most, std::string(300, 'd'), std::string(1024, 't'));
      EXPECT_TRUE(std::regex_match(label, allowed)) << label << " " << label.size();
    }
  }
}

TEST(LabelsTest, AnyNumberOfFlushesFits) {
  const LabelParts most{999'999'999'999'999, 999'999'999'999'999,
                        std::numeric_limits<uint32_t>::max(), std::numeric_limits<uint32_t>::max()};
  EXPECT_LE(Label(LabelName(std::string(500, 'p'), "j"), most, "d", "t").size(), 128U);
}

TEST(LabelsTest, AreReadAsTheyWereMade) {
  for (const char* prefix : {"", "p-r1-c2-w3-t4"}) {
    const std::string name = LabelName(prefix, "j");
    const LabelParts parts{3, 17, 2, 4711};
    const auto read = ParseLabel(name, Label(name, parts, "ods", "orders"));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->parts, parts);
    EXPECT_EQ(read->table_hash, TableHash("ods", "orders"));
  }
}

TEST(LabelsTest, OtherLabelsAreNotRead) {
  const std::string name = LabelName("", "j");
  const std::string good = Label(name, kParts, "ods", "orders");
  ASSERT_TRUE(ParseLabel(name, good));
  for (const std::string& other :
       {std::string(), name, "x" + good, good + "0", good.substr(0, good.size() - 1),
        name + "-r1-c2-w3-t4", name + "-r1-c2-w3-t-0123456789abcdef",
        name + "-r1-c2-w99999999999-t4-0123456789abcdef", Label(name + "1", kParts, "d", "t"),
        Label(LabelName("p", "j"), kParts, "d", "t"), std::string("insert_4711")}) {
    EXPECT_FALSE(ParseLabel(name, other)) << other;
  }
}

TEST(LabelsTest, DifferentJobsAndPrefixesHaveDifferentNames) {
  std::set<std::string> names;
  const std::vector<std::pair<std::string, std::string>> pairs = {{"", "a"},
                                                                  {"", "b"},
                                                                  {"p", "a"},
                                                                  {"a.b", "j"},
                                                                  {"a_b", "j"},
                                                                  {"a b", "j"},
                                                                  {"", "a.b"},
                                                                  {"", "a_b"},
                                                                  {std::string(60, 'p') + "1", "j"},
                                                                  {std::string(60, 'p') + "2", "j"},
                                                                  {std::string(60, 'p'), "j1"},
                                                                  {std::string(60, 'p'), "j2"}};
  for (const auto& [prefix, job] : pairs) names.insert(LabelName(prefix, job));
  EXPECT_EQ(names.size(), pairs.size());
}

TEST(LabelsTest, EveryPartAndTheTableMakeAnotherLabel) {
  std::set<std::string> labels;
  const std::string name = LabelName("", "j");
  size_t count = 0;
  for (const uint64_t run : {1, 11}) {
    for (const uint64_t checkpoint : {1, 11}) {
      for (uint32_t writer : {1U, 11U}) {
        for (uint32_t attempt = 0; attempt < kTriesMax; ++attempt) {
          for (const char* table : {"t", "T", "u"}) {
            for (const char* database : {"d", "e"}) {
              labels.insert(Label(name, {run, checkpoint, writer, attempt}, database, table));
              ++count;
            }
          }
        }
      }
    }
  }
  EXPECT_EQ(labels.size(), count);
}

TEST(LabelsTest, ComputesTheSameLabelInEveryBuild) {
  // A later version must find what this one left behind.
  EXPECT_EQ(Label(LabelName("nightly", "5eed"), kParts, "ods", "orders"),
            "nightly-sluice-5eed-r3-c17-w2-t1-0d0f5e3b4601de13");
}

}  // namespace
}  // namespace sluice::starrocks
