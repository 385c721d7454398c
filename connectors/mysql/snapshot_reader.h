// SPDX-License-Identifier: Apache-2.0
// SnapshotReader: a snapshot split as the engine reads it; the work is done by a SnapshotWorker.
#pragma once

#include <memory>
#include <vector>

#include "api/context.h"
#include "api/reader.h"
#include "base/sync.h"
#include "mysql/server_ids.h"
#include "mysql/snapshot_worker.h"

namespace sluice::mysql {

// Workers that wait for their next split, with their connections. Any thread.
class SnapshotWorkers {
 public:
  struct Entry {
    ServerIds::Lease server_id;
    std::unique_ptr<SnapshotWorker> worker;
  };

  std::optional<Entry> Acquire();
  void Release(Entry entry);
  void Clear();

 private:
  Mutex mutex_;
  std::vector<Entry> idle_;
};

class SnapshotReader final : public Reader {
 public:
  // Gives the worker back to `workers` when the split is finished.
  SnapshotReader(Context& ctx, Split split, SnapshotJob job, SnapshotWorkers& workers,
                 SnapshotWorkers::Entry worker);

  Result<Poll> Read(Emitter& out, Deadline until) override;
  Status Flush(Emitter& /*out*/) override { return {}; }
  Split Save() const override;
  Bytes TakeReport() override { return std::exchange(report_, {}); }

 private:
  Context& ctx_;
  Split split_;
  SnapshotSplit decoded_;
  SnapshotWorkers& workers_;
  SnapshotWorkers::Entry worker_;
  Bytes report_;
};

}  // namespace sluice::mysql
