// SPDX-License-Identifier: Apache-2.0
// SimProcess: one process that runs the job: the engine as it ships on simulated threads, with a
// simulated source, disk, clock and target.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/job_runner.h"
#include "sim/front.h"
#include "sim/laws.h"
#include "sim/sim_disk.h"
#include "sim/threads.h"
#include "sim/watched_sink.h"
#include "sim/wire.h"

namespace sluice::sim {

constexpr Duration kBetween = std::chrono::milliseconds(20);

// What outlives processes.
struct Surroundings {
  World& world;
  Scenario& scenario;
  SimSource& source;
  SimTarget& target;
  SimDisk& disk;
  Laws& laws;
  bool target_is_up = true;
  Duration clock_error{0};  // of the wall clock of the machine
  std::function<void(int process)> on_sweep;
  std::function<void(int process)> on_crash_between;  // it is to crash within kBetween
};

class SimProcess {
 public:
  // `on_effect`: after every outside effect. `on_end`: once, on a thread of the process, unless it
  // is killed.
  SimProcess(Surroundings& around, int number, std::function<void()> on_effect,
             std::function<void(const JobSummary&)> on_end);
  ~SimProcess();  // kills it

  void Start();
  void RequestStop();
  // Where its job stands, for probes: "starting", or a state of its machine.
  const std::string& state() const { return state_; }
  int number() const { return number_; }
  Run run() const { return run_; }
  // Stands still for a while.
  void Pause(Duration pause) { threads_.Pause(world_.now + pause); }
  // A zombie: another process takes its place, and it goes on after a while.
  void BelieveDead(Duration pause);

  // The process that runs now; null outside of any.
  static SimProcess* Current();
  // What base/probe.h and base/logging.h tell.
  void OnProbe(std::string_view branch);
  void OnLog(std::string_view line);

 private:
  void Main();
  JobPlan Plan();
  SinkWatcher Watcher();
  void OnWrite(std::string_view bytes);

  Surroundings& around_;
  World& world_;
  const int number_;
  const std::function<void(const JobSummary&)> on_end_;
  DiskEnv env_;
  const std::shared_ptr<Wire> wire_;
  SimHttp http_;
  SimSql sql_;
  JobRunner* runner_ = nullptr;
  std::string state_ = "starting";
  Run run_ = 0;
  bool believed_dead_ = false;
  Threads threads_;  // last: ends before what it uses
};

}  // namespace sluice::sim
