// SPDX-License-Identifier: Apache-2.0
// Channel: a writer's connection and what is done on it. Used by one strand of an I/O pool, in
// order; calls block. Interrupt may come from any thread.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "api/context.h"
#include "base/sync.h"
#include "jdbc/dialect.h"
#include "jdbc/row_batch.h"
#include "jdbc/sink_options.h"

namespace sluice::jdbc {

class Channel {
 public:
  // Both outlive it.
  Channel(Context& ctx, const SinkOptions& options, uint32_t writer);

  // Puts rows into the stage `stage` of `target`, which is made if `create`. Durable after Finish.
  Status Stage(const TargetTable& target, const std::string& stage, bool create,
               const RowText& rows);
  Status Finish();

  // Rows into their table at once; visible on return. Tried again as max_retries says. What was
  // staged before is durable then.
  Status Apply(const TargetTable& target, const RowText& rows);
  // Statements of the user, in one transaction; the same.
  Status RunAll(const std::vector<std::string>& statements);

  void Interrupt();

 private:
  Status Open();
  Status Close(Status status);  // the session ends with whatever it had begun
  Status Begin();
  // So that a statement of a dead run cannot overtake this one.
  Status Lock();
  Status Send(const TargetTable& target, const std::string& table, bool staged,
              const RowText& rows);
  Status CreateStage(const TargetTable& target, const std::string& stage);
  Status MergeAtOnce(const TargetTable& target, const RowText& rows);
  template <typename Attempt>
  Status Retried(const Attempt& attempt);

  Context& ctx_;
  const SinkOptions& options_;
  const Dialect& dialect_;
  const uint32_t writer_;
  Mutex mutex_;  // guards session_ against Interrupt
  std::unique_ptr<SqlSession> session_;
  bool interrupted_ = false;
  bool open_transaction_ = false;
  std::set<std::string> temporary_;  // stages of this session
};

}  // namespace sluice::jdbc
