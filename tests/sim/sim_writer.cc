// SPDX-License-Identifier: Apache-2.0
#include "sim/sim_writer.h"

#include <algorithm>

#include "base/check.h"

namespace sluice::sim {

SimWriter::SimWriter(const TaskSetup& setup, TaskId id, std::function<void()> on_sealed)
    : setup_(setup),
      id_(id),
      on_sealed_(std::move(on_sealed)),
      channels_(setup.scenario.machine.sources),
      held_(setup.scenario.machine.sources),
      next_id_(setup.first_checkpoint) {}

void SimWriter::Push(TaskId source, SimEvent event) {
  channels_[source].push_back(event);
  Wake();
}

bool SimWriter::full() const {
  constexpr size_t kUnsentMax = 64;
  size_t unsent = 0;
  for (const auto& [table, open] : open_) {
    if (open.transaction) unsent += open.transaction->unsent();
  }
  return unsent >= kUnsentMax || std::ranges::any_of(channels_, [](const auto& channel) {
           return channel.size() >= kUnsentMax;
         });
}

void SimWriter::Wake() {
  if (std::exchange(awake_, true)) return;
  setup_.world.In(setup_.world.Millis(0, 20), [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Step();
  });
}

void SimWriter::Step() {
  awake_ = false;
  if (failed_) return;
  for (uint64_t budget = setup_.world.dice.Between(1, 20); budget > 0 && !failed_; --budget) {
    const auto event = Next();
    if (!event) break;
    if (const auto* row = std::get_if<RowRef>(&*event)) {
      Write(*row);
    } else {
      Seal(std::get<Barrier>(*event).id);
    }
  }
  PollPrepared();
  const auto ready = [&](size_t source) { return !held_[source] && !channels_[source].empty(); };
  for (size_t source = 0; source < channels_.size(); ++source) {
    if (ready(source)) return Wake();
  }
}

std::optional<SimEvent> SimWriter::Next() {
  const auto sources = static_cast<TaskId>(channels_.size());
  const auto first = static_cast<TaskId>(setup_.world.dice.Below(sources));
  for (TaskId i = 0; i < sources; ++i) {
    const TaskId source = (first + i) % sources;
    if (held_[source] || channels_[source].empty()) continue;
    const SimEvent event = channels_[source].front();
    channels_[source].pop_front();
    const auto* barrier = std::get_if<Barrier>(&event);
    if (barrier == nullptr) return event;
    if (const auto aligned = Align(source, *barrier)) return *aligned;
    return Next();
  }
  return std::nullopt;
}

std::optional<Barrier> SimWriter::Align(TaskId source, const Barrier& barrier) {
  held_[source] = barrier;
  if (!std::ranges::all_of(held_, [](const auto& one) { return one.has_value(); })) return {};
  for (auto& held : held_) {
    CHECK(held->id == barrier.id);
    held.reset();
  }
  return barrier;
}

void SimWriter::Write(const RowRef& row) {
  const uint32_t table = setup_.source.change(row).table;
  Open& open = open_[table];
  if (open.transaction) {
    const auto polled = open.transaction->Poll();
    if (!polled) return Fail(polled.error());
  }
  open.batch.push_back(row);
  if (open.batch.size() >= setup_.scenario.batch_rows) SendBatch(table, open);
}

void SimWriter::SendBatch(uint32_t table, Open& open) {
  if (open.batch.empty()) return;
  if (!open.transaction) {
    open.transaction = std::make_shared<SimTransaction>(
        setup_.world, *setup_.wire, setup_.name, table,
        starrocks::LabelParts{setup_.run, next_id_, id_, 0}, [weak = weak_from_this()] {
          if (const auto self = weak.lock()) self->Wake();
        });
  }
  open.transaction->Add(std::exchange(open.batch, {}));
}

void SimWriter::Seal(CheckpointId id) {
  CHECK(id == next_id_);
  auto& sealed = sealed_[id];
  for (auto& [table, open] : open_) {
    SendBatch(table, open);
    if (!open.transaction) continue;
    open.transaction->Prepare();
    sealed.push_back(std::exchange(open.transaction, nullptr));
  }
  next_id_ = id + 1;
  on_sealed_();
}

void SimWriter::Fail(const Status& status) {
  failed_ = true;
  setup_.report(TaskFailed{setup_.run, status});
}

void SimWriter::PollPrepared() {
  while (!sealed_.empty() && !failed_) {
    const auto& [id, transactions] = *sealed_.begin();
    std::vector<starrocks::PreparedTxn> work;
    for (const auto& transaction : transactions) {
      const auto prepared = transaction->Poll();
      if (!prepared) return Fail(prepared.error());
      if (!*prepared) return;
      work.push_back(**prepared);
    }
    setup_.report(WriterPrepared{setup_.run, id, id_, starrocks::EncodeWork(work)});
    sealed_.erase(sealed_.begin());
  }
}

}  // namespace sluice::sim
