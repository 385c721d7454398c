// SPDX-License-Identifier: Apache-2.0
// StarrocksCommitter: makes prepared transactions visible, and rolls leftovers back.
#pragma once

#include <vector>

#include "api/sink.h"
#include "starrocks/transaction_client.h"

namespace sluice::starrocks {

class StarrocksCommitter final : public Committer {
 public:
  StarrocksCommitter(Context& ctx, const StarrocksOptions& options, std::vector<TableName> tables);

  Status Commit(CheckpointId id, std::span<const Prepared> work) override;
  Status AbortOrphans(const OrphanRange& range) override;

 private:
  const std::string name_;
  const std::vector<TableName> tables_;
  TransactionClient client_;
};

}  // namespace sluice::starrocks
