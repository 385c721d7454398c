// SPDX-License-Identifier: Apache-2.0
// Context: what the engine gives a plugin object for its life. Outlives it. All members may be used
// from any thread.
#pragma once

#include <functional>
#include <string>

#include "api/http_client.h"
#include "api/sql_session.h"
#include "base/cancel.h"
#include "base/env.h"
#include "data/event.h"

namespace sluice {

class Metrics;

// The moments of a job at which tests hold it; costs one branch when nobody listens. A phase is one
// of: snapshot, hand-over, log, sealed, prepared, published, altering, altered, comparing,
// sweeping.
class PhaseHook {
 public:
  virtual ~PhaseHook() = default;
  virtual void Reach(const char* phase, CheckpointId id) = 0;  // may block the calling thread
};

struct Context {
  Env& env;
  http::Client& http;
  SqlClient& sql;
  PhaseHook& phases;
  CancelToken cancel;  // ends every wait of the job's run
  std::string job_name;
  std::string job_id;  // unique per state directory; part of every label
  Run run = 0;
  CheckpointId first_checkpoint = 1;   // of this run; the following ones count up by one
  std::function<void()> wake = [] {};  // makes the task call Read or PollPrepared again soon; cheap
};

}  // namespace sluice
