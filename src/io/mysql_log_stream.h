// SPDX-License-Identifier: Apache-2.0
// A replication connection. Internal to the room.
#pragma once

#include <memory>

#include "io/mysql_connection.h"

namespace sluice {

Result<std::unique_ptr<LogStream>> OpenMysqlLog(const SqlEndpoint& endpoint, const LogStart& start);

// The data of COM_BINLOG_DUMP_GTID for "uuid:1-5:7,...". kInternal when the text is no set.
Result<std::string> EncodeGtidDump(uint32_t server_id, const std::string& gtid_set);

}  // namespace sluice
