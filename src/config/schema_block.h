// SPDX-License-Identifier: Apache-2.0
// The `schema { ... }` block of sources that have no schema of their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"
#include "config/option_spec.h"
#include "config/value.h"
#include "data/schema.h"

namespace sluice {

// The table that `schema` describes; `default_path` where it names none. `where` begins every
// message: "source 'FakeSource'". All mistakes go to `diagnostics`; after one it holds what could
// be read, for further checks only.
Schema ParseSchemaBlock(const Value& schema, const TablePath& default_path,
                        const std::string& where, Diagnostics& diagnostics);

// What the block may hold.
std::vector<OptionInfo> SchemaBlockOptions();

// A type as a schema block spells it ("decimal(10, 2)", "BigInt"): letter case and blanks do not
// count. Nothing, and what was expected in `expected`, when there is no such type or sluice does
// not have it.
std::optional<Type> ParseTypeName(std::string_view text, std::string& expected);

// "db.schema.table", "db.table" or "table"; two parts are schema and table when `schema_first`.
// Nothing when there are more parts or an empty one.
std::optional<TablePath> ParseTablePath(std::string_view text, bool schema_first);

}  // namespace sluice
