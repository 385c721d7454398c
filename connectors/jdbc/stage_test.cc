// SPDX-License-Identifier: Apache-2.0
#include "jdbc/stage.h"

#include <gtest/gtest.h>

namespace sluice::jdbc {
namespace {

TEST(Stage, NamesAreFoundAgainAndFitEveryServer) {
  const StageLabel label{StageJob("job"), 123'456, 987'654'321, 4095, "db.table"};
  const std::string name = label.ToName();
  EXPECT_LE(name.size(), 63U);
  EXPECT_TRUE(name.starts_with(StageLabel::Prefix(label.job)));
  const auto parsed = StageLabel::Parse(name);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->job, label.job);
  EXPECT_EQ(parsed->run, label.run);
  EXPECT_EQ(parsed->checkpoint, label.checkpoint);
  EXPECT_EQ(parsed->writer, label.writer);
  EXPECT_NE(name, (StageLabel{label.job, 123'456, 987'654'321, 4095, "db.other"}.ToName()));
}

TEST(Stage, OtherNamesAreNone) {
  const std::string name = StageLabel{StageJob("job"), 1, 2, 3, "t"}.ToName();
  for (const std::string& other :
       {std::string(kLedgerTable), std::string("items"), name + "x", name.substr(0, 30),
        std::string("__sluice_0123456789ab_r1_c_w3_01234567")}) {
    EXPECT_FALSE(StageLabel::Parse(other)) << other;
  }
}

TEST(Stage, WorkIsReadBack) {
  const StagedWork work{7, 2, {{"db.t", "db", "stage", 5, {"DELETE", "INSERT"}}}};
  const Prepared bytes = EncodeWork(work);
  const auto decoded = DecodeAll(std::vector<Prepared>{"", bytes});
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, std::vector<StagedWork>{work});
  EXPECT_EQ(EncodeWork({7, 2, {}}), "");
}

TEST(Stage, TornWorkIsRefused) {
  const Prepared bytes = EncodeWork({7, 2, {{"db.t", "db", "stage", 5, {"INSERT"}}}});
  for (size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeWork(bytes.substr(0, size))) << size;
  }
  EXPECT_FALSE(DecodeWork(bytes + "x"));
  EXPECT_FALSE(DecodeWork("\x7f" + bytes.substr(1)));
}

}  // namespace
}  // namespace sluice::jdbc
