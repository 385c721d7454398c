// SPDX-License-Identifier: Apache-2.0
// Target tables read back over the SQL port, to be compared with the source.
#pragma once

#include "api/sink.h"
#include "starrocks/catalog.h"

namespace sluice::starrocks {

// Whether rows of the target can be told by the key of `rows`, and give it back as it was written.
// kUnsupported, kSchemaMismatch naming the table and why not. Pure.
Status CheckScanned(const TargetFacts& facts, const TableName& name, const Schema& rows);
// As Sink::Scan.
Status ScanTable(Context& ctx, const StarrocksOptions& options, const TableName& name,
                 const SchemaRef& rows, const ScanFn& each);

}  // namespace sluice::starrocks
