// SPDX-License-Identifier: Apache-2.0
// Where in the log a job begins, for the modes that read the log alone.
#pragma once

#include "mysql/log_scan.h"
#include "mysql/options.h"
#include "mysql/server_log.h"

namespace sluice::mysql {

// The place that startup.mode names; `now`: where the log ends. kPositionLost when it was purged,
// kInvalidConfig when it is none, with the oldest one that there is. Blocks.
Result<LogPosition> StartPlace(SqlSession& session, const ServerFacts& server,
                               const MysqlCdcOptions& options, const LogPosition& now,
                               LogScan& scan);

// Where stop.mode says the log ends; `start` and `now` are places of it.
Result<LogEnd> StopPlace(const MysqlCdcOptions& options, const LogPosition& start,
                         const LogPosition& now);

}  // namespace sluice::mysql
