// SPDX-License-Identifier: Apache-2.0
// What MariaDB's log has that MySQL's has not: transactions by domain, and events that are
// compressed one by one (log_bin_compress). Internal to event.cc.
#pragma once

#include <string>
#include <string_view>

#include "mysql/binlog/cursor.h"
#include "mysql/binlog/event.h"

namespace sluice::mysql {

// The event that a compressed one stands for; any other type as it is.
EventType UncompressedType(EventType type);

// Replaces the compressed part of `body`, a statement or rows, by a view into `buffer`.
Status InflateBody(EventBody& body, std::string& buffer);

Gtid ParseMariadbGtid(Cursor& in);

}  // namespace sluice::mysql
