// SPDX-License-Identifier: Apache-2.0
// Dates and times as JSON documents spell them, in any of the usual ways.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice {

// 2024-02-29, 2024/02/29, 2024.02.29, 20240229. False: `text` is no such date.
bool ReadAnyDate(std::string_view text, int32_t& days);
// 23:59, 23:59:59, 23:59:59.123456, each perhaps with a sign and more than 24 hours.
bool ReadAnyTime(std::string_view text, int64_t& micros);
// A date, perhaps with a blank or T and a time behind it; also 20240229235959.
bool ReadAnyTimestamp(std::string_view text, int64_t& micros);

}  // namespace sluice
