// SPDX-License-Identifier: Apache-2.0
// Which rows of a table StarRocks would refuse. The server tells only that there are some, when the
// whole transaction is lost.
#pragma once

#include "api/row_limits.h"
#include "starrocks/catalog.h"

namespace sluice::starrocks {

// What a column of the target takes, for values of `source`. Source of the sizes: StarRocks docs,
// "Data types".
ColumnLimits LimitsOf(const TargetColumn& column, const Type& source);

RowLimits RowLimitsOf(const TargetFacts& facts, const Schema& schema, bool upserts);

}  // namespace sluice::starrocks
