// SPDX-License-Identifier: Apache-2.0
// The table of the figures about MySQL, as information_schema describes it. bench/orders.py makes
// it and its rows: 10 columns, about 100 bytes in the log.
#pragma once

#include "mysql/types.h"

namespace sluice::bench {

mysql::TableFacts OrdersFacts();

}  // namespace sluice::bench
