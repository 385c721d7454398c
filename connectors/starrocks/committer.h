// SPDX-License-Identifier: Apache-2.0
// StarrocksCommitter: makes prepared transactions visible, and rolls leftovers back. Tables are
// independent of each other, so their transactions are ended side by side.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "api/sink.h"
#include "io/io_pool.h"
#include "starrocks/target_tables.h"
#include "starrocks/transaction_client.h"

namespace sluice::starrocks {

class StarrocksCommitter final : public Committer {
 public:
  StarrocksCommitter(Context& ctx, const StarrocksOptions& options,
                     std::shared_ptr<SharedTargets> targets, bool flushes);

  Status Commit(CheckpointId id, std::span<const Prepared> work) override;
  Status AbortOrphans(const OrphanRange& range) override;
  Status Apply(const SchemaChange& change) override;

 private:
  using Step = std::function<Status(const PreparedTxn&)>;
  Status Sweep(const OrphanRange& range);
  Status Abort(std::span<const PreparedTxn> leftovers);
  // What `range` may have left: labels that can be computed, and those of flushes, for which the
  // server must be asked.
  Result<std::vector<PreparedTxn>> Leftovers(const OrphanRange& range);
  Result<std::vector<PreparedTxn>> Running(const OrphanRange& range);
  // `step` for all of `work`; waits for them. Gives up early when most of them fail.
  Status ForEach(std::span<const PreparedTxn> work, const Step& step);

  Context& ctx_;
  const StarrocksOptions& options_;
  const std::string name_;
  const std::shared_ptr<SharedTargets> targets_;
  const bool flushes_;              // as writers do since the committer was opened
  std::vector<OrphanRange> swept_;  // since the start
  TransactionClient client_;
  IoPool pool_;  // last: its jobs use everything above
};

}  // namespace sluice::starrocks
