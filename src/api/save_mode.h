// SPDX-License-Identifier: Apache-2.0
// Save modes: what sinks that manage their tables do about them when a job starts anew. One order
// and one wording for all of them; how a table is looked up, created or emptied is the sink's.
#pragma once

#include <string>

#include "base/status.h"
#include "config/option_spec.h"

namespace sluice {

enum class SchemaSaveMode : uint8_t { kRecreate, kCreateWhenMissing, kErrorWhenMissing, kIgnore };
enum class DataSaveMode : uint8_t { kDrop, kAppend, kCustom, kErrorWhenData };

// Adds the options to a plugin whose struct has members of these names.
template <typename T>
OptionSpec<T> WithSaveModes(OptionSpec<T> spec) {
  return spec
      .Choice("schema_save_mode", &T::schema_save_mode,
              {{"CREATE_SCHEMA_WHEN_NOT_EXIST", SchemaSaveMode::kCreateWhenMissing},
               {"RECREATE_SCHEMA", SchemaSaveMode::kRecreate},
               {"ERROR_WHEN_SCHEMA_NOT_EXIST", SchemaSaveMode::kErrorWhenMissing},
               {"IGNORE", SchemaSaveMode::kIgnore}},
              "What to do about target tables when the job starts.")
      .Choice("data_save_mode", &T::data_save_mode,
              {{"APPEND_DATA", DataSaveMode::kAppend},
               {"DROP_DATA", DataSaveMode::kDrop},
               {"CUSTOM_PROCESSING", DataSaveMode::kCustom},
               {"ERROR_WHEN_DATA_EXISTS", DataSaveMode::kErrorWhenData}},
              "What to do about rows that are there when the job starts.")
      .Optional("custom_sql", &T::custom_sql, "Statement of CUSTOM_PROCESSING.");
}

// One target table. Calls block.
class SaveModeTable {
 public:
  virtual ~SaveModeTable() = default;
  virtual std::string name() const = 0;  // for messages
  virtual Result<bool> Exists() = 0;
  virtual Status Create() = 0;  // with the database around it, where that is missing
  virtual Status Drop() = 0;    // one that is not there is OK
  virtual Status Truncate() = 0;
  virtual Result<bool> HasRows() = 0;
  virtual Status Custom() = 0;  // runs custom_sql
};

// First the schema mode, then the data mode.
Status ApplySaveModes(SchemaSaveMode schema, DataSaveMode data, SaveModeTable& table);
// What ApplySaveModes would refuse, without changing anything. True: the table is there and would
// stay; false: it would be made.
Result<bool> CheckSaveModes(SchemaSaveMode schema, DataSaveMode data, SaveModeTable& table);

}  // namespace sluice
