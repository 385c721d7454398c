// SPDX-License-Identifier: Apache-2.0
#include "io/sql_state.h"

#include <algorithm>
#include <array>

namespace sluice {

Code SqlStateCode(std::string_view state) {
  static constexpr auto kPassing = std::to_array<std::string_view>({
      "40001",  // serialization
      "40P01",  // deadlock
      "55P03",  // lock not available
      "57014",  // cancelled by the server's own limits or a person
      "25P02",  // a transaction that failed before
      "25P03",  // idle in transaction for too long
  });
  static constexpr auto kAccess = std::to_array<std::string_view>({
      "42501",  // no privilege
      "3D000",  // no such database
      "0A000",  // not supported by this server
  });
  static constexpr auto kAbsent = std::to_array<std::string_view>({
      "42P01",  // table
      "3F000",  // schema
      "42704",  // object, such as a prepared transaction
  });
  const auto among = [&](const auto& list) { return std::ranges::find(list, state) != list.end(); };
  const std::string_view family = state.substr(0, 2);
  if (among(kPassing)) return Code::kUnavailable;
  if (among(kAccess) || family == "28") return Code::kInvalidConfig;
  if (among(kAbsent)) return Code::kNotFound;
  if (family == "22" || family == "23" || family == "42") return Code::kSchemaMismatch;
  // Connections, resources, shut-downs, disks.
  for (const std::string_view passing : {"08", "53", "57", "58"}) {
    if (family == passing) return Code::kUnavailable;
  }
  return Code::kInternal;
}

Code SqlConnectCode(std::string_view text) {
  for (const std::string_view wrong :
       {"authentication failed", "no password supplied", "pg_hba.conf", "does not exist",
        "permission denied", "certificate", "does not support SSL", "unsupported"}) {
    if (text.find(wrong) != std::string_view::npos) return Code::kInvalidConfig;
  }
  return Code::kUnavailable;
}

}  // namespace sluice
