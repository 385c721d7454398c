// SPDX-License-Identifier: Apache-2.0
// SplitPlanner: cuts tables into splits, on a thread of its own and only a few ahead of the
// readers, so that its state stays small however large the tables are.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "api/context.h"
#include "base/sync.h"
#include "base/thread.h"
#include "jdbc/splits.h"

namespace sluice::jdbc {

struct PlanState {
  std::deque<JdbcSplit> planned;    // not yet taken
  std::vector<TablePath> tables;    // still to be cut; the first one may be begun
  std::optional<std::string> next;  // where the next split of tables.front() begins
  uint64_t number = 0;              // of that split
};
Bytes EncodePlan(const PlanState& state);
Result<PlanState> DecodePlan(const Bytes& bytes);

class SplitPlanner {
 public:
  // The context and the options outlive it. `wake`: new splits or a failure are there.
  SplitPlanner(Context& ctx, const SourceOptions& options, ReadTables tables, PlanState state);
  ~SplitPlanner();

  // At most `want` splits; none: not yet, or all are taken. An error: planning has failed. Never
  // waits.
  Result<std::vector<JdbcSplit>> Take(size_t want);
  bool done() const;  // everything was planned and taken
  PlanState state() const;

 private:
  struct Cut;  // how the first table is being cut

  void Loop();
  Status Run();
  Status CutTable(const ReadTable& table);
  Status CutByHash(const ReadTable& table);
  Status CutByRange(const ReadTable& table);
  Result<Cut> Measure(const ReadTable& table);
  Result<Cut> MeasureParts(const ReadTable& table);
  Result<SqlTable> Ends(const ReadTable& table, const std::string& list);
  Result<uint64_t> CountRows(const ReadTable& table);
  Result<std::optional<std::string>> NextBound(const ReadTable& table, const Cut& cut,
                                               const std::optional<std::string>& from);
  // False: it is to stop.
  bool Publish(std::vector<JdbcSplit> splits, const std::optional<std::string>& next);
  std::string SplitColumn(const ReadTable& table) const;
  std::string Where(const ReadTable& table, const std::string& condition) const;

  Context& ctx_;
  const SourceOptions& options_;
  const SqlServer server_;
  const Dialect& dialect_;
  const ReadTables tables_;

  mutable Mutex mutex_;  // guards what follows
  CondVar room_;
  PlanState state_;
  Status status_;
  bool stop_ = false;
  std::unique_ptr<SqlSession> session_;
  Thread thread_;
};

}  // namespace sluice::jdbc
