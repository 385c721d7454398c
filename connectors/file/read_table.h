// SPDX-License-Identifier: Apache-2.0
// A table as it is read: its columns, found in options, paths and files, and how the fields of one
// file become them.
#pragma once

#include <string>
#include <vector>

#include "file/splits.h"
#include "format/rows.h"

namespace sluice::file {

// The name of the only column of a table whose options give no schema.
inline constexpr char kContent[] = "content";

// The columns of the table: those of the schema block, or `content`, or those of the first parquet
// file; behind them the keys of the folders. kInvalidConfig when parquet has no file to tell them.
// Blocks on the disk.
Result<FoundTable> FindTable(Env& env, const TableConfig& config,
                             const std::vector<FileEntry>& files);

// The fields in the lines of its files, when no header names them.
std::vector<std::string> FieldsOf(const TableConfig& config);

// How `fields` of this file become rows of the table. kSchemaMismatch, naming the file, when a
// column has no field, or the folders have other keys than those of the table.
Result<RowLayout> LayoutOf(const FoundTable& table, const std::string& path,
                           std::vector<std::string> fields);

}  // namespace sluice::file
