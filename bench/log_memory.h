// SPDX-License-Identifier: Apache-2.0
// Decoding a log file that is held in memory, on the path of the log reader: events, rows events,
// chunks of one captured table.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "data/chunk.h"
#include "mysql/types.h"

namespace sluice::bench {

// Every chunk of the table in order; returns the rows. `log` is the whole file.
Result<uint64_t> DecodeLog(std::string_view log, const mysql::TableFacts& table,
                           const std::function<void(const ChunkPtr&)>& each);

}  // namespace sluice::bench
