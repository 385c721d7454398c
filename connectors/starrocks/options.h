// SPDX-License-Identifier: Apache-2.0
// The options of the StarRocks sink.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/save_mode.h"
#include "api/sql_session.h"
#include "config/option_spec.h"

namespace sluice::starrocks {

struct StarrocksOptions {
  StringList node_urls;
  std::string base_url;
  std::string username;
  Secret password;
  std::string database;
  std::string table = "${table_name}";
  std::string label_prefix;
  int64_t batch_max_rows = 1024;
  int64_t batch_max_bytes = 5 * 1024 * 1024;
  int64_t max_retries = 3;
  int64_t retry_backoff_multiplier_ms = 500;
  int64_t max_retry_backoff_ms = 10'000;
  bool enable_upsert_delete = false;
  StringMap config;  // headers of every load
  int64_t batch_interval_ms = 1000;
  int64_t http_socket_timeout_ms = 180'000;
  SchemaSaveMode schema_save_mode = SchemaSaveMode::kCreateWhenMissing;
  DataSaveMode data_save_mode = DataSaveMode::kAppend;
  std::string custom_sql;
  std::string create_template;

  // Derived from base_url; empty host: none was given.
  SqlEndpoint sql;
  // Derived from batch_interval_ms when the job asks for at-least-once delivery; empty: rows become
  // visible with their checkpoint.
  std::optional<Duration> flush_interval;
};

const OptionSpec<StarrocksOptions>& StarrocksSpec();

// How long a transaction may be open until it is prepared, and prepared until it is committed, so
// that a stopped job still finds its rows.
inline constexpr std::chrono::seconds kOpenLife = std::chrono::days(1);
inline constexpr std::chrono::seconds kPreparedLife = std::chrono::days(3);

// Parses and cross-checks, also against the intervals of the job; all mistakes go to `diagnostics`.
std::optional<StarrocksOptions> ParseOptions(const PluginConfig& config, const EnvOptions& env,
                                             Diagnostics& diagnostics);

}  // namespace sluice::starrocks
