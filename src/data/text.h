// SPDX-License-Identifier: Apache-2.0
// Values as text, one way for the whole project: dates, times, decimals, numbers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/column.h"

namespace sluice {

// Each appends to `out`. Years run from 0000 to 9999 in the proleptic Gregorian calendar.
void AppendDate(int32_t days, std::string& out);                    // 2024-02-29
void AppendTime(int64_t micros, int scale, std::string& out);       // [-]HH:MM:SS[.ffffff]
void AppendTimestamp(int64_t micros, int scale, std::string& out);  // date, blank, time
void AppendDecimal(Int128 unscaled, int scale, std::string& out);   // -12.340
void AppendDouble(double value, std::string& out);                  // shortest that reads back
void AppendFloat(float value, std::string& out);

// Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back.
int32_t DaysFromCivil(int year, unsigned month, unsigned day);
struct Civil {
  int year;
  unsigned month;
  unsigned day;
};
Civil CivilFromDays(int32_t days);

// Digits with optional sign and point, to an unscaled value at `scale`; false when it is not such
// text, does not fit 38 digits, or would lose digits.
bool ParseDecimal(std::string_view text, int scale, Int128& out);

}  // namespace sluice
