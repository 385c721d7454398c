// SPDX-License-Identifier: Apache-2.0
// Values of types that only MariaDB has, as its log holds them, to what its SELECT shows.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::mysql {

// INET4, INET6 and UUID travel as BINARY(4) and BINARY(16), zeros at their end left out. UUIDs of
// the versions 1 to 5 have their fields in reverse, as the server does since 10.9.8 and 10.11.5;
// before, it reversed all.
inline constexpr size_t kInet4Size = 4;
inline constexpr size_t kInet6Size = 16;
inline constexpr size_t kUuidValueSize = 16;

std::string Inet4Text(std::string_view bytes);  // "192.0.2.1"
std::string Inet6Text(std::string_view bytes);  // "2001:db8::ff00:42:8329", "::ffff:192.0.2.1"
std::string UuidText(std::string_view bytes);   // "123e4567-e89b-12d3-a456-426655440000"

// The value of a column that is COMPRESSED. kCorruption: the bytes are none.
// Source: the format in the server's sql/field_comp.cc.
Result<std::string> InflateColumn(std::string_view bytes);

}  // namespace sluice::mysql
