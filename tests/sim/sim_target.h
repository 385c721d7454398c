// SPDX-License-Identifier: Apache-2.0
// SimTarget: the tables and transactions of a StarRocks database, as a front end answers for them.
// Methods act at once; sim/front.h and sim/wire.h put its interfaces and a network before them. A
// label may own several transactions, at most one of them not aborted; questions answer for the
// newest.
//
// A table is altered by a job, one at a time, which waits for the transactions that were begun
// before it. A value for which a row's table has no column is dropped without a word.
#pragma once

#include <functional>
#include <map>
#include <optional>
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
  uint64_t run = 0;       // of whoever began it
  bool late = false;      // begun by a request whose sender no longer waited
  bool prepared = false;  // at some time
  starrocks::TxnState state = starrocks::TxnState::kPrepare;
  bool forgotten = false;
  bool rolled_back = false;  // by a client
  TimePoint begun;
  std::vector<RowRef> rows;
  std::vector<RowRef> stripped;  // those of them that lost a column
};

class SimTarget {
 public:
  SimTarget(World& world, const Scenario& scenario, const SimSource& source);

  // What the laws look at; called as things happen.
  std::function<void(const Txn&)> on_begin;
  std::function<void(const Txn&)> on_commit;    // before its rows are applied
  std::function<void(const Txn&)> on_rollback;  // by a client

  // The message of a failure begins with the word that the server answers as its status.
  Status Begin(const std::string& label, uint32_t table, bool late);
  Status Load(const std::string& label, const std::string& body);
  Status Prepare(const std::string& label);
  Status Commit(const std::string& label);
  Status Rollback(const std::string& label);
  starrocks::TxnState State(const std::string& label) const;

  // Statements of columns. The job goes on after the answer.
  Status AddColumn(uint32_t table, const std::string& column) { return Alter(table, column, true); }
  Status DropColumn(uint32_t table, const std::string& column) {
    return Alter(table, column, false);
  }
  // State and message of the newest job of a table; empty when it never had one.
  std::optional<std::pair<std::string, std::string>> AlterJob(uint32_t table) const;
  const std::vector<std::string>& columns(uint32_t table) const { return tables_[table].columns; }
  uint32_t tables() const { return static_cast<uint32_t>(tables_.size()); }
  // The newest version of its schema that the table has had.
  uint32_t Version(uint32_t table) const { return tables_[table].version; }
  // Statements of columns that it did not take, and jobs that it gave up.
  uint64_t refusals() const { return refusals_; }

  // The newest transaction of a label, forgotten or not; null: never begun.
  const Txn* Newest(const std::string& label) const;
  std::vector<const Txn*> Open() const;  // in PREPARE or PREPARED
  // What may still become visible, for who asks by SQL. kInvalidConfig: the account may not ask.
  Result<std::vector<std::string>> Running() const;
  Status MayList() const;  // the same of what leads there
  uint64_t commits() const { return commits_; }

  // A front end takes over: open transactions that were not prepared are gone.
  void ChangeLeader();

 private:
  struct Table {
    std::vector<std::string> columns;
    uint32_t version = 0;
    std::string job;  // its state
    std::string job_message;
  };
  Txn* Known(const std::string& label);
  void End(Txn& txn, starrocks::TxnState state);
  void EndOverdue();
  Status CommitNow(Txn& txn);
  Status Alter(uint32_t table, const std::string& column, bool add);
  void RunAlter(uint32_t table, const std::string& column, bool add,
                const std::vector<std::string>& waits_for);
  void EndAlter(Table& table, const std::string& column, bool add);

  World& world_;
  const Scenario& scenario_;
  const SimSource& source_;
  std::map<std::string, std::vector<Txn>> labels_;
  std::vector<Table> tables_;
  uint64_t commits_ = 0;
  uint64_t refusals_ = 0;
};

}  // namespace sluice::sim
