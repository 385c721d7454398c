// SPDX-License-Identifier: Apache-2.0
// JobWorld: runs job files inside a measuring program, with a plugin of its own.
#pragma once

#include <memory>
#include <sstream>
#include <string>

#include "api/registry.h"
#include "base/env.h"
#include "cli/job_plan.h"
#include "cli/phase_hook.h"
#include "io/sql_client.h"

namespace sluice::bench {

class JobWorld {
 public:
  explicit JobWorld(Plugin plugin);

  Result<JobPlan> Load(const std::string& job_file);
  // From nothing, to the end of its rows; how many there were.
  Result<uint64_t> Run(JobPlan plan, const std::string& state_dir);
  Context MakeContext();

 private:
  Env& env_ = Env::Default();
  std::unique_ptr<http::Client> http_;
  std::unique_ptr<SqlClient> sql_;
  std::unique_ptr<PhaseHook> phases_;
  Registry registry_;
  std::ostringstream out_;
};

}  // namespace sluice::bench
