// SPDX-License-Identifier: Apache-2.0
// The options that say where reading begins and ends. Internal to options.cc.
#pragma once

#include "mysql/options.h"

namespace sluice::mysql {

OptionSpec<MysqlCdcOptions> WithPlaceOptions(OptionSpec<MysqlCdcOptions> spec);
// What a mode needs must be there; what is of no use to it is noted.
void CheckPlaces(const PluginConfig& config, const MysqlCdcOptions& options,
                 Diagnostics& diagnostics);

}  // namespace sluice::mysql
