// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <fmt/format.h>

#include "cli/json_report.h"
#include "cli/version.h"

namespace sluice::cli {
namespace {

struct Executor {
  World& world;

  int operator()(const RunArgs& args) const { return Run(args, world); }
  int operator()(const CheckArgs& args) const { return Check(args, world); }
  int operator()(const ExplainArgs& args) const { return Explain(args, world); }
  int operator()(const PluginsArgs& args) const { return Plugins(args, world); }
  int operator()(const DumpArgs& args) const { return Dump(args, world); }
  int operator()(const SavepointArgs& args) const { return TakeSavepoint(args, world); }
  int operator()(const ReplayArgs& args) const { return Replay(args, world); }
  int operator()(const VersionArgs& args) const {
    world.out << (args.json ? VersionJson() : fmt::format("sluice {}", kVersion)) << '\n';
    return kExitOk;
  }
  int operator()(const Usage& usage) const {
    (usage.asked ? world.out : world.err) << usage.text << std::flush;
    return kExitUsage;
  }
};

}  // namespace

int Execute(const Command& command, World& world) {
  return std::visit(Executor{world}, command);
}

}  // namespace sluice::cli
