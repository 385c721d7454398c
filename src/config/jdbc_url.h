// SPDX-License-Identifier: Apache-2.0
// JDBC URLs taken apart; what their parameters mean is the plugin's business. Pure.
//
//   jdbc:SUBPROTOCOL://[HOST[:PORT]][,HOST[:PORT]...][/DATABASE][?NAME=VALUE[&NAME=VALUE...]]
//   jdbc:SUBPROTOCOL:DATABASE[?...]        (PostgreSQL: the server of this machine)
//
// Hosts may be IPv6 addresses in brackets. Database, names and values may hold percent escapes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace sluice {

struct JdbcHost {
  std::string name;   // without brackets
  uint16_t port = 0;  // 0: not given

  friend bool operator==(const JdbcHost&, const JdbcHost&) = default;
};

struct JdbcUrl {
  std::string subprotocol;      // "mysql", "postgresql", "mysql:loadbalance"
  std::vector<JdbcHost> hosts;  // at least one
  std::string database;         // may be empty
  std::vector<std::pair<std::string, std::string>> parameters;  // in order, decoded
};

// kInvalidConfig whose message goes on behind the name of the option ("must look like ..."). It
// never repeats parts of the URL that may hold a password.
Result<JdbcUrl> ParseJdbcUrl(std::string_view url);

}  // namespace sluice
