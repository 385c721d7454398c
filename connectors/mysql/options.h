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
#include "mysql/binlog/temporal.h"
#include "mysql/ddl_rules.h"

namespace sluice::mysql {

enum class StartMode : uint8_t { kInitial, kEarliest, kLatest, kSpecific, kTimestamp };
enum class StopMode : uint8_t { kNever, kLatest, kSpecific, kTimestamp };
enum class IncompleteRows : uint8_t { kRefuse, kReread };

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
  std::string start_file;
  int64_t start_pos = 4;
  std::string start_gtids;
  int64_t start_millis = 0;  // since 1970 UTC
  StopMode stop_mode = StopMode::kNever;
  std::string stop_file;
  int64_t stop_pos = 4;
  int64_t stop_millis = 0;
  int64_t split_size = 8096;
  double even_factor_upper = 100;
  double even_factor_lower = 0.05;
  bool exactly_once = false;
  bool transaction_atomic = false;
  IncompleteRows incomplete_rows = IncompleteRows::kRefuse;
  bool schema_changes = false;
  StringMap schema_changes_policy;
  bool int_type_narrowing = true;
  std::string server_id;
  std::string server_time_zone;
  int64_t connect_timeout_ms = 30'000;
  int64_t connect_retries = 3;

  bool rereads() const { return incomplete_rows == IncompleteRows::kReread; }

  // Derived from the above by ParseOptions.
  DdlRules ddl;
  ZoneOffset zone;
  SqlEndpoint endpoint;
  std::string url_database;
  uint32_t server_id_first = 0;
  uint32_t server_id_last = 0;
};

const OptionSpec<MysqlCdcOptions>& MysqlCdcSpec();

// Parses and cross-checks; all mistakes go to `diagnostics`. `random` chooses the server id when
// none is given.
std::optional<MysqlCdcOptions> ParseOptions(const PluginConfig& config, const EnvOptions& env,
                                            uint64_t random, Diagnostics& diagnostics);

// Where reading begins and ends, for people and for comparison: "initial to latest".
std::string PlacesText(const MysqlCdcOptions& options);

// Host, port, database and the parameters that sluice knows, of "jdbc:mysql://host:3306/db?k=v".
// Returns what is wrong, empty when all is well. Remarks about ignored parameters go to `notes`.
std::string ParseJdbcUrl(std::string_view url, SqlEndpoint& endpoint,
                         std::vector<std::string>& notes);

}  // namespace sluice::mysql
