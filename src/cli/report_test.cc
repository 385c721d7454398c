// SPDX-License-Identifier: Apache-2.0
#include "cli/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text.h"

namespace sluice::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kSecond = 1000000;

TimePoint At(int64_t seconds) {
  return {seconds * kSecond};
}

TEST(StatisticsBlock, IsSeaTunnelsByteForByte) {
  JobSummary summary;
  summary.started_wall_micros =
      (int64_t{DaysFromCivil(2025, 1, 1)} * 86400 + 9 * 3600) * kSecond + 999999;
  summary.ended_wall_micros = summary.started_wall_micros + 9 * kSecond;
  summary.progress.rows_read = 32;
  summary.progress.rows_written = 32;
  EXPECT_EQ(StatisticsBlock(summary, 3600 * kSecond),
            "***********************************************\n"
            "           Job Statistic Information\n"
            "***********************************************\n"
            "Start Time                : 2025-01-01 10:00:00\n"
            "End Time                  : 2025-01-01 10:00:09\n"
            "Total Time(s)             :                   9\n"
            "Total Read Count          :                  32\n"
            "Total Write Count         :                  32\n"
            "Total Failed Count        :                   0\n"
            "***********************************************\n");
}

TEST(StatisticsBlock, FailedIsReadLessWritten) {
  JobSummary summary;
  summary.progress.rows_read = 1234567890123;
  summary.progress.rows_written = 1234567890000;
  const std::string block = StatisticsBlock(summary, 0);
  EXPECT_THAT(block, HasSubstr("Total Read Count          :       1234567890123\n"));
  EXPECT_THAT(block, HasSubstr("Total Failed Count        :                 123\n"));
}

TEST(ErrorBlock, TellsConfigMistakesFromFailures) {
  const std::string ruler(79, '=');
  EXPECT_EQ(ErrorBlock({Code::kInvalidConfig, "a.conf:1:2: wrong"}),
            ruler + "\n\nConfig Error:\n\nReason: a.conf:1:2: wrong\n\n" + ruler + "\n");
  EXPECT_EQ(ErrorBlock({Code::kInvalidConfig, "one\ntwo"}),
            ruler + "\n\nConfig Error:\n\nReason: 2 mistakes\none\ntwo\n\n" + ruler + "\n");
  EXPECT_EQ(ErrorBlock({Code::kUnavailable, "no server"}),
            ruler + "\n\nFatal Error,\n\nReason: unavailable: no server\n\n" + ruler + "\n");
}

TEST(ProgressMeter, RatesAreThoseSinceTheLastLine) {
  ProgressMeter meter(At(100));
  JobProgress progress{.state = "running",
                       .rows_read = 5000,
                       .bytes_read = 10240,
                       .rows_written = 4000,
                       .rows_committed = 3000,
                       .last_checkpoint = 7,
                       .lag_micros = 250000};
  EXPECT_EQ(meter.Line(progress, At(105)),
            "running: 1000 rows/s, 2.0 KiB/s, 5000 read, 4000 written, 3000 visible, lag 250 ms, "
            "checkpoint 7");
  progress.rows_read = 5100;
  EXPECT_THAT(meter.Line(progress, At(106)), HasSubstr("running: 100 rows/s, 0 B/s, 5100 read"));
}

TEST(ProgressMeter, ASnapshotHasPercentAndTimeLeft) {
  ProgressMeter meter(At(0));
  JobProgress progress{.state = "snapshot", .snapshot = 0.25};
  EXPECT_THAT(meter.Line(progress, At(10)), HasSubstr(", snapshot 25.0 %"));
  progress.snapshot = 0.5;
  EXPECT_THAT(meter.Line(progress, At(20)), HasSubstr(", snapshot 50.0 %, about 20 s left"));
  progress.snapshot = 1;
  EXPECT_THAT(meter.Line(progress, At(30)), Not(HasSubstr("snapshot 1")));
}

TEST(ProgressMeter, NoTimeIsNoRate) {
  ProgressMeter meter(At(5));
  EXPECT_THAT(meter.Line({.state = "starting", .rows_read = 10}, At(5)),
              HasSubstr("starting: 0 rows/s"));
}

TEST(ShortForms, OfBytesAndTimes) {
  EXPECT_EQ(ShortBytes(0), "0 B");
  EXPECT_EQ(ShortBytes(1023), "1023 B");
  EXPECT_EQ(ShortBytes(1536), "1.5 KiB");
  EXPECT_EQ(ShortBytes(5.0 * 1024 * 1024 * 1024 * 1024), "5.0 TiB");
  EXPECT_EQ(ShortMicros(999000), "999 ms");
  EXPECT_EQ(ShortMicros(1500000), "1.5 s");
  EXPECT_EQ(ShortMicros(59.0 * kSecond), "59 s");
  EXPECT_EQ(ShortMicros(61.0 * kSecond), "1 min 1 s");
  EXPECT_EQ(ShortMicros(7500.0 * kSecond), "2 h 5 min");
}

}  // namespace
}  // namespace sluice::cli
