// SPDX-License-Identifier: Apache-2.0
// StarrocksCommitter: makes prepared transactions visible, and rolls leftovers back. Tables are
// independent of each other, so their transactions are ended side by side.
#pragma once

#include <functional>
#include <vector>

#include "api/sink.h"
#include "io/io_pool.h"
#include "starrocks/transaction_client.h"

namespace sluice::starrocks {

class StarrocksCommitter final : public Committer {
 public:
  StarrocksCommitter(Context& ctx, const StarrocksOptions& options, std::vector<TableName> tables);

  Status Commit(CheckpointId id, std::span<const Prepared> work) override;
  Status AbortOrphans(const OrphanRange& range) override;

 private:
  using Step = std::function<Status(const PreparedTxn&)>;
  // `step` for all of `work`; waits for them. Gives up early when most of them fail.
  Status ForEach(std::span<const PreparedTxn> work, const Step& step);

  const std::string name_;
  const std::vector<TableName> tables_;
  TransactionClient client_;
  IoPool pool_;  // last: its jobs use everything above
};

}  // namespace sluice::starrocks
