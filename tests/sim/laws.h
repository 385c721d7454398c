// SPDX-License-Identifier: Apache-2.0
// Laws: what must hold in every simulated run, checked when something happens, not only at the end.
//
// - visible: work becomes visible only when a durable checkpoint names it, and n+1 never before n;
//   with at-least-once delivery also when it was never prepared, until another run has begun
// - contents: when a checkpoint is committed, the target equals the source up to it, but for keys
//   whose rows are of behind it
// - order: no row goes over one that its own run, or a later one, wrote behind it
// - runs: a run is durable before its first transaction, used once, never followed by an older
// - kept: a body that a record may need is there; named work is not rolled back without reason
// - reasons: CommitLost and Corruption are said only when something was lost or damaged
// - schema: no row loses a column; a checkpoint behind a change is published when the target has
//   it; a change ends the job only when it was refused, with everything before it committed; while
//   the target is altered, the run that does it writes nothing
// - clean end: no transaction of a run that was swept or ended stays open; a drained job has it all
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/job_machine.h"
#include "sim/sim_disk.h"
#include "sim/sim_source.h"
#include "sim/sim_target.h"

namespace sluice::sim {

class Laws {
 public:
  Laws(World& world, const Scenario& scenario, const SimSource& source, SimTarget& target,
       SimDisk& disk);

  // Of processes:
  void OnSweep(Run run);  // begins to look for what runs before `run` left
  void OnOpen(Run run);
  void OnAlter(Run run, bool begins);  // of the target: a committer begins, or has ended
  void OnCommitAnswer(CheckpointId id, std::span<const Prepared> work, const Status& status);
  void OnEnd(Run run, Outcome outcome, const Status& status);
  void OnDamage() { ++damages_; }

  const JobRecord& record() const { return record_; }  // the newest durable one
  // Called when a job that had finished is begun anew: nothing that happens then is looked at.
  std::function<void()> on_anew;
  // The job ended for good with a reason; what is visible must still be right.
  void CheckGivenUp(const Status& why);
  void CheckDrained();

 private:
  struct Checkpoint {  // published
    std::string name;
    Run run = 0;
    Positions positions;
    std::vector<std::vector<std::string>> labels;  // of each pending commit, oldest first
    bool complete = false;
  };
  void OnSync();
  void OnRecord(const JobRecord& record);
  void OnPublished(const JobRecord& record);
  void CheckNotRolledBack(const Checkpoint& checkpoint);
  void OnRemove(const std::string& name);
  void OnBegin(const Txn& txn);
  void OnCommit(const Txn& txn);
  void OnRollback(const Txn& txn);
  void CheckFlush(const Txn& txn);
  void Apply(const Txn& txn);
  void CheckOrder(const Txn& txn);
  bool Committed(const std::string& label) const;
  bool Lost(const std::string& label) const;
  bool HasLost(const Checkpoint& checkpoint) const;
  void MaybeComplete(Checkpoint& checkpoint);
  void CheckContents(const Positions& positions, const std::string& when);
  void CheckUpserted(const Positions& positions, const std::string& when);
  bool RemovedBehind(const RowKey& key, uint64_t position) const;
  void CheckNothingOpen();
  void CheckRefused(const Status& why);
  bool Altered() const;  // some table of the target, ever

  World& world_;
  const Scenario& scenario_;
  const SimSource& source_;
  SimTarget& target_;
  SimDisk& disk_;

  std::map<std::string, uint64_t> seen_;  // record files by hash of their contents
  JobRecord record_;
  Run durable_run_ = 0;
  std::map<std::string, Checkpoint> checkpoints_;             // by body name
  std::map<std::string, std::vector<std::string>> named_by_;  // label to body names
  std::set<std::string> committed_;
  std::map<Run, TimePoint> swept_;  // by the run that swept
  std::set<Run> opened_;
  std::set<Run> altering_;
  std::set<RowRef> appended_;
  Contents upserted_;
  struct Written {
    Run run = 0;
    uint64_t seq = 0;
  };
  std::map<RowKey, Written> written_;  // last, by key
  Positions highest_;                  // of what ever became visible
  uint64_t damages_ = 0;
  bool lost_ = false;  // some commit
};

}  // namespace sluice::sim
