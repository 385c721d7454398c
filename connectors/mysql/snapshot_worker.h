// SPDX-License-Identifier: Apache-2.0
// SnapshotWorker: reads key ranges of tables on a thread and connections of its own, one split at a
// time, and hands finished chunks over.
//
// A range is read within a consistent snapshot and held until it is whole: so it is either not read
// or read. Where the key is ordered (table_key.h) it is merged with what the log says about that
// moment (log_window.h), and stands exactly at one place of the log. A snapshot serves the ranges
// of one table for some seconds: its opening is paid once, and what it read stands at one place, so
// that finished neighbours are one range. Tables that cannot be cut are handed over as they come.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/bounded_queue.h"
#include "base/sync.h"
#include "base/thread.h"
#include "mysql/snapshot_session.h"

namespace sluice::mysql {

// A split, and what is known of its table.
struct SnapshotJob {
  SnapshotSplit split;
  WindowTable table;
  TableTrail trail;  // from where the table is known to be as `table.def`
  ConvertOptions convert = {};
};

// A piece of a split's rows. The last one has `report`.
struct SnapshotPiece {
  std::vector<ChunkPtr> chunks;
  std::optional<LogPoint> started;  // SnapshotSplit::started, once it is known
  std::optional<SnapshotReport> report;
  Status status;
};

class SnapshotWorker {
 public:
  // `merge`: meet the log exactly where the key allows it; else rows are as the snapshot sees them.
  // `known` is what the workers found of the tables. All outlive the worker.
  SnapshotWorker(Env& env, SqlClient& client, KnownTables& known, SqlEndpoint endpoint,
                 ServerFacts server, uint32_t server_id, bool merge);
  ~SnapshotWorker();  // interrupts what is running and waits for it

  // Starts a split; its pieces come from Poll. `wake` is called, on the worker's thread, when there
  // is one, and never once the last was taken. REQUIRES: that of the split before was.
  void Begin(SnapshotJob job, std::function<void()> wake);
  std::optional<SnapshotPiece> Poll();  // never waits
  // False while a split is being read, or after a failure: then this object must not be used again.
  bool idle() const;

 private:
  struct Reading;  // the rows of one split

  void Loop();
  std::optional<SnapshotJob> NextJob();
  Status ReadSplit(SnapshotJob& job);
  Status Learn(SnapshotJob& job);
  Result<std::optional<TableNow::Names>> NamesOf(TableTrail& trail, const TableDef& now);
  Status Run(SnapshotJob& job);
  Status FinishGone(const SnapshotJob& job);
  Status Finish(SnapshotPiece piece, size_t bytes);
  bool Exact(const SnapshotJob& job) const;
  Status ReadRows(const SnapshotJob& job, Reading& reading);
  Status AddImages(const SnapshotJob& job, Reading& reading) const;
  std::string SelectOf(const SnapshotJob& job);
  Status Deliver(SnapshotPiece piece, size_t bytes);
  void Wake();

  Env& env_;
  KnownTables& known_;
  const ServerFacts server_;
  const bool merge_;
  SnapshotSession session_;
  bool handed_over_ = false;  // rows of the split, which cannot be read again then

  mutable Mutex mutex_;  // guards what follows
  CondVar changed_;
  std::optional<SnapshotJob> job_;
  std::function<void()> wake_;
  bool busy_ = false;
  bool failed_ = false;
  BoundedQueue<SnapshotPiece> pieces_;
  Thread thread_;  // last: it uses everything above
};

}  // namespace sluice::mysql
