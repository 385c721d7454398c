// SPDX-License-Identifier: Apache-2.0
// ALTER TABLE statements that let a target take the rows of a changed table. All functions are
// pure.
// https://docs.starrocks.io/docs/sql-reference/sql-statements/table_bucket_part_index/ALTER_TABLE/
#pragma once

#include <string>
#include <vector>

#include "data/event.h"
#include "starrocks/catalog.h"

namespace sluice::starrocks {

struct Alteration {
  std::vector<std::string> statements;  // one column each, for each is a job of its own; in order
  std::vector<std::string> notes;       // what the statements cannot do
};

// What `facts` still lack for `change`, whose `before` and `after` are there; first the columns
// that are renamed (StarRocks 3.3.2), alone: the table is looked at again behind them. Columns that
// are there already, or gone already, need nothing; a column that holds more than it must stays.
Alteration PlanAlteration(const TargetFacts& facts, const TableName& name,
                          const SchemaChange& change);

// Whether a column of the target, by its COLUMN_TYPE, takes every value of `wanted`.
bool Holds(const std::string& column_type, const ColumnInfo& wanted);

}  // namespace sluice::starrocks
