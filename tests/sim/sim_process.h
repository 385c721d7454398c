// SPDX-License-Identifier: Apache-2.0
// SimProcess: one process that runs the job, as engine/job_start.cc and engine/job_runner.cc do it:
// the real JobMachine, the real CheckpointStore and the real commit logic around simulated tasks.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "engine/checkpoint_store.h"
#include "engine/job_machine.h"
#include "sim/laws.h"
#include "sim/sim_disk.h"
#include "sim/sim_tasks.h"
#include "sim/wire.h"

namespace sluice::sim {

// What outlives processes.
struct Surroundings {
  World& world;
  Scenario& scenario;
  SimSource& source;
  SimTarget& target;
  SimDisk& disk;
  Laws& laws;
  bool target_is_up = true;
  std::function<void(int process)> on_sweep;
};

class SimProcess : public std::enable_shared_from_this<SimProcess> {
 public:
  // `on_effect`: after every outside effect. `on_end`: once, unless it is killed.
  SimProcess(Surroundings& around, int number, std::function<void()> on_effect,
             std::function<void(const Finish&)> on_end);
  ~SimProcess();

  void Start();
  void RequestStop();
  JobMachine::State state() const;
  std::string_view state_name() const;
  int number() const { return number_; }
  Run run() const { return machine_ ? machine_->run() : 0; }
  // A zombie: another process takes its place, and it goes on after a while.
  void BelieveDead(Duration pause);

 private:
  void Claim();
  void Feed(const Input& input);
  void Post(Input input);  // also from a fiber
  void Tick();
  void Open(const OpenTasks& command);
  Status Sweep(std::span<const OrphanRange> ranges);  // on the committer's fiber
  void StoreJob(std::function<void(CheckpointStore&)> job);

  void Execute(const LoadRecord& command);
  void Execute(const ReplaceRecord& command);
  void Execute(const LoadManifest& command);
  void Execute(const CommitWork& command);
  void Execute(const AbortOrphans& command);
  void Execute(const OpenTasks& command);
  void Execute(const SendBarriers& command);
  void Execute(const TakeChange& command);
  void Execute(const ApplyChange& command);
  void Execute(const PassChange& command);
  void Execute(const NotifyComplete& command);
  void Execute(const CloseTasks& command);
  void Execute(const Prune& command);
  void Execute(const Note& command);
  void Execute(const Finish& command);

  Surroundings& around_;
  World& world_;
  const int number_;
  const std::function<void(const Finish&)> on_end_;
  DiskEnv env_;
  CheckpointStore store_;
  std::shared_ptr<Wire> wire_;
  std::string name_;  // of labels
  std::optional<JobMachine> machine_;
  std::deque<Input> feed_;
  bool feeding_ = false;
  bool ended_ = false;
  bool believed_dead_ = false;
  TimePoint paused_until_;
  std::vector<OrphanRange> swept_;  // as the committer remembers it
  std::shared_ptr<SimTasks> tasks_;
  SerialFiber store_worker_;  // last: they give their fibers up before the rest goes
  SerialFiber commit_worker_;
};

}  // namespace sluice::sim
