// SPDX-License-Identifier: Apache-2.0
#include "starrocks/committer.h"

#include <algorithm>
#include <atomic>
#include <latch>

#include "base/logging.h"
#include "starrocks/labels.h"

namespace sluice::starrocks {
namespace {

constexpr size_t kConnectionsMax = 8;
// So many failures mean that the cluster is away: the engine asks again, and waits for an answer.
constexpr size_t kFailuresMax = 8;

}  // namespace

StarrocksCommitter::StarrocksCommitter(Context& ctx, const StarrocksOptions& options,
                                       std::vector<TableName> tables)
    : name_(LabelName(options.label_prefix, ctx.job_id)),
      tables_(std::move(tables)),
      client_(ctx.http, options, ctx.cancel),
      pool_("committer", kConnectionsMax) {}

Status StarrocksCommitter::Commit(CheckpointId /*id*/, std::span<const Prepared> work) {
  ASSIGN_OR_RETURN(const std::vector<PreparedTxn> all, DecodeAll(work));
  return ForEach(all, [&](const PreparedTxn& txn) { return CommitLabel(client_, txn); });
}

Status StarrocksCommitter::AbortOrphans(const OrphanRange& range) {
  return ForEach(OrphanLabels(name_, range, tables_), [&](const PreparedTxn& txn) {
    std::string note;
    Status status = AbortLabel(client_, txn, &note);
    if (!note.empty()) LogWarn(note);
    return status;
  });
}

Status StarrocksCommitter::ForEach(std::span<const PreparedTxn> work, const Step& step) {
  std::vector<Status> outcomes(work.size());
  std::atomic<size_t> next = 0;
  std::atomic<size_t> failures = 0;
  const auto lanes = static_cast<ptrdiff_t>(std::min(kConnectionsMax, work.size()));
  std::latch done(lanes);
  for (ptrdiff_t lane = 0; lane < lanes; ++lane) {
    pool_.Run(static_cast<uint64_t>(lane), [&] {
      while (failures < kFailuresMax) {
        const size_t i = next++;
        if (i >= work.size()) break;
        outcomes[i] = step(work[i]);
        // What is lost is told whole.
        const Code code = outcomes[i].code();
        if (code != Code::kOk && code != Code::kCommitLost) ++failures;
      }
      done.count_down();
    });
  }
  done.wait();
  return Combine(outcomes);
}

}  // namespace sluice::starrocks
