// SPDX-License-Identifier: Apache-2.0
// The sluice executable: everything that production puts together.
#include <cstdlib>
#include <iostream>

#include "base/memory.h"
#include "cli/commands.h"
#include "cli/phase_hook.h"
#include "io/broken_pipe.h"
#include "io/http_curl.h"
#include "io/sql_client.h"

int main(int argc, char** argv) {
  sluice::ReturnLargeBlocks();
  sluice::IgnoreBrokenPipes();
  sluice::Env& env = sluice::Env::Default();
  sluice::Registry registry;
  sluice::RegisterPlugins(registry);
  const auto http = sluice::MakeCurlClient(env);
  const auto sql = sluice::MakeSqlClient();
  const auto phases = sluice::cli::MakePhaseHook(env, std::getenv("SLUICE_TEST_PHASES"));
  sluice::cli::World world{env, *http, *sql, *phases, registry, std::cout, std::cerr};
  const std::vector<std::string> args(argv + 1, argv + argc);
  return sluice::cli::Execute(sluice::cli::ParseArgs(args), world);
}
