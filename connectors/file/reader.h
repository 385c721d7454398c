// SPDX-License-Identifier: Apache-2.0
// FileReader: reads one file, or the rest of it. A thread of its own decodes into a bounded queue.
#pragma once

#include <atomic>

#include "api/context.h"
#include "base/bounded_queue.h"
#include "base/sync.h"
#include "base/thread.h"
#include "file/read_table.h"

namespace sluice::file {

class FileReader final : public Reader {
 public:
  // `ctx` and `config` outlive the reader. `table` is the split's.
  FileReader(Context& ctx, const TableConfig& config, FoundTable table, FileSplit split);
  ~FileReader() override;

  Result<Poll> Read(Emitter& out, Deadline until) override;
  Status Flush(Emitter& /*out*/) override { return {}; }  // nothing is held that was not emitted
  Split Save() const override { return EncodeSplit(split_); }

 private:
  struct Piece {
    ChunkPtr rows;
    Place next;  // behind them
  };
  void Decode();
  Status DecodeAll();
  bool Push(Piece piece);  // false: it is to stop

  Context& ctx_;
  const TableConfig& config_;
  const FoundTable table_;
  FileSplit split_;        // what is still to be emitted
  const FileSplit first_;  // what there was to read in the beginning
  BoundedQueue<Piece> pieces_;
  std::atomic<bool> stop_ = false;
  Mutex mutex_;  // guards what follows
  Status status_;
  bool decoded_ = false;
  Thread thread_;
};

}  // namespace sluice::file
