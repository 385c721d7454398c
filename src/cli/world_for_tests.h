// SPDX-License-Identifier: Apache-2.0
// Runs a command line in this process, with every plugin there is, and keeps what it prints.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/phase_hook.h"
#include "io/http_curl.h"
#include "io/sql_client.h"

namespace sluice::cli {

struct Printed {
  int code = 0;
  std::string out;
  std::string err;
};

// `args` without the program's name. Connects to nothing unless the command does.
inline Printed RunCommand(const std::vector<std::string>& args) {
  Env& env = Env::Default();
  Registry registry;
  RegisterPlugins(registry);
  const auto http = MakeCurlClient(env);
  const auto sql = MakeSqlClient();
  const auto phases = MakePhaseHook(env, nullptr);
  std::ostringstream out;
  std::ostringstream err;
  World world{env, *http, *sql, *phases, registry, out, err};
  const int code = Execute(ParseArgs(args), world);
  return {code, out.str(), err.str()};
}

}  // namespace sluice::cli
