// SPDX-License-Identifier: Apache-2.0
#include "api/save_mode.h"

#include <fmt/format.h>

#include "base/logging.h"

namespace sluice {
namespace {

Status Create(SaveModeTable& table) {
  LogInfo("creating table " + table.name());
  return table.Create();
}

Status Missing(const SaveModeTable& table) {
  return {Code::kInvalidConfig,
          fmt::format("The sink table not exist: {}; create it, or set schema_save_mode = "
                      "CREATE_SCHEMA_WHEN_NOT_EXIST",
                      table.name())};
}

Status ApplySchemaMode(SchemaSaveMode mode, SaveModeTable& table) {
  if (mode == SchemaSaveMode::kIgnore) return {};
  if (mode == SchemaSaveMode::kRecreate) {
    RETURN_IF_ERROR(table.Drop());
    return Create(table);
  }
  ASSIGN_OR_RETURN(const bool exists, table.Exists());
  if (exists) return {};
  return mode == SchemaSaveMode::kCreateWhenMissing ? Create(table) : Missing(table);
}

Status RefuseRows(SaveModeTable& table) {
  ASSIGN_OR_RETURN(const bool has_rows, table.HasRows());
  if (!has_rows) return {};
  return {Code::kInvalidConfig, "The target data source already has data: " + table.name()};
}

}  // namespace

Status ApplySaveModes(SchemaSaveMode schema, DataSaveMode data, SaveModeTable& table) {
  RETURN_IF_ERROR(ApplySchemaMode(schema, table));
  switch (data) {
    case DataSaveMode::kAppend:
      return {};
    case DataSaveMode::kDrop:
      return table.Truncate();
    case DataSaveMode::kCustom:
      return table.Custom();
    case DataSaveMode::kErrorWhenData:
      break;
  }
  return RefuseRows(table);
}

Result<bool> CheckSaveModes(SchemaSaveMode schema, DataSaveMode data, SaveModeTable& table) {
  if (schema == SchemaSaveMode::kRecreate) return false;
  ASSIGN_OR_RETURN(const bool exists, table.Exists());
  if (!exists && schema == SchemaSaveMode::kCreateWhenMissing) return false;
  if (!exists) return Fail(Missing(table));
  if (data == DataSaveMode::kErrorWhenData) RETURN_IF_ERROR(RefuseRows(table));
  return true;
}

}  // namespace sluice
