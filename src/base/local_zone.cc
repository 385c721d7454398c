// SPDX-License-Identifier: Apache-2.0
#include "base/local_zone.h"

#include <algorithm>
#include <ctime>
#include <iterator>

namespace sluice {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kDay = 86'400;
// What is looked up; libc answers for what lies outside.
constexpr int64_t kBegin = -2'208'988'800;  // 1900-01-01
constexpr int64_t kEnd = 4'102'444'800;     // 2100-01-01

int64_t OffsetOfLibc(int64_t second) {
  const time_t at = second;
  tm local{};
  return ::localtime_r(&at, &local) == nullptr ? 0 : local.tm_gmtoff;
}

int64_t Second(int64_t micros) {
  return micros / kMicrosPerSecond - (micros % kMicrosPerSecond < 0 ? 1 : 0);
}

}  // namespace

LocalZone::LocalZone() {
  ::tzset();
  periods_.push_back({kBegin, OffsetOfLibc(kBegin)});
  // No zone has changed its offset twice within a day.
  for (int64_t day = kBegin; day < kEnd; day += kDay) {
    int64_t before = day;
    int64_t after = day + kDay;
    const int64_t offset = OffsetOfLibc(after);
    if (offset == periods_.back().offset) continue;
    while (after - before > 1) {
      const int64_t middle = before + (after - before) / 2;
      (OffsetOfLibc(middle) == offset ? after : before) = middle;
    }
    periods_.push_back({after, offset});
  }
}

const LocalZone& LocalZone::OfProcess() {
  static const LocalZone zone;
  return zone;
}

int64_t LocalZone::OffsetAt(int64_t second) const {
  if (second < kBegin || second >= kEnd) return OffsetOfLibc(second);
  return std::prev(std::ranges::upper_bound(periods_, second, {}, &Period::begin))->offset;
}

int64_t LocalZone::ToLocal(int64_t utc) const {
  return utc + OffsetAt(Second(utc)) * kMicrosPerSecond;
}

int64_t LocalZone::ToUtc(int64_t local) const {
  // A day away lies on the near side of a change of clocks, and on its far side.
  const int64_t second = Second(local);
  const int64_t before = OffsetAt(second - kDay);
  const int64_t after = OffsetAt(second + kDay);
  const bool changed = OffsetAt(second - before) != before && OffsetAt(second - after) == after;
  return local - (changed ? after : before) * kMicrosPerSecond;
}

}  // namespace sluice
