// SPDX-License-Identifier: Apache-2.0
// The command line, parsed.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "config/job_file.h"

namespace sluice::cli {

// What run, check and explain share.
struct JobArgs {
  std::string config;
  Variables variables;
  std::string name;  // empty: the file's
};

struct RunArgs {
  JobArgs job;
  std::string state_dir;  // empty: ./.sluice/<job name>
  bool fresh = false;
  bool heal = false;
  bool once = false;    // a job that has finished is not begun anew
  std::string restore;  // a savepoint to go on from; empty: none
  bool json = false;
  uint32_t max_retained = 2;  // checkpoints beyond those that are needed
};
struct CheckArgs {
  JobArgs job;
  bool connect = false;
  bool json = false;
};
struct ExplainArgs {
  JobArgs job;
  bool json = false;
};
struct SavepointArgs {
  std::string name;       // of the job
  std::string state_dir;  // empty: ./.sluice/<name>
  uint32_t timeout_seconds = 600;
  bool json = false;
};
struct ReplayArgs {
  JobArgs job;
  std::vector<std::string> files;  // of dead letters
  std::string state_dir;           // empty: ./.sluice/<job name>/replay-<hash>
};
struct PluginsArgs {
  std::string name;   // empty: all, one line each
  bool json = false;  // for programs: all of it, whatever the name
};
struct DumpArgs {
  std::string format;  // "checkpoint", or one that a connector registered
  std::string path;
};
struct VersionArgs {
  bool json = false;
};
// Nothing to run: `text` is the help that was asked for, or what is wrong with the arguments.
struct Usage {
  std::string text;
  bool asked = false;
};

using Command = std::variant<RunArgs, CheckArgs, ExplainArgs, SavepointArgs, ReplayArgs,
                             PluginsArgs, DumpArgs, VersionArgs, Usage>;

// `args` without the program's name.
Command ParseArgs(const std::vector<std::string>& args);

}  // namespace sluice::cli
