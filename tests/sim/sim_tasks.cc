// SPDX-License-Identifier: Apache-2.0
#include "sim/sim_tasks.h"

#include "base/check.h"
#include "base/checksum.h"

namespace sluice::sim {
namespace {

Split EncodeSplit(const RowRef& next) {
  ByteWriter out;
  out.U64(next.split).U64(next.seq);
  return {fmt::format("split-{}", next.split), std::move(out).Take()};
}

RowRef DecodeSplit(const Split& split) {
  ByteReader in(split.position);
  RowRef next;
  next.split = static_cast<uint32_t>(in.U64());
  next.seq = in.U64();
  return next;
}

uint32_t DecodeGiven(const Manifest& manifest) {
  return static_cast<uint32_t>(ByteReader(manifest.enumerator).U64());
}

Bytes EncodeGiven(uint32_t given) {
  ByteWriter out;
  out.U64(given);
  return std::move(out).Take();
}

}  // namespace

Positions PositionsOf(const SimSource& source, const Manifest& manifest) {
  Positions positions(source.splits(), 0);
  for (uint32_t split = 0; split < DecodeGiven(manifest); ++split) {
    positions[split] = source.length(split);
  }
  for (const Split& split : manifest.splits) {
    const RowRef next = DecodeSplit(split);
    positions[next.split] = next.seq;
  }
  return positions;
}

void SimTasks::Open(const std::optional<Manifest>& from) {
  if (from) {
    given_ = DecodeGiven(*from);
    restored_.assign(from->splits.begin(), from->splits.end());
  }
  sources_.resize(setup_.scenario.machine.sources);
  for (TaskId id = 0; id < setup_.scenario.machine.writers; ++id) {
    writers_.push_back(
        std::make_shared<SimWriter>(setup_, id, [this] { OnControl([this] { Sealed(); }); }));
  }
  for (TaskId id = 0; id < sources_.size(); ++id) {
    free_.insert(id);
    Schedule(id);
  }
  AssignSplits();
}

void SimTasks::SendBarriers(const Barrier& barrier) {
  aligning_ = barrier;
  saved_.clear();
  sealed_ = 0;
  for (SourceTask& task : sources_) task.messages.emplace_back(barrier);
}

void SimTasks::Schedule(TaskId id) {
  setup_.world.In(setup_.world.Millis(1, setup_.scenario.step_millis_max),
                  [weak = weak_from_this(), id] {
                    if (const auto self = weak.lock()) self->Step(id);
                  });
}

void SimTasks::Step(TaskId id) {
  if (setup_.scenario.Happens(setup_.world, setup_.scenario.task_fails)) {
    setup_.world.Probe("task failure");
    return setup_.report(TaskFailed{setup_.run, {Code::kUnavailable, "the source went away"}});
  }
  HandleMessages(id);
  if (sources_[id].next && !sources_[id].ended) Read(id);
  Schedule(id);
}

void SimTasks::HandleMessages(TaskId id) {
  SourceTask& task = sources_[id];
  while (!task.messages.empty()) {
    const auto message = std::move(task.messages.front());
    task.messages.pop_front();
    if (const auto* split = std::get_if<Split>(&message)) {
      task.next = DecodeSplit(*split);
    } else {
      PassBarrier(id, std::get<Barrier>(message));
    }
  }
}

void SimTasks::PassBarrier(TaskId id, const Barrier& barrier) {
  TaskSaved saved{setup_.run, barrier.id, id, {}};
  if (sources_[id].next) saved.splits.push_back(EncodeSplit(*sources_[id].next));
  for (const auto& writer : writers_) writer->Push(id, barrier);
  sources_[id].ended = barrier.last;
  OnControl([this, saved] { Saved(saved); });
}

void SimTasks::Read(TaskId id) {
  RowRef& next = *sources_[id].next;
  for (uint64_t rows = setup_.world.dice.Between(1, 5); rows > 0; --rows) {
    if (next.seq >= setup_.source.length(next.split)) {
      sources_[id].next.reset();
      OnControl([this, id] { Finished(id, false); });
      return;
    }
    const Change& change = setup_.source.change(next);
    const uint64_t hash = Hash64(fmt::format("{}.{}.{}", change.table, next.split, change.key));
    writers_[hash % writers_.size()]->Push(id, next);
    ++next.seq;
  }
}

void SimTasks::OnControl(std::function<void()> what) {
  setup_.world.In(Duration(0), [weak = weak_from_this(), what = std::move(what)] {
    if (const auto self = weak.lock()) what();
  });
}

void SimTasks::Finished(TaskId id, bool after_save) {
  if (!after_save && aligning_ && saved_.contains(id)) {
    set_aside_.push_back(id);
    return;
  }
  free_.insert(id);
  AssignSplits();
}

void SimTasks::Saved(TaskSaved saved) {
  CHECK(aligning_ && aligning_->id == saved.id);
  saved_.insert(saved.source);
  if (saved.source == 0) {
    saved.splits.insert(saved.splits.end(), restored_.begin(), restored_.end());
  }
  const CheckpointId id = saved.id;
  setup_.report(std::move(saved));
  if (saved_.size() < sources_.size()) return;
  enumerator_saved_ = EnumeratorSaved{setup_.run, id, EncodeGiven(given_), {}};
  MaybeTellEnumerator();
  aligning_.reset();
  for (const TaskId task : std::exchange(set_aside_, {})) Finished(task, true);
  AssignSplits();
}

void SimTasks::Sealed() {
  ++sealed_;
  MaybeTellEnumerator();
}

void SimTasks::MaybeTellEnumerator() {
  if (!enumerator_saved_ || sealed_ < writers_.size()) return;
  setup_.report(*std::exchange(enumerator_saved_, std::nullopt));
}

void SimTasks::AssignSplits() {
  if (aligning_) return;
  while (!free_.empty()) {
    if (restored_.empty() && given_ < setup_.source.splits()) {
      restored_.push_back(EncodeSplit({given_++, 0}));
    }
    if (restored_.empty()) break;
    const TaskId task = *free_.begin();
    free_.erase(free_.begin());
    sources_[task].messages.emplace_back(restored_.front());
    restored_.pop_front();
  }
  const bool done =
      free_.size() == sources_.size() && restored_.empty() && given_ == setup_.source.splits();
  if (done && !std::exchange(told_done_, true)) setup_.report(SourceDone{setup_.run});
}

}  // namespace sluice::sim
