// SPDX-License-Identifier: Apache-2.0
// SimTarget: the transactions of a StarRocks database, as a front end answers for them. Methods act
// at once; sim/wire.h puts a network before them. A label may own several transactions, at most one
// of them not aborted; questions answer for the newest.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sim/scenario.h"
#include "sim/sim_source.h"
#include "starrocks/commit_logic.h"

namespace sluice::sim {

struct Txn {
  std::string label;
  uint64_t run = 0;   // of whoever began it
  bool late = false;  // begun by a request whose sender no longer waited
  starrocks::TxnState state = starrocks::TxnState::kPrepare;
  bool forgotten = false;
  bool rolled_back = false;  // by a client
  TimePoint begun;
  std::vector<RowRef> rows;
};

class SimTarget {
 public:
  SimTarget(World& world, const Scenario& scenario) : world_(world), scenario_(scenario) {}

  // What the laws look at; called as things happen.
  std::function<void(const Txn&)> on_begin;
  std::function<void(const Txn&)> on_commit;    // before its rows are applied
  std::function<void(const Txn&)> on_rollback;  // by a client

  Status Begin(const std::string& label, uint64_t run, bool late);
  Status Load(const std::string& label, const std::vector<RowRef>& rows);
  Status Prepare(const std::string& label);
  Status Commit(const std::string& label);
  Status Rollback(const std::string& label);
  starrocks::TxnState State(const std::string& label) const;

  // The newest transaction of a label, forgotten or not; null: never begun.
  const Txn* Newest(const std::string& label) const;
  std::vector<const Txn*> Open() const;  // in PREPARE or PREPARED
  uint64_t commits() const { return commits_; }

  // A front end takes over: open transactions that were not prepared are gone.
  void ChangeLeader();

 private:
  Txn* Known(const std::string& label);
  void End(Txn& txn, starrocks::TxnState state);
  Status CommitNow(Txn& txn);

  World& world_;
  const Scenario& scenario_;
  std::map<std::string, std::vector<Txn>> labels_;
  uint64_t commits_ = 0;
};

}  // namespace sluice::sim
