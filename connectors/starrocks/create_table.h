// SPDX-License-Identifier: Apache-2.0
// CREATE TABLE statements from templates. All functions are pure.
// https://docs.starrocks.io/docs/sql-reference/sql-statements/table_bucket_part_index/CREATE_TABLE/
#pragma once

#include <string>
#include <string_view>

#include "starrocks/commit_logic.h"

namespace sluice::starrocks {

// The statement that `create_template` makes for a table. kInvalidConfig when the template names a
// key that the table lacks.
Result<std::string> CreateStatement(const std::string& create_template, const TableName& name,
                                    const Schema& schema);
std::string ColumnType(const ColumnInfo& column);  // "VARCHAR(400)"
std::string QuotedName(std::string_view name);     // in backticks
// For a text in quotes of either kind; a line break becomes a blank.
std::string EscapedText(std::string_view text);

}  // namespace sluice::starrocks
