// SPDX-License-Identifier: Apache-2.0
#include "mysql/snapshot_reader.h"

namespace sluice::mysql {

std::optional<SnapshotWorkers::Entry> SnapshotWorkers::Acquire() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::nullopt;
  Entry entry = std::move(idle_.back());
  idle_.pop_back();
  return entry;
}

void SnapshotWorkers::Release(Entry entry) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(entry));
}

void SnapshotWorkers::Clear() {
  std::vector<Entry> ended;
  const std::lock_guard lock(mutex_);
  ended.swap(idle_);
}

SnapshotReader::SnapshotReader(Context& ctx, Split split, SnapshotJob job, SnapshotWorkers& workers,
                               SnapshotWorkers::Entry worker)
    : ctx_(ctx),
      split_(std::move(split)),
      decoded_(job.split),
      workers_(workers),
      worker_(std::move(worker)) {
  worker_.worker->Begin(std::move(job), ctx.wake);
}

Result<Poll> SnapshotReader::Read(Emitter& out, Deadline /*until*/) {
  auto piece = worker_.worker->Poll();
  if (!piece) return Poll::kIdle;
  RETURN_IF_ERROR(piece->status);
  ctx_.phases.Reach("snapshot", 0);
  if (piece->started) {
    decoded_.started = piece->started;
    split_.position = EncodeSplit(decoded_);
  }
  for (ChunkPtr& chunk : piece->chunks) out.Emit(std::move(chunk));
  if (!piece->report) return Poll::kMore;
  report_ = EncodeReport(*piece->report);
  workers_.Release(std::move(worker_));
  return Poll::kDone;
}

Split SnapshotReader::Save() const {
  return split_;
}

}  // namespace sluice::mysql
