// SPDX-License-Identifier: Apache-2.0
// JdbcReader: reads one split. A thread of its own streams rows into a bounded queue of chunks.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "api/context.h"
#include "api/reader.h"
#include "base/bounded_queue.h"
#include "base/sync.h"
#include "base/thread.h"
#include "jdbc/splits.h"

namespace sluice::jdbc {

// Connections that outlive the readers of a source. Thread-safe.
class SessionPool {
 public:
  Result<std::unique_ptr<SqlSession>> Take(SqlClient& client, const SourceOptions& options);
  void PutBack(std::unique_ptr<SqlSession> session);

 private:
  Mutex mutex_;
  std::vector<std::unique_ptr<SqlSession>> free_;
};

class JdbcReader final : public Reader {
 public:
  // Everything outlives it. `table` is the split's.
  JdbcReader(Context& ctx, const SourceOptions& options, SessionPool& sessions, ReadTableRef table,
             JdbcSplit split);
  ~JdbcReader() override;

  Result<Poll> Read(Emitter& out, Deadline until) override;
  Status Flush(Emitter& /*out*/) override { return {}; }  // nothing is held that was not emitted
  Split Save() const override { return ToSplit(split_); }

 private:
  void Fetch();
  Status FetchAll(SqlSession& session);
  bool Push(ChunkBuilder& builder);  // false: it is to stop
  void Remember(const Chunk& chunk);

  Context& ctx_;
  const SourceOptions& options_;
  SessionPool& sessions_;
  const ReadTableRef table_;
  JdbcSplit split_;  // what is still to be emitted
  BoundedQueue<ChunkPtr> chunks_;
  std::atomic<bool> stop_ = false;
  Mutex mutex_;  // guards what follows
  std::unique_ptr<SqlSession> session_;
  Status status_;
  bool fetched_ = false;
  Thread thread_;
};

}  // namespace sluice::jdbc
