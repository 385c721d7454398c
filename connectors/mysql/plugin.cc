// SPDX-License-Identifier: Apache-2.0
// What this folder registers.
#include "api/registry.h"
#include "mysql/binlog/dump.h"
#include "mysql/source.h"

namespace sluice {

void RegisterMysql(Registry& registry);

void RegisterMysql(Registry& registry) {
  registry.Add({
      .kind = PluginKind::kSource,
      .name = "MySQL-CDC",
      .summary = mysql::MysqlCdcSpec().summary(),
      .options = mysql::MysqlCdcSpec().Describe(),
      .make_source = [](const PluginConfig& config, const EnvOptions& env,
                        Diagnostics& diagnostics) -> std::unique_ptr<Source> {
        auto options = mysql::ParseOptions(config, env, Env::Default().Random(), diagnostics);
        if (!options) return nullptr;
        return std::make_unique<mysql::MysqlCdcSource>(std::move(*options));
      },
  });
  registry.AddDump({
      .name = "binlog",
      .summary = "a binary log file of MySQL: its events, and the rows of rows events",
      .dump = mysql::DumpBinlog,
  });
}

}  // namespace sluice
