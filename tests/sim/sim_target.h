// SPDX-License-Identifier: Apache-2.0
// SimTarget: the transactions of a StarRocks database, as a front end answers for them. Methods act
// at once; sim/wire.h puts a network before them. A label may own several transactions, at most one
// of them not aborted; questions answer for the newest.
//
// A table holds a version of its schema for each split. It is altered by a job, which waits for the
// transactions that were begun before it. A load of rows of an older version is refused (a column
// that they have is gone); of rows of a newer version the new column is lost without a word.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/scenario.h"
#include "sim/sim_source.h"
#include "starrocks/commit_logic.h"

namespace sluice::sim {

struct Txn {
  std::string label;
  uint32_t table = 0;
  uint64_t run = 0;   // of whoever began it
  bool late = false;  // begun by a request whose sender no longer waited
  starrocks::TxnState state = starrocks::TxnState::kPrepare;
  bool forgotten = false;
  bool rolled_back = false;  // by a client
  TimePoint begun;
  std::vector<RowRef> rows;
  std::vector<RowRef> stripped;  // those of them that lost a column
};

class SimTarget {
 public:
  SimTarget(World& world, const Scenario& scenario, const SimSource& source)
      : world_(world), scenario_(scenario), source_(source) {}

  // What the laws look at; called as things happen.
  std::function<void(const Txn&)> on_begin;
  std::function<void(const Txn&)> on_commit;    // before its rows are applied
  std::function<void(const Txn&)> on_rollback;  // by a client

  Status Begin(const std::string& label, uint32_t table, uint64_t run, bool late);
  Status Load(const std::string& label, const std::vector<RowRef>& rows);
  Status Prepare(const std::string& label);
  Status Commit(const std::string& label);
  Status Rollback(const std::string& label);
  starrocks::TxnState State(const std::string& label) const;
  // OK once the table serves the version; kTimeout while the job runs.
  Status Alter(const Alteration& to);
  uint32_t Version(uint32_t table, uint32_t split) const;

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
  Status Take(Txn& txn, const RowRef& row);
  void RunAlter(const Alteration& to, const std::vector<std::string>& waits_for);

  World& world_;
  const Scenario& scenario_;
  const SimSource& source_;
  std::map<std::string, std::vector<Txn>> labels_;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> versions_;  // by table and split
  std::set<uint32_t> altering_;                                 // tables
  uint64_t commits_ = 0;
};

}  // namespace sluice::sim
