// SPDX-License-Identifier: Apache-2.0
// "${name}" and "${name:default}" inside text: variables of the command line, and what sinks put
// in for each table.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "data/schema.h"

namespace sluice {

// The names that a sink replaces by the parts of the table it writes.
inline constexpr std::string_view kSinkPlaceholders[] = {
    "database_name",   "schema_name", "table_name", "schema_full_name",
    "table_full_name", "primary_key", "unique_key", "field_names"};

// Gives the text for a placeholder, or nothing to leave it as it stands. `otherwise`: its default.
using PlaceholderValue = std::function<std::optional<std::string>(
    std::string_view name, std::optional<std::string_view> otherwise)>;
std::string ReplacePlaceholders(const std::string& text, const PlaceholderValue& value);

// A string option of a sink for one table. Parts of the name that the table does not have become
// empty; key placeholders of a table without that key stay.
std::string ResolveForTable(const std::string& text, const Schema& table);

}  // namespace sluice
