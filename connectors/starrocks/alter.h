// SPDX-License-Identifier: Apache-2.0
// Alter: carries a change of schema out on its target. Changes of columns run as jobs of the
// server, one a table at a time, which wait for every older transaction of the table.
// https://docs.starrocks.io/docs/sql-reference/sql-statements/table_bucket_part_index/ALTER_TABLE/
#pragma once

#include <string>

#include "api/context.h"
#include "data/event.h"
#include "starrocks/options.h"
#include "starrocks/target_tables.h"

namespace sluice::starrocks {

// Committer::Apply for one table. Returns once the server has finished what there was to do, and
// then `target` is as it is; or kTimeout after some seconds, saying what the job waits for. Blocks.
Status Alter(Context& ctx, const StarrocksOptions& options, const SchemaChange& change,
             TargetTable& target);

}  // namespace sluice::starrocks
