// SPDX-License-Identifier: Apache-2.0
#include "sim/sim_tasks.h"

#include <algorithm>

#include "base/check.h"
#include "base/checksum.h"

namespace sluice::sim {
namespace {

Split EncodeSplit(const SimSplit& split) {
  ByteWriter out;
  out.U64(split.next.split).U64(split.next.seq).U64(split.changes);
  return {fmt::format("split-{}", split.next.split), std::move(out).Take()};
}

SimSplit DecodeSplit(const Split& split) {
  ByteReader in(split.position);
  SimSplit out;
  out.next.split = static_cast<uint32_t>(in.U64());
  out.next.seq = in.U64();
  out.changes = in.U64();
  return out;
}

uint32_t DecodeGiven(const Manifest& manifest) {
  return static_cast<uint32_t>(ByteReader(manifest.enumerator).U64());
}

Bytes EncodeGiven(uint32_t given) {
  ByteWriter out;
  out.U64(given);
  return std::move(out).Take();
}

SchemaRef VersionedSchema(const Alteration& to, uint32_t version) {
  auto schema = std::make_shared<Schema>();
  schema->path = {fmt::format("{}", to.split), "", fmt::format("{}", to.table)};
  schema->version = version;
  return schema;
}

}  // namespace

SchemaChange ToSchemaChange(const Alteration& to) {
  return {VersionedSchema(to, to.version - 1), VersionedSchema(to, to.version), "ALTER"};
}

Alteration ToAlteration(const SchemaChange& change) {
  const Schema& after = *change.after;
  return {static_cast<uint32_t>(std::stoul(after.path.database)),
          static_cast<uint32_t>(std::stoul(after.path.table)), 0,
          static_cast<uint32_t>(after.version)};
}

Positions PositionsOf(const SimSource& source, const Manifest& manifest) {
  Positions positions(source.splits(), 0);
  for (uint32_t split = 0; split < DecodeGiven(manifest); ++split) {
    positions[split] = source.length(split);
  }
  for (const Split& split : manifest.splits) {
    const RowRef next = DecodeSplit(split).next;
    positions[next.split] = next.seq;
  }
  return positions;
}

std::vector<Alteration> PassedChanges(const SimSource& source, const Manifest& manifest) {
  std::vector<Alteration> passed;
  for (const Split& split : manifest.splits) {
    const SimSplit read = DecodeSplit(split);
    const auto& all = source.alterations(read.next.split);
    passed.insert(passed.end(), all.begin(), all.begin() + static_cast<int64_t>(read.changes));
  }
  return passed;
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

void SimTasks::SendBarriers(const Barrier& barrier, bool hold) {
  aligning_ = barrier;
  saved_.clear();
  sealed_ = 0;
  for (SourceTask& task : sources_) task.messages.emplace_back(BarrierToPass{barrier, hold});
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
  const SourceTask& task = sources_[id];
  const bool full =
      std::ranges::any_of(writers_, [](const auto& writer) { return writer->full(); });
  if (task.split && !task.ended && !task.held && !task.at_change && !full) Read(id);
  Schedule(id);
}

void SimTasks::HandleMessages(TaskId id) {
  SourceTask& task = sources_[id];
  while (!task.messages.empty()) {
    const auto message = std::move(task.messages.front());
    task.messages.pop_front();
    if (const auto* split = std::get_if<Split>(&message)) {
      task.split = DecodeSplit(*split);
    } else if (const auto* barrier = std::get_if<BarrierToPass>(&message)) {
      PassBarrier(id, *barrier);
    } else if (std::holds_alternative<Take>(message)) {
      TakeNow(id);
    } else {
      task.at_change = false;
    }
  }
}

void SimTasks::TakeNow(TaskId id) {
  SimSplit& split = *sources_[id].split;
  if (setup_.scenario.Happens(setup_.world, setup_.scenario.change_refused)) {
    setup_.world.Probe("change refused");
    const Status why(Code::kSchemaMismatch, "the change cannot be followed");
    return setup_.report(TaskFailed{setup_.run, why});
  }
  const SchemaChange change =
      ToSchemaChange(setup_.source.alterations(split.next.split)[split.changes++]);
  setup_.world.Probe("change taken");
  setup_.report(ChangeTaken{setup_.run, id, change, {{0, change}}});
}

bool SimTasks::StandsAtChange(TaskId id) {
  const SimSplit& split = *sources_[id].split;
  const auto& alterations = setup_.source.alterations(split.next.split);
  if (split.changes >= alterations.size()) return false;
  if (alterations[split.changes].before > split.next.seq) return false;
  sources_[id].at_change = true;
  setup_.report(ChangeReached{setup_.run, id});
  return true;
}

void SimTasks::PassBarrier(TaskId id, const BarrierToPass& message) {
  const Barrier& barrier = message.barrier;
  TaskSaved saved{setup_.run, barrier.id, id, {}};
  if (sources_[id].split) saved.splits.push_back(EncodeSplit(*sources_[id].split));
  for (const auto& writer : writers_) writer->Push(id, barrier);
  sources_[id].ended = barrier.last;
  sources_[id].held = message.hold;
  OnControl([this, saved] { Saved(saved); });
}

void SimTasks::Read(TaskId id) {
  RowRef& next = sources_[id].split->next;
  for (uint64_t rows = setup_.world.dice.Between(1, 5); rows > 0; --rows) {
    if (StandsAtChange(id)) return;
    if (next.seq >= setup_.source.length(next.split)) {
      sources_[id].split.reset();
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
      restored_.push_back(EncodeSplit({{given_++, 0}, 0}));
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
