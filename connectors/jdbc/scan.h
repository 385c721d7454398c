// SPDX-License-Identifier: Apache-2.0
// Target tables read back, to be compared with the source.
#pragma once

#include "api/sink.h"
#include "jdbc/sink_options.h"
#include "jdbc/target.h"
#include "jdbc/text_values.h"

namespace sluice::jdbc {

// How the rows of a target are read as rows of the source. By column of the source.
struct ScanPlan {
  std::string select;
  std::vector<ColumnReader> columns;
};
// Pure. kUnsupported naming table and column when a row cannot be told by its own key, or the key
// may come back otherwise than it was written.
Result<ScanPlan> PlanScan(const TargetTable& target, const SinkOptions& options,
                          const Schema& rows);
// As Sink::Scan and Sink::CheckScan, of the table at `path`.
Status ScanTable(Context& ctx, const SinkOptions& options, const TablePath& path,
                 const SchemaRef& rows, const ScanFn& each);
Status CheckScanned(Context& ctx, const SinkOptions& options, const TablePath& path,
                    const Schema& rows);

}  // namespace sluice::jdbc
