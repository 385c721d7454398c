// SPDX-License-Identifier: Apache-2.0
// The verbs of `sluice`. Each returns the exit code of the process.
#pragma once

#include <ostream>

#include "api/context.h"
#include "api/registry.h"
#include "cli/args.h"
#include "engine/plan.h"

namespace sluice::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 234;
inline constexpr int kExitInterrupted = 130;  // a second signal: nothing was waited for

// What the verbs use of the outside; all outlive them.
struct World {
  Env& env;
  http::Client& http;
  SqlClient& sql;
  PhaseHook& phases;
  const Registry& registry;
  std::ostream& out;
  std::ostream& err;
};

// Runs whichever it is.
int Execute(const Command& command, World& world);

// Runs a job to its end. The first SIGINT or SIGTERM asks for a last checkpoint and a clean stop,
// the second ends the process at once. Blocks these signals for the whole process.
int Run(const RunArgs& args, World& world);
// Reads the job file and prints every mistake and note. Connects to nothing unless asked to; never
// changes anything in a target.
int Check(const CheckArgs& args, World& world);
// Connects to the source and prints the way of each table, and what the job promises and why.
int Explain(const ExplainArgs& args, World& world);
// Asks the process that runs the job to stop, waits for it and keeps its last checkpoint.
int TakeSavepoint(const SavepointArgs& args, World& world);
// Writes mended dead letters into the targets of the job that set them aside.
int Replay(const ReplayArgs& args, World& world);
int Plugins(const PluginsArgs& args, World& world);
int Dump(const DumpArgs& args, World& world);

}  // namespace sluice::cli
