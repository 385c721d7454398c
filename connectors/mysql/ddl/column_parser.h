// SPDX-License-Identifier: Apache-2.0
// The parts of CREATE TABLE and ALTER TABLE that say what columns and keys are. Internal to the
// folder; Tokens holds what went wrong.
#pragma once

#include "mysql/ddl/statement.h"

namespace sluice::mysql {

// From the name on to the comma or parenthesis behind it, FIRST and AFTER included.
ColumnSpec ParseColumn(Tokens& in, const SqlDialect& dialect);
// At CONSTRAINT, PRIMARY, UNIQUE, INDEX, KEY, FULLTEXT, SPATIAL, FOREIGN or CHECK: a key, or
// nothing for a CHECK.
std::optional<KeySpec> ParseKey(Tokens& in);
bool LookingAtKey(const Tokens& in);
// (a, b(10) DESC, (a + b)); names, empty ones for expressions.
std::vector<std::string> ParseKeyParts(Tokens& in);
// The character set that a name, or a collation's name, stands for; empty when unknown.
std::string CharsetNamed(std::string_view name);
std::string CharsetOfCollationNamed(std::string_view name);

}  // namespace sluice::mysql
