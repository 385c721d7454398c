// SPDX-License-Identifier: Apache-2.0
// The zone in whose local time TIMESTAMP values leave, by name or offset.
#pragma once

#include <string>

#include "base/status.h"
#include "mysql/binlog/temporal.h"

namespace sluice::mysql {

// UTC ("", "Z", "UTC", "GMT"), a fixed offset ("+08:00", "UTC+8", "GMT-0330") or a name of the
// system's time-zone database ("Asia/Shanghai"; https://www.iana.org/time-zones). The rules of the
// zone are read once, for the range of TIMESTAMP (1970 to 2106); the result may be used by any
// thread. kInvalidConfig: no such zone, with the nearest name.
Result<ZoneOffset> FindTimeZone(const std::string& name);

}  // namespace sluice::mysql
