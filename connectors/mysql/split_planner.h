// SPDX-License-Identifier: Apache-2.0
// SplitPlanner: cuts tables into key ranges, on a thread of its own and only a few ranges ahead of
// the readers, so that its state stays small however large the tables are.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "base/cancel.h"
#include "base/sync.h"
#include "base/thread.h"
#include "mysql/catalog.h"
#include "mysql/splits.h"
#include "mysql/table_key.h"

namespace sluice::mysql {

struct PlanState {
  std::deque<SnapshotSplit> planned;  // not yet taken
  std::vector<TablePath> tables;      // still to be cut; the first one may be begun
  std::optional<KeyBound> next;       // where the next range of tables.front() begins
};
void Encode(const PlanState& state, ByteWriter& out);
PlanState DecodePlanState(ByteReader& in, BoundForm form = BoundForm::kKey);

// What the planner knows of a table.
struct PlannedTable {
  TableDefRef def;
  TableKey key;
};

class SplitPlanner {
 public:
  // Everything but the options is copied or outlives it. `wake`: new splits or a failure are there.
  SplitPlanner(SqlClient& client, const MysqlCdcOptions& options,
               std::map<TablePath, PlannedTable> tables, PlanState state,
               std::function<void()> wake);
  ~SplitPlanner();

  // At most `want` splits; none: not yet, or all are taken. An error: planning has failed. Never
  // waits.
  Result<std::vector<SnapshotSplit>> Take(size_t want);
  void PutBack(SnapshotSplit split);  // to be taken first
  bool done() const;                  // everything was planned and taken
  PlanState state() const;
  uint64_t rows_expected() const;  // of all tables, by the server's estimate; 0: not yet known

 private:
  struct Cut;  // how the first table is being cut

  void Loop();
  Status Run();
  Status Estimate();
  Status CutAsItIs(const TablePath& path);
  Status CutTable(const TablePath& path);
  Result<bool> FindKey(const TablePath& path);
  Result<std::string> WhyWhole(const TablePath& path, const PlannedTable& table);
  Result<Cut> Measure(const TablePath& path, const PlannedTable& table);
  Status MeasureEven(uint64_t rows, Cut& cut);
  Result<std::optional<KeyBound>> NextBound(const Cut& cut, const std::optional<KeyBound>& from);
  Result<std::optional<KeyBound>> Ask(const Cut& cut, const std::string& where, uint64_t skip);
  Status Publish(const SnapshotSplit& split, const std::optional<KeyBound>& next);

  SqlClient& client_;
  const MysqlCdcOptions& options_;
  std::map<TablePath, PlannedTable> tables_;  // of the thread alone
  const std::function<void()> wake_;

  mutable Mutex mutex_;  // guards what follows
  CondVar room_;
  PlanState state_;
  Status status_;
  CancelToken stop_;
  uint64_t rows_expected_ = 0;
  std::unique_ptr<SqlSession> session_;
  Thread thread_;
};

}  // namespace sluice::mysql
