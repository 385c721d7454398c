// SPDX-License-Identifier: Apache-2.0
// MysqlEnumerator: first the key ranges of all tables; when they are in a committed checkpoint, the
// log. Control logic only; the planner beside it talks to the server.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "api/source.h"
#include "mysql/split_planner.h"

namespace sluice::mysql {

// The state of the enumerator; what a checkpoint holds of the source beside the readers' splits.
struct EnumeratorState {
  LogPosition start;                       // where the log is read from
  std::map<TablePath, TableFacts> tables;  // as they were when the job began
  // What rows leave with, of tables whose change of schema was passed on since.
  std::map<TablePath, SchemaRef> output;
  PlanState plan;
  std::set<std::string> reading;                  // ids of snapshot splits that readers hold
  std::map<TablePath, FinishedRanges> contained;  // exactly
  std::optional<LogPoint> highest;                // of all that the snapshot read
  uint64_t rows_read = 0;
  bool settled = false;  // the snapshot is whole and in a checkpoint
  bool log_handed_out = false;
  std::optional<LogPoint> defined;  // LogSplit::defined
  LogEnd end;                       // LogSplit::end; not before anything that the snapshot holds
  bool log_finished = false;
  // Tables that came while the log was followed, which waits for their snapshot meanwhile.
  struct Joined {
    bool prepared = false;  // JoinedTable::prepared
    LogPoint since;         // LogSplit::since, of tables whose snapshot is not over
  };
  std::map<TablePath, Joined> joined;  // in `tables` too
  std::optional<LogSplit> waiting;     // the log, to go on with
};
Bytes EncodeState(const EnumeratorState& state);
Result<EnumeratorState> DecodeState(std::string_view bytes);
// The job goes on without tables that were about to join.
void LeaveOutUnprepared(EnumeratorState& state);

class MysqlEnumerator final : public SplitEnumerator {
 public:
  // `planner` may be null when nothing is left to be planned. `merge`: leave out of the log what
  // the snapshot already brought.
  MysqlEnumerator(EnumeratorState state, std::unique_ptr<SplitPlanner> planner, bool merge);

  Result<std::vector<Split>> Next(size_t want) override;
  Status OnFinished(const Split& split, const Bytes& report) override;
  Status OnSchemaChange(const SchemaChange& change) override;
  Bytes Save() override;
  bool done() const override { return state_.log_finished; }
  bool snapshot_over() const override { return !reopening_ && snapshot_complete(); }
  void OnSnapshotCommitted() override { planner_.reset(); }
  bool wants_checkpoint() const override { return snapshot_complete() && !state_.settled; }
  bool wants_reopening() const override { return reopening_; }
  double progress() const override;

 private:
  bool snapshot_complete() const;
  Status LogFinished(const Bytes& report);
  LogSplit LogToRead();
  LogEnd End() const;

  EnumeratorState state_;  // state_.plan is the planner's while there is one
  std::unique_ptr<SplitPlanner> planner_;
  const bool merge_;
  bool reopening_ = false;  // tables joined that this run does not know
};

}  // namespace sluice::mysql
