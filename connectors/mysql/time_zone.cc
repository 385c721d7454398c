// SPDX-License-Identifier: Apache-2.0
#include "mysql/time_zone.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <vector>

#include "config/suggest.h"

namespace sluice::mysql {
namespace {

constexpr int64_t kEnd = int64_t{1} << 32U;  // of TIMESTAMP's seconds

// An offset and the second from which on it holds.
struct Period {
  int64_t begin;
  int offset;
};

ZoneOffset Fixed(int seconds) {
  if (seconds == 0) return {};
  return [seconds](int64_t) { return seconds; };
}

bool ParseOffset(std::string text, int& seconds) {
  for (const std::string_view prefix : {"UTC", "GMT"}) {
    if (text.starts_with(prefix)) text = text.substr(prefix.size());
  }
  seconds = 0;
  if (text.empty() || text == "Z") return true;
  static const std::regex kOffset(R"(([+-])(\d{1,2})(?::?([0-5]\d))?)");
  std::smatch match;
  if (!std::regex_match(text, match, kOffset)) return false;
  const int minutes = std::stoi(match[2]) * 60 + (match[3].matched ? std::stoi(match[3]) : 0);
  seconds = (match[1] == "-" ? -60 : 60) * minutes;
  return true;
}

std::vector<Period> PeriodsOf(const date::time_zone& zone) {
  std::vector<Period> periods;
  int64_t at = 0;
  while (at < kEnd) {
    const date::sys_info info = zone.get_info(date::sys_seconds(std::chrono::seconds(at)));
    const auto offset = static_cast<int>(info.offset.count());
    if (periods.empty() || periods.back().offset != offset) periods.push_back({at, offset});
    const int64_t end = info.end.time_since_epoch().count();
    if (end <= at) break;  // rules that never end
    at = end;
  }
  return periods;
}

std::vector<std::string> KnownZones() {
  std::vector<std::string> names = {"UTC"};
  for (const date::time_zone& zone : date::get_tzdb().zones) names.push_back(zone.name());
  return names;
}

}  // namespace

Result<ZoneOffset> FindTimeZone(const std::string& name) {
  if (int seconds = 0; ParseOffset(name, seconds)) return Fixed(seconds);
  try {  // the library throws for a name it does not know, and without a database
    auto periods = PeriodsOf(*date::locate_zone(name));
    if (periods.size() == 1) return Fixed(periods.front().offset);
    return [periods = std::move(periods)](int64_t second) {
      const auto next = std::ranges::upper_bound(periods, second, {}, &Period::begin);
      return next == periods.begin() ? periods.front().offset : std::prev(next)->offset;
    };
  } catch (const std::exception&) {
    std::vector<std::string> known;
    try {
      known = KnownZones();
    } catch (const std::exception& error) {
      return Fail(Code::kInvalidConfig,
                  fmt::format("the time zone '{}' cannot be looked up, for the system has no "
                              "time-zone database (package tzdata): {}",
                              name, error.what()));
    }
    return Fail(Code::kInvalidConfig,
                fmt::format("must be UTC, an offset such as +08:00 or a zone such as "
                            "Asia/Shanghai, but is '{}'{}",
                            name, DidYouMean(name, known)));
  }
}

}  // namespace sluice::mysql
