// SPDX-License-Identifier: Apache-2.0
// The options of the MySQL-CDC source.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/sql_session.h"
#include "config/option_spec.h"

namespace sluice::mysql {

enum class StartMode : uint8_t { kInitial, kEarliest, kLatest, kSpecific, kTimestamp };
enum class StopMode : uint8_t { kNever, kLatest, kSpecific, kTimestamp };

struct TableNamesConfig {
  std::string table;
  std::vector<std::string> primary_keys;
  std::string snapshot_split_column;
};

struct MysqlCdcOptions {
  std::string base_url;
  std::string username;
  Secret password;
  std::vector<std::string> database_names;
  std::vector<std::string> table_names;
  std::string table_pattern;
  std::vector<TableNamesConfig> table_names_config;
  StartMode start_mode = StartMode::kInitial;
  StopMode stop_mode = StopMode::kNever;
  int64_t split_size = 8096;
  double even_factor_upper = 100;
  double even_factor_lower = 0.05;
  bool exactly_once = false;
  bool schema_changes = false;
  bool int_type_narrowing = true;
  std::string server_id;
  std::string server_time_zone;
  int64_t connect_timeout_ms = 30'000;
  int64_t connect_retries = 3;
  std::vector<std::pair<std::string, std::string>> debezium;

  // Derived from the above by ParseOptions.
  SqlEndpoint endpoint;
  std::string url_database;
  uint32_t server_id_first = 0;
  uint32_t server_id_last = 0;
};

const OptionSpec<MysqlCdcOptions>& MysqlCdcSpec();

// Parses and cross-checks; all mistakes go to `diagnostics`.
std::optional<MysqlCdcOptions> ParseOptions(const PluginConfig& config, Diagnostics& diagnostics,
                                            uint64_t random);

}  // namespace sluice::mysql
