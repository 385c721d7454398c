// SPDX-License-Identifier: Apache-2.0
#include "sim/sim_process.h"

#include "base/logging.h"
#include "base/probe.h"
#include "sim/log_source.h"
#include "sim/rows.h"

namespace sluice::sim {
namespace {

constexpr std::string_view kMachine = "machine: ";

class NoPhases final : public PhaseHook {
 public:
  void Reach(const char* /*phase*/, CheckpointId /*id*/) override {}
};

starrocks::StarrocksOptions SinkOptions(const Scenario& scenario, bool flushes) {
  starrocks::StarrocksOptions options;
  for (uint32_t i = 0; i < scenario.front_ends; ++i) {
    options.node_urls.push_back(fmt::format("fe{}:8030", i));
  }
  options.username = "sluice";
  options.database = kDatabase;
  options.batch_max_rows = scenario.batch_rows;
  options.max_retries = scenario.max_retries;
  options.enable_upsert_delete = scenario.upserts;
  options.http_socket_timeout_ms = scenario.http_timeout_ms;
  options.sql.host = "fe0";
  if (flushes) options.flush_interval = scenario.flush_interval;
  return options;
}

int64_t Millis(Duration d) {
  return d.count() / 1000;
}

}  // namespace

SimProcess::SimProcess(Surroundings& around, int number, std::function<void()> on_effect,
                       std::function<void(const JobSummary&)> on_end)
    : around_(around),
      world_(around.world),
      number_(number),
      on_end_(std::move(on_end)),
      env_(world_, around.disk, around.clock_error, on_effect,
           [this](std::string_view bytes) { OnWrite(bytes); }),
      wire_(std::make_shared<Wire>(world_, around.scenario, around.target_is_up,
                                   fmt::format("p{}", number), on_effect)),
      http_(world_, around.scenario, around.target, wire_),
      sql_(around.scenario, around.target, wire_),
      threads_(world_, around.scenario.pace, this) {
  threads_.on_wait = [&disk = around.disk](const Fiber* fiber) { disk.Leave(fiber); };
}

SimProcess::~SimProcess() {
  wire_->Detach();
}

SimProcess* SimProcess::Current() {
  const Threads* threads = Threads::Current();
  return threads == nullptr ? nullptr : threads->process();
}

void SimProcess::Start() {
  world_.Trace("p{}: starts", number_);
  threads_.Start([this] { Main(); });
}

JobPlan SimProcess::Plan() {
  const Scenario& scenario = around_.scenario;
  JobPlan plan;
  plan.env.job_name = "simulated";
  plan.env.checkpoint_interval_ms = Millis(scenario.checkpoint_interval);
  plan.env.checkpoint_timeout_ms = Millis(scenario.checkpoint_timeout);
  plan.env.schema_change_timeout_ms = Millis(scenario.schema_change_timeout);
  plan.env.min_pause_ms = Millis(scenario.min_pause);
  plan.env.job_retry_times = scenario.retry_times;
  plan.env.job_retry_interval_seconds = scenario.retry_seconds;
  const bool turns = scenario.flushes_in_turns && world_.dice.Chance(0.4);
  const bool flushes = scenario.flush_interval > Duration(0) && !turns;
  plan.promise.exactly_once = !flushes;
  const auto parallelism = [&](uint32_t usual) {
    return scenario.reshapes ? static_cast<uint32_t>(world_.dice.Between(1, 3)) : usual;
  };
  auto source = std::make_unique<LogSource>(world_, scenario, around_.source,
                                            [this](Run run) { around_.laws.OnOpen(run); });
  plan.sources.push_back(
      {.source = std::move(source), .parallelism = parallelism(scenario.readers)});
  auto sink = WatchedSink(SinkOptions(scenario, flushes), Watcher());
  plan.sinks.push_back({.sink = std::move(sink), .parallelism = parallelism(scenario.writers)});
  plan.routes = {Route{}};
  return plan;
}

SinkWatcher SimProcess::Watcher() {
  const auto on_sweep = [this] {
    around_.laws.OnSweep(run_);
    around_.on_sweep(number_);
  };
  const auto on_alter = [this](bool begins) { around_.laws.OnAlter(run_, begins); };
  const auto on_committed = [this] {
    if (believed_dead_) world_.Probe("zombie commits");
  };
  return {world_, around_.laws, on_sweep, on_alter, on_committed};
}

void SimProcess::Main() {
  JobSummary summary;
  {
    NoPhases phases;
    const JobRunOptions options{.state_dir = "state",
                                .checkpoints_kept = around_.scenario.bodies_kept};
    JobRunner runner(Plan(), options, {env_, http_, sql_, phases});
    runner_ = &runner;
    summary = runner.Run();
    runner_ = nullptr;
    if (!threads_.dead()) around_.laws.OnEnd(run_, summary.outcome, summary.status);
  }
  if (threads_.dead()) return;
  world_.Trace("p{}: ends: {} {}", number_, static_cast<int>(summary.outcome),
               summary.status.ToString());
  on_end_(summary);
}

void SimProcess::RequestStop() {
  if (runner_ == nullptr) return;
  world_.Trace("p{}: stop requested while {}", number_, state_);
  runner_->RequestStop();
}

void SimProcess::BelieveDead(Duration pause) {
  believed_dead_ = true;
  threads_.Pause(world_.now + pause);
}

void SimProcess::OnWrite(std::string_view bytes) {
  const auto record = DecodeJobRecord(bytes);
  if (!record) return;
  run_ = record->run;
  world_.Trace("p{}: record {} run {} latest {}", number_, record->version, record->run,
               record->latest.name);
}

void SimProcess::OnProbe(std::string_view branch) {
  if (threads_.dead()) return;
  if (!branch.starts_with(kMachine)) return world_.Probe(branch);
  state_ = branch.substr(kMachine.size());
  const bool between = state_ == "opening" || state_ == "closing";
  if (!between || !around_.scenario.Happens(world_, around_.scenario.crash_between)) return;
  around_.on_crash_between(number_);
  threads_.Sleep(kBetween);
}

void SimProcess::OnLog(std::string_view line) {
  world_.Trace("p{}: {}", number_, line);
}

}  // namespace sluice::sim

namespace sluice {

void Probe(std::string_view branch) {
  if (auto* process = sim::SimProcess::Current()) process->OnProbe(branch);
}

void Log(LogLevel /*level*/, std::string_view message) {
  if (auto* process = sim::SimProcess::Current()) process->OnLog(message);
}

}  // namespace sluice
