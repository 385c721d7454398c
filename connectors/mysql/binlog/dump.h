// SPDX-License-Identifier: Apache-2.0
// A binary log as text for people, from the log alone: `sluice dump binlog FILE`.
#pragma once

#include <ostream>
#include <string_view>

#include "base/status.h"
#include "mysql/binlog/table_map.h"
#include "mysql/types.h"

namespace sluice::mysql {

// Prints every event of the log `bytes`, one line each, and the rows of rows events below it, one
// line an image: "+I {id: 1, name: ann}". Column names, labels and signs are known when the server
// wrote binlog_row_metadata = FULL; else columns are @1, @2 ... Events that this build does not
// decode are named and passed over; damage ends the dump with the offset of the event.
Status DumpBinlog(std::string_view bytes, std::ostream& out);

// The table as its table map alone describes it, good enough to decode its rows. Labels of ENUM and
// SET that the log does not hold are their numbers.
Result<TableDefRef> DescribeFromLog(const TableMap& map);

}  // namespace sluice::mysql
