// SPDX-License-Identifier: Apache-2.0
#include "engine/healing_sweep.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/logging.h"
#include "engine/exchange.h"
#include "engine/healing_hash.h"

namespace sluice {
namespace {

constexpr size_t kLaneBytesMax = size_t{4} << 20U;
constexpr Duration kRoomWait = std::chrono::milliseconds(200);
constexpr Duration kIdle = std::chrono::milliseconds(500);
constexpr int kTries = 5;  // a table that is being altered may not be read for a while
constexpr Duration kBetweenTries = std::chrono::seconds(2);

Context OfItsOwn(const Context& ctx) {
  Context own = ctx;
  own.cancel = CancelToken();
  return own;
}

}  // namespace

HealingSweep::Lane::Lane() : rows(kLaneBytesMax) {}

HealingSweep::HealingSweep(const HealingTables& tables, const JobPlan& plan, const Context& ctx)
    : tables_(tables), plan_(plan), ctx_(OfItsOwn(ctx)) {
  for (uint32_t sink = 0; sink < plan.sinks.size(); ++sink) {
    first_.push_back(static_cast<TaskId>(lanes_.size()));
    for (uint32_t i = 0; i < plan.sinks[sink].parallelism; ++i) lanes_.emplace_back().sink = sink;
  }
  thread_ = Thread("healing", [this] { Loop(); });
}

HealingSweep::~HealingSweep() {
  ctx_.cancel.Cancel();
  for (Lane& lane : lanes_) lane.rows.Close();
  wakeup_.Notify();
  thread_.Join();
}

ChunkPtr HealingSweep::Take(TaskId writer) {
  Lane& lane = lanes_[writer];
  while (auto rows = lane.rows.Pop(Duration(0))) {
    // Those of an older schema come again.
    if (tables_.RowsOf(lane.sink, (*rows)->schema()->path) == (*rows)->schema()) return *rows;
  }
  return nullptr;
}

void HealingSweep::Sealed(TaskId writer, CheckpointId id) {
  const std::lock_guard lock(mutex_);
  Lane& lane = lanes_[writer];
  if (scanned_ && !lane.swept && lane.rows.bytes() == 0) lane.swept = id;
}

void HealingSweep::TablesChanged() {
  {
    const std::lock_guard lock(mutex_);
    ++round_;
    scanned_ = false;
    for (Lane& lane : lanes_) lane.swept.reset();
  }
  wakeup_.Notify();
}

std::optional<CheckpointId> HealingSweep::last() const {
  CheckpointId last = 0;
  const std::lock_guard lock(mutex_);
  for (const Lane& lane : lanes_) {
    if (!lane.swept) return std::nullopt;
    last = std::max(last, *lane.swept);
  }
  return last;
}

bool HealingSweep::wants_checkpoint() const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(
      lanes_, [&](const Lane& lane) { return (scanned_ && !lane.swept) || lane.rows.bytes() > 0; });
}

Status HealingSweep::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

bool HealingSweep::stale(uint64_t round) const {
  const std::lock_guard lock(mutex_);
  return round_ != round;
}

void HealingSweep::Loop() {
  std::optional<uint64_t> done;  // the round that was scanned last
  int tries = 0;
  while (!ctx_.cancel.cancelled()) {
    uint64_t round = 0;
    {
      const std::lock_guard lock(mutex_);
      round = round_;
    }
    if (done == round) {
      wakeup_.Wait(kIdle);
      continue;
    }
    const Status status = ScanAll(round);
    if (stale(round) || ctx_.cancel.cancelled()) continue;
    if (!status.ok() && ++tries < kTries) {
      LogWarn(fmt::format("{}; trying again", status.ToString()));
      ctx_.cancel.WaitFor(kBetweenTries);
      continue;
    }
    const std::lock_guard lock(mutex_);
    if (round_ != round) continue;
    if (!status.ok()) {
      status_ = status;
      return;
    }
    scanned_ = true;
    done = round;
    tries = 0;
  }
}

Status HealingSweep::ScanAll(uint64_t round) {
  for (const HealingTables::Place& place : tables_.All()) {
    ctx_.phases.Reach("sweeping", 0);
    RETURN_IF_ERROR(ctx_.cancel.Check());
    RETURN_IF_ERROR(ScanTable(place, round)
                        .In("looking in the target of " + place.rows.ToString() +
                            " for rows that the source no longer has"));
  }
  return {};
}

Status HealingSweep::ScanTable(const HealingTables::Place& place, uint64_t round) {
  const SchemaRef rows = tables_.RowsOf(place.sink, place.rows);
  DigestReader reader(tables_.Find(place.sink, place.rows));
  RowHasher hasher;
  const SinkStep& step = plan_.sinks[place.sink];
  const bool shared = step.sink->shares_rows_by_key(*rows);
  std::vector<ChunkBuilder> parts(step.parallelism, ChunkBuilder(rows));
  const auto each = [&](const ScannedRows& some) -> Status {
    RETURN_IF_ERROR(ctx_.cancel.Check());
    const Chunk& chunk = *some.rows;
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      ASSIGN_OR_RETURN(const auto found, reader.Find(hasher.Key(chunk, row)));
      if (!found || reader.digest().seen(found->place)) continue;
      const uint32_t owner =
          shared ? WriterOf(chunk, row, step.parallelism) : WriterOf(*rows, step.parallelism);
      ChunkBuilder& part = parts[owner];
      part.CopyRow(chunk, row, RowKind::kDelete);
      if (!part.full()) continue;
      RETURN_IF_ERROR(Push(first_[place.sink] + static_cast<TaskId>(owner), part, round));
    }
    return {};
  };
  RETURN_IF_ERROR(step.sink->Scan(ctx_, rows, each));
  for (uint32_t i = 0; i < parts.size(); ++i) {
    RETURN_IF_ERROR(Push(first_[place.sink] + i, parts[i], round));
  }
  return {};
}

Status HealingSweep::Push(TaskId writer, ChunkBuilder& rows, uint64_t round) {
  if (rows.empty()) return {};
  ChunkPtr chunk = rows.Finish(0);
  const size_t bytes = chunk->bytes();
  while (!lanes_[writer].rows.Push(chunk, bytes, kRoomWait)) {
    RETURN_IF_ERROR(ctx_.cancel.Check());
    if (stale(round)) return {Code::kUnavailable, "the table was altered"};
  }
  return {};
}

}  // namespace sluice
