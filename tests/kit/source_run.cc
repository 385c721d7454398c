// SPDX-License-Identifier: Apache-2.0
#include "kit/source_run.h"

#include <utility>

namespace sluice::kit {

Status SourceRun::Start(const SavedSource* from) {
  std::optional<Bytes> saved;
  if (from != nullptr) saved = from->enumerator;
  Context& ctx = host_.ctx();
  ASSIGN_OR_RETURN(schemas_, saved ? source_.Restore(ctx, *saved) : source_.Discover(ctx));
  ASSIGN_OR_RETURN(enumerator_, source_.Enumerate(ctx, std::move(saved)));
  if (from == nullptr) return {};
  for (const Split& split : from->splits) RETURN_IF_ERROR(Open(split));
  return {};
}

Status SourceRun::Open(Split split) {
  ASSIGN_OR_RETURN(auto reader, source_.Open(host_.ctx(), split));
  open_.push_back({std::move(split), std::move(reader)});
  return {};
}

Status SourceRun::HandOut() {
  if (open_.size() >= readers_) return {};
  ASSIGN_OR_RETURN(std::vector<Split> splits, enumerator_->Next(readers_ - open_.size()));
  for (Split& split : splits) RETURN_IF_ERROR(Open(std::move(split)));
  return {};
}

Result<bool> SourceRun::Turn(Collector& out, Pace pace) {
  RETURN_IF_ERROR(HandOut());
  bool moved = false;
  for (size_t i = 0; i < open_.size();) {
    ASSIGN_OR_RETURN(const bool emitted, ReadOne(open_[i], out, pace));
    moved = moved || emitted || done_one_;
    if (std::exchange(done_one_, false)) {
      RETURN_IF_ERROR(Finish(i, out));
    } else {
      ++i;
    }
  }
  if (!enumerator_->wants_checkpoint()) return moved;
  if (const auto saved = Checkpoint(out); !saved) return Fail(saved.error());
  return true;
}

Result<bool> SourceRun::ReadOne(OpenSplit& one, Collector& out, Pace pace) {
  const size_t before = out.events.size();
  const Duration slice = pace == Pace::kEngine ? std::chrono::milliseconds(10) : Duration(0);
  out.room = pace == Pace::kEngine ? SIZE_MAX : 1;
  out.owner = one.given.id;
  const auto poll = one.reader->Read(out, host_.ctx().env.Now() + slice);
  out.room = SIZE_MAX;
  if (!poll) return Fail(poll.error());
  const bool emitted = out.events.size() != before;
  done_one_ = *poll == Poll::kDone;
  if (*poll == Poll::kIdle) ++idle_reads_;
  if (*poll == Poll::kMore && !emitted) ++empty_reads_;
  // What a reader holds must not wait for more rows, as in the engine.
  if (!done_one_) RETURN_IF_ERROR(one.reader->Flush(out));
  // A reader that has work moves on even when this step emitted nothing.
  return out.events.size() != before || *poll == Poll::kMore;
}

Status SourceRun::Finish(size_t index, Collector& out) {
  OpenSplit one = std::move(open_[index]);
  open_.erase(open_.begin() + static_cast<ptrdiff_t>(index));
  RETURN_IF_ERROR(one.reader->Flush(out));
  const Bytes report = one.reader->TakeReport();
  one.reader.reset();
  return enumerator_->OnFinished(one.given, report);
}

Result<SavedSource> SourceRun::Checkpoint(Collector& out) {
  SavedSource saved;
  for (const OpenSplit& one : open_) {
    RETURN_IF_ERROR(one.reader->Flush(out));
    saved.splits.push_back(one.reader->Save());
  }
  saved.enumerator = enumerator_->Save();
  // Nothing is written here that a commit would wait for.
  if (enumerator_->snapshot_over()) enumerator_->OnSnapshotCommitted();
  saved.events = out.events.size();
  return saved;
}

void SourceRun::End() {
  open_.clear();
  enumerator_.reset();
}

}  // namespace sluice::kit
