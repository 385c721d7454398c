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
