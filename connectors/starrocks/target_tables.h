// SPDX-License-Identifier: Apache-2.0
// SharedTargets: what the sink knows of its tables, for its writers and its committer. Thread-safe.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/sync.h"
#include "starrocks/catalog.h"

namespace sluice::starrocks {

// A target table as it was when it was looked at last.
struct TargetTable {
  TableName name;
  TargetFacts facts;
  bool same_key = true;  // an update replaces the row before by itself
};
using TargetTables = std::map<TablePath, TargetTable>;  // by the path of the rows

class SharedTargets {
 public:
  explicit SharedTargets(TargetTables tables) : tables_(std::move(tables)) {}

  std::optional<TargetTable> Find(const TablePath& rows) const {
    const std::lock_guard lock(mutex_);
    const auto found = tables_.find(rows);
    return found == tables_.end() ? std::nullopt : std::optional(found->second);
  }
  void Put(const TablePath& rows, TargetTable table) {
    const std::lock_guard lock(mutex_);
    tables_[rows] = std::move(table);
  }
  std::vector<TableName> Names() const {
    std::vector<TableName> names;
    const std::lock_guard lock(mutex_);
    for (const auto& [path, table] : tables_) names.push_back(table.name);
    return names;
  }
  // Databases of the targets, each once.
  std::set<std::string> Databases() const {
    std::set<std::string> databases;
    for (const TableName& name : Names()) databases.insert(name.database);
    return databases;
  }
  // A writer of `run` is opened in this process.
  void Opened(Run run, bool flushes) {
    const std::lock_guard lock(mutex_);
    flushes_[run] = flushes;
  }
  // The committer has made `id` and what came before it visible.
  void Committed(CheckpointId id) {
    CheckpointId before = committed_;
    while (before < id && !committed_.compare_exchange_weak(before, id)) continue;
  }
  CheckpointId committed() const { return committed_; }
  // A try was left whose begin got no answer. The front end may still act upon it, at any time;
  // then an empty transaction stays open, which no change of the schema gets past.
  void PerhapsBegun(PreparedTxn txn) {
    const std::lock_guard lock(mutex_);
    perhaps_begun_.push_back(std::move(txn));
    if (perhaps_begun_.size() > kPerhapsBegunMax) perhaps_begun_.pop_front();
  }
  std::vector<PreparedTxn> perhaps_begun() const {
    const std::lock_guard lock(mutex_);
    return {perhaps_begun_.begin(), perhaps_begun_.end()};
  }
  // It is of this process, and its writers leave nothing but labels that can be computed.
  bool KnownNotToFlush(Run run) const {
    const std::lock_guard lock(mutex_);
    const auto found = flushes_.find(run);
    return found != flushes_.end() && !found->second;
  }

 private:
  static constexpr size_t kPerhapsBegunMax = 1000;  // the newest

  mutable Mutex mutex_;
  TargetTables tables_;
  std::deque<PreparedTxn> perhaps_begun_;  // of all runs of this process
  std::map<Run, bool> flushes_;            // of the runs of this process
  std::atomic<CheckpointId> committed_ = 0;
};

}  // namespace sluice::starrocks
