// SPDX-License-Identifier: Apache-2.0
// The type of a column of an answer as MySQL's DDL spells it. Internal to the room.
#pragma once

#include <mysql.h>

#include <string>

namespace sluice {

// "bigint unsigned", "varchar(30)", "decimal(10,2)", "datetime(6)". What the protocol does not tell
// is left out: the labels of an enum, and which of the text types it was beyond its length.
std::string MysqlTypeText(const MYSQL_FIELD& field);

}  // namespace sluice
