// SPDX-License-Identifier: Apache-2.0
#include "starrocks/committer.h"

#include "starrocks/labels.h"

namespace sluice::starrocks {

StarrocksCommitter::StarrocksCommitter(Context& ctx, const StarrocksOptions& options,
                                       std::vector<TableName> tables)
    : name_(LabelName(options.label_prefix, ctx.job_id)),
      tables_(std::move(tables)),
      client_(ctx.http, options, ctx.cancel) {}

Status StarrocksCommitter::Commit(CheckpointId /*id*/, std::span<const Prepared> work) {
  ASSIGN_OR_RETURN(const std::vector<PreparedTxn> all, DecodeAll(work));
  return CommitAll(client_, all);
}

Status StarrocksCommitter::AbortOrphans(const OrphanRange& range) {
  return AbortAll(client_, OrphanLabels(name_, range, tables_));
}

}  // namespace sluice::starrocks
