// SPDX-License-Identifier: Apache-2.0
// Target tables: what the catalog says of them, and how rows are to be merged into them.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/sync.h"
#include "data/event.h"
#include "data/schema.h"

namespace sluice::jdbc {

struct TargetColumn {
  std::string name;
  std::string type;  // as DDL spells it, with character set and collation where there are some
  bool nullable = true;
  bool generated = false;    // computed by the server: cannot be written
  bool has_default = false;  // or counts up by itself
};

// A table of the target as it is.
struct TargetFacts {
  std::vector<TargetColumn> columns;
  // Names of the columns of each unique index; "" for what is no column, or in an index over some
  // of the rows only.
  std::vector<std::vector<std::string>> unique;
  bool transactional = true;
  // A deleted row is felt elsewhere: foreign keys refer to the table, or it has triggers. Looked up
  // where there is more than one unique index.
  bool deletes_spread = false;
};

// How rows get into their table.
enum class Merge : uint8_t {
  kAppend,  // every row is inserted
  kUpsert,  // by the server's upsert
  kByKey,   // updated by key, and inserted where there is none
  // The same, but a row whose values in another unique index change is deleted before any is
  // written, so that rows may exchange values there. A value that is another row's is refused by
  // the server: an upsert of MySQL would overwrite that row.
  kAnew,
};

// A table that is written. columns[i] takes the values of the source's column i.
struct TargetTable {
  TablePath path;
  std::vector<TargetColumn> columns;
  std::vector<uint32_t> key;  // kAppend: empty
  Merge merge = Merge::kAppend;
  bool same_key = true;  // the source's key, so an update never moves a row
  bool update_keys = true;
  // Rows of different keys may meet in another unique index. kAppend: false.
  bool further_keys = false;
  // kAnew: the columns of such indexes; empty: not known, so every old row is deleted first.
  std::vector<uint32_t> further;
  // Why no row can be written; told at the first one, for a job that resumes may stand before a
  // change that its target has gone through.
  Status unfit;
};
using TargetTables = std::map<TablePath, TargetTable>;  // by the path of the rows

// What the sink knows of its tables, for its writers and its committer. Thread-safe; a table that
// was found stays as it was.
class SharedTargets {
 public:
  explicit SharedTargets(TargetTables tables) {
    for (auto& [rows, table] : tables) Put(rows, std::move(table));
  }

  // Null: unknown.
  std::shared_ptr<const TargetTable> Find(const TablePath& rows) const {
    const std::lock_guard lock(mutex_);
    const auto found = tables_.find(rows);
    return found == tables_.end() ? nullptr : found->second;
  }
  void Put(const TablePath& rows, TargetTable table) {
    const std::lock_guard lock(mutex_);
    tables_[rows] = std::make_shared<const TargetTable>(std::move(table));
  }
  std::vector<std::shared_ptr<const TargetTable>> All() const {
    std::vector<std::shared_ptr<const TargetTable>> all;
    const std::lock_guard lock(mutex_);
    for (const auto& [rows, table] : tables_) all.push_back(table);
    return all;
  }
  // The committer has made `id` and what came before it visible.
  void Committed(CheckpointId id) {
    CheckpointId before = committed_;
    while (before < id && !committed_.compare_exchange_weak(before, id)) continue;
  }
  CheckpointId committed() const { return committed_; }

 private:
  mutable Mutex mutex_;
  std::map<TablePath, std::shared_ptr<const TargetTable>> tables_;  // by the path of the rows
  std::atomic<CheckpointId> committed_ = 0;
};

}  // namespace sluice::jdbc
