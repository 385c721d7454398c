// SPDX-License-Identifier: Apache-2.0
#include "kit/sink_run.h"

#include <fmt/format.h>

namespace sluice::kit {
namespace {

constexpr int kAttemptsMax = 5;
// So late that whatever a writer holds back for some time is sent.
constexpr TimePoint kLate{INT64_MAX / 2};

}  // namespace

Status Insist(const std::function<Status()>& attempt) {
  Status status;
  for (int i = 0; i < kAttemptsMax; ++i) {
    status = attempt();
    if (status.ok() || status.retry() != Retry::kInPlace) return status;
  }
  return status;
}

SinkRun::~SinkRun() {
  host_.Crash();  // a process leaves nothing running behind
}

Status SinkRun::Start() {
  record_.run += 1;
  Context& ctx = host_.ctx();
  ctx.run = record_.run;
  ctx.first_checkpoint = record_.durable + 1;
  ASSIGN_OR_RETURN(sink_, fixture_.Make(host_));
  const std::vector<SchemaRef> tables = fixture_.tables();
  const bool fresh = record_.durable == 0;
  RETURN_IF_ERROR(Insist([&] { return sink_->Prepare(ctx, tables, fresh); }));
  ASSIGN_OR_RETURN(committer_, sink_->OpenCommitter(ctx));
  RETURN_IF_ERROR(Recover());
  for (uint32_t i = 0; i < writers_count_; ++i) {
    ASSIGN_OR_RETURN(auto writer, sink_->Open(ctx, i));
    writers_.push_back(std::move(writer));
  }
  return {};
}

Status SinkRun::Recover() {
  RETURN_IF_ERROR(Commit());
  for (const Run old : record_.swept_later) {
    // It may have sealed the checkpoint after the durable one and written for the next.
    const OrphanRange range{old, record_.durable + 1, record_.durable + 2, writers_count_};
    RETURN_IF_ERROR(Insist([&] { return committer_->AbortOrphans(range); }));
  }
  record_.swept_later = {record_.run};
  return {};
}

Status SinkRun::Write(const Batch& batch) {
  for (size_t i = 0; i < batch.size(); ++i) {
    Writer& writer = *writers_[i % writers_.size()];
    for (int turns = 0; writer.full(); ++turns) {
      if (turns > fixture_.turns_max()) return {Code::kInternal, "the writer stays full"};
      host_.WaitForWake();
    }
    RETURN_IF_ERROR(writer.Write(*batch[i]));
    const auto due = writer.Tend(kLate);
    if (!due) return due.error();
  }
  return {};
}

Status SinkRun::Seal(CheckpointId id) {
  for (const auto& writer : writers_) RETURN_IF_ERROR(writer->Seal(id));
  return {};
}

Result<std::vector<Prepared>> SinkRun::AwaitPrepared(CheckpointId id) {
  std::vector<Prepared> work;
  for (const auto& writer : writers_) {
    for (int turns = 0;; ++turns) {
      ASSIGN_OR_RETURN(auto prepared, writer->PollPrepared(id));
      if (prepared) {
        work.push_back(std::move(*prepared));
        break;
      }
      if (host_.faults().crashed()) return Fail(Code::kCancelled, "the process is dead");
      if (turns > fixture_.turns_max()) {
        return Fail(Code::kInternal, fmt::format("checkpoint {} is never prepared", id));
      }
      host_.WaitForWake();
    }
  }
  return work;
}

void SinkRun::Publish(CheckpointId id, std::vector<Prepared> work) {
  record_.durable = id;
  record_.work = std::move(work);
}

Status SinkRun::Commit() {
  if (record_.durable == 0) return {};
  return Insist([&] { return committer_->Commit(record_.durable, record_.work); });
}

Status SinkRun::Checkpoint(CheckpointId id, const Batch& batch) {
  RETURN_IF_ERROR(Write(batch));
  RETURN_IF_ERROR(Seal(id));
  ASSIGN_OR_RETURN(auto work, AwaitPrepared(id));
  Publish(id, std::move(work));
  return Commit();
}

}  // namespace sluice::kit
