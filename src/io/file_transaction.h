// SPDX-License-Identifier: Apache-2.0
// FileTransaction: the files of one table, writer and checkpoint on their way to the disk. The
// writer's thread hands bytes over and asks for the end; an I/O thread writes, syncs and, for sinks
// without transactions, makes visible.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/context.h"
#include "base/sync.h"
#include "io/io_pool.h"
#include "io/staged_files.h"

namespace sluice {

class FileTransaction : public std::enable_shared_from_this<FileTransaction> {
 public:
  struct Setup {
    Context& ctx;
    IoPool& pool;
    uint64_t strand = 0;          // no other transaction's
    std::atomic<size_t>& unsent;  // bytes of all transactions on their way
    std::string transactions;     // the folder above
    CheckpointId checkpoint = 0;
    bool visible_at_once = false;  // not waiting for the commit
    PreparedFiles work;            // without files
  };
  explicit FileTransaction(Setup setup) : setup_(std::move(setup)) {}

  // Writer's thread. `file`: relative to the folders.
  void Append(const std::string& file, std::string bytes);
  // Nothing is added afterwards.
  void Prepare();

  // Any thread. Empty until the files are durable; an error when they cannot be.
  Result<std::optional<PreparedFiles>> Poll() const;

 private:
  // I/O thread.
  void Run(const std::function<Status()>& step);
  Status Write(const std::string& file, const std::string& bytes);
  Result<AppendFile*> Open(const std::string& file);
  Status Finish();

  Setup setup_;
  std::map<std::string, std::unique_ptr<AppendFile>> files_;  // null: closed for now
  size_t open_ = 0;

  mutable Mutex mutex_;  // guards what follows
  Status status_;
  bool prepared_ = false;
};

}  // namespace sluice
