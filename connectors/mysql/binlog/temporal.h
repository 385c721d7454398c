// SPDX-License-Identifier: Apache-2.0
// MySQL's dates and times, from their packed forms in the log and from text, to the values of
// data/column.h. Both ways share the rules for dates that are none.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace sluice::mysql {

// Seconds to add to UTC to get local time, at an instant given in seconds since 1970 UTC. Empty
// means UTC. Must be safe to call from any thread.
using ZoneOffset = std::function<int32_t(int64_t epoch_seconds)>;

enum class DateOutcome : uint8_t {
  kOk,
  // '0000-00-00', or a month or day of 00, which MySQL can be told to store. Null in a nullable
  // column, else 1970-01-01 00:00:00.
  kZero,
  // Not of the calendar ('2024-02-31' under ALLOW_INVALID_DATES) or not a date at all.
  kInvalid,
};

// Days since 1970-01-01.
DateOutcome DateFrom(unsigned year, unsigned month, unsigned day, int32_t& days);

// From the log; `bits` is the value's bytes as one integer: big-endian for the types with a 2,
// little-endian for the others. `fsp`: fraction digits of the column, 0..6.
DateOutcome DateFromLog(uint32_t bits, int32_t& days);
DateOutcome DateTime2FromLog(uint64_t bits, unsigned fsp, int64_t& micros);
DateOutcome DateTimeFromLog(uint64_t bits, int64_t& micros);  // before 5.6.4
// Instants: UTC in the log, local time by `zone` in `micros`.
DateOutcome Timestamp2FromLog(uint64_t bits, unsigned fsp, const ZoneOffset& zone, int64_t& micros);
// Both forms always give a value: TIME has no zero rule.
int64_t Time2FromLog(uint64_t bits, unsigned fsp);
int64_t TimeFromLog(uint32_t bits);  // before 5.6.4

// Bytes of the fraction behind the types with a 2.
constexpr unsigned FractionBytes(unsigned fsp) {
  return (fsp + 1) / 2;
}

// From text as a SELECT prints it: "2024-02-29", "2024-02-29 23:59:59.123", "-838:59:59.000000".
DateOutcome ParseDate(std::string_view text, int32_t& days);
DateOutcome ParseDateTime(std::string_view text, int64_t& micros);
// `text` in UTC, as under SET time_zone = '+00:00'.
DateOutcome ParseTimestamp(std::string_view text, const ZoneOffset& zone, int64_t& micros);
bool ParseTime(std::string_view text, int64_t& micros);

}  // namespace sluice::mysql
