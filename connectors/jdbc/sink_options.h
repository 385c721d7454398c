// SPDX-License-Identifier: Apache-2.0
// The options of the Jdbc sink.
#pragma once

#include <optional>
#include <string>

#include "api/save_mode.h"
#include "jdbc/connection.h"

namespace sluice::jdbc {

enum class FieldCase : uint8_t { kOriginal, kUpper, kLower };

struct SinkOptions : ConnectionOptions {
  bool generate_sink_sql = false;
  std::string query;
  std::string target_database;
  std::string table;
  std::string table_prefix;
  std::string table_suffix;
  StringList primary_keys;
  bool enable_upsert = true;
  bool update_keys = true;
  FieldCase field_case = FieldCase::kOriginal;
  int64_t batch_size = 1000;
  int64_t max_retries = 0;
  bool use_copy = false;
  bool create_index = true;
  std::optional<bool> is_exactly_once;
  SchemaSaveMode schema_save_mode = SchemaSaveMode::kCreateWhenMissing;
  DataSaveMode data_save_mode = DataSaveMode::kAppend;
  std::string custom_sql;

  // Derived: rows become visible exactly with their checkpoint.
  bool two_phase = false;
  // Derived: the target has stages and a ledger (stage.h), for all rows, or for those that must not
  // become visible before a checkpoint holds them (writer.h).
  bool stages = false;
};

// `status` of making a stage or the ledger at `place`, a database of MySQL or a schema of
// PostgreSQL; whoever may not is told what they are for, and what to grant.
Status ForStages(const Status& status, const SinkOptions& options, const std::string& place);

const OptionSpec<SinkOptions>& SinkSpec();
std::optional<SinkOptions> ParseSinkOptions(const PluginConfig& config, const EnvOptions& env,
                                            Diagnostics& diagnostics);

}  // namespace sluice::jdbc
