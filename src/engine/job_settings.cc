// SPDX-License-Identifier: Apache-2.0
#include "engine/job_settings.h"

namespace sluice {
namespace {

constexpr Duration kCheckpointIntervalDefault = std::chrono::seconds(5);
constexpr Duration kCheckpointTimeoutDefault = std::chrono::seconds(60);

}  // namespace

JobMachineConfig MachineConfig(const JobPlan& plan) {
  const EnvOptions& env = plan.env;
  const auto millis = [](std::optional<int64_t> value, Duration otherwise) {
    return value ? Duration(std::chrono::milliseconds(*value)) : otherwise;
  };
  JobMachineConfig config;
  config.checkpoint_interval = millis(env.checkpoint_interval_ms, kCheckpointIntervalDefault);
  config.checkpoint_timeout = millis(env.checkpoint_timeout_ms, kCheckpointTimeoutDefault);
  config.schema_change_timeout = millis(env.schema_change_timeout_ms, config.schema_change_timeout);
  config.min_pause = millis(env.min_pause_ms, Duration(0));
  config.retry_times = static_cast<int>(env.job_retry_times);
  config.retry_interval = std::chrono::seconds(env.job_retry_interval_seconds);
  config.sources = plan.readers();
  config.writers = plan.writers();
  // Without the promise of exactly once, rows may come twice anyway.
  config.replay_converges = !plan.promise.exactly_once || plan.replay_converges(nullptr);
  return config;
}

std::string StateText(const JobMachine& machine, bool stopping, double snapshot) {
  switch (machine.state()) {
    case JobMachine::State::kRunning:
      if (stopping) return "stopping";
      if (machine.changing()) return "schema change";
      return snapshot >= 0 && snapshot < 1 ? "snapshot" : "running";
    case JobMachine::State::kClosing:
      return "stopping";
    case JobMachine::State::kBackoff:
      return "restarting";
    default:
      return "starting";
  }
}

}  // namespace sluice
