// SPDX-License-Identifier: Apache-2.0
#include "sim/log_source.h"

#include <algorithm>
#include <deque>
#include <map>

#include "engine/job_pieces.h"
#include "sim/rows.h"
#include "sim/threads.h"

namespace sluice::sim {
namespace {

// A split that is being read: the next row, and how many changes of schema were taken before it.
struct Place {
  RowRef next;
  uint64_t changes = 0;
  bool snapshot = false;  // it is read as it is, and no row of its log
};

Split EncodePlace(const Place& place) {
  ByteWriter out;
  out.U64(place.next.split).U64(place.next.seq).U64(place.changes).Bool(place.snapshot);
  return {fmt::format("{}-{}", place.snapshot ? "snapshot" : "split", place.next.split),
          std::move(out).Take()};
}

Place DecodePlace(const Split& split) {
  ByteReader in(split.position);
  Place place;
  place.next.split = static_cast<uint32_t>(in.U64());
  place.next.seq = in.U64();
  place.changes = in.U64();
  place.snapshot = in.Bool();
  return place;
}

// The enumerator's state.
struct Plan {
  uint64_t given = 0;              // splits that were handed out, each once at least
  std::vector<uint64_t> versions;  // of the tables
  uint64_t snapshots = 0;          // that are being read
  std::deque<RowRef> logs;         // behind finished snapshots, not handed out yet
  bool settled = false;            // the snapshots are whole and in a checkpoint
};

Bytes EncodePlan(const Plan& plan) {
  ByteWriter out;
  out.U64(plan.given);
  for (const uint64_t version : plan.versions) out.U64(version);
  out.U64(plan.snapshots).U64(plan.logs.size());
  for (const RowRef& log : plan.logs) out.U64(log.split).U64(log.seq);
  out.Bool(plan.settled);
  return std::move(out).Take();
}

Plan DecodePlan(std::string_view bytes, uint32_t tables) {
  ByteReader in(bytes);
  Plan plan{in.U64(), {}, 0, {}, false};
  for (uint32_t table = 0; table < tables; ++table) plan.versions.push_back(in.U64());
  plan.snapshots = in.U64();
  for (uint64_t logs = in.U64(); logs > 0; --logs) {
    const auto split = static_cast<uint32_t>(in.U64());
    plan.logs.push_back({split, in.U64()});
  }
  plan.settled = in.Bool();
  return plan;
}

Plan PlanOf(const SimSource& logs, const Manifest& manifest) {
  const auto states = PartStates(manifest.enumerator, 1);
  return DecodePlan(states ? states->front() : Bytes(), logs.tables());
}

std::vector<Place> PlacesOf(const Manifest& manifest) {
  std::vector<Place> places;
  for (const Split& split : manifest.splits) {
    if (auto owned = OwnerOf(split, 1)) places.push_back(DecodePlace(owned->split));
  }
  return places;
}

class LogEnumerator final : public SplitEnumerator {
 public:
  LogEnumerator(World& world, const Scenario& scenario, const SimSource& logs, Plan plan)
      : world_(world),
        scenario_(scenario),
        logs_(logs),
        plan_(std::move(plan)),
        committed_(plan_.settled) {}

  Result<std::vector<Split>> Next(size_t want) override {
    std::vector<Split> out;
    while (out.size() < want && MayGive() && world_.dice.Chance(0.7)) out.push_back(Give());
    return out;
  }
  Status OnFinished(const Split& split, const Bytes& report) override {
    const Place place = DecodePlace(split);
    const uint64_t end = ByteReader(report).U64();
    if (place.snapshot) {
      plan_.logs.push_back({place.next.split, end});
      --plan_.snapshots;
    } else if (end != logs_.length(place.next.split)) {
      world_.Violate(split.id + " was finished before its end");
    }
    return {};
  }
  Status OnSchemaChange(const SchemaChange& change) override {
    plan_.versions[TableNumber(*change.after)] = change.after->version - 1;
    return {};
  }
  Bytes Save() override {
    plan_.settled = plan_.settled || snapshot_over();
    return EncodePlan(plan_);
  }
  bool snapshot_over() const override {
    return plan_.given == logs_.splits() && plan_.snapshots == 0;
  }
  void OnSnapshotCommitted() override { committed_ = true; }
  bool done() const override { return snapshot_over() && plan_.logs.empty(); }
  bool wants_checkpoint() const override { return world_.dice.Chance(0.002); }
  double progress() const override {
    return static_cast<double>(plan_.given) / static_cast<double>(logs_.splits());
  }

 private:
  bool MayGive() const {
    if (plan_.given < logs_.splits()) return world_.now >= next_snapshot_;
    return committed_ && !plan_.logs.empty();
  }
  Split Give() {
    if (plan_.given == logs_.splits()) {
      const Place place{plan_.logs.front(), 0};
      plan_.logs.pop_front();
      return EncodePlace(place);
    }
    if (scenario_.snapshots) {
      ++plan_.snapshots;
      next_snapshot_ = world_.now + scenario_.checkpoint_interval * world_.dice.Below(5);
    }
    return EncodePlace({{static_cast<uint32_t>(plan_.given++), 0}, 0, scenario_.snapshots});
  }

  World& world_;
  const Scenario& scenario_;
  const SimSource& logs_;
  Plan plan_;
  bool committed_;  // a checkpoint that holds the snapshots
  TimePoint next_snapshot_;
};

// Rows on their way to the sink, by table.
class RowChunks {
 public:
  explicit RowChunks(const SimSource& logs) : logs_(logs) {}

  void Append(const RowRef& row) {
    const Change& change = logs_.change(row);
    const uint32_t version = logs_.VersionOf(row);
    auto found = builders_.find(change.table);
    if (found == builders_.end()) {
      found = builders_.emplace(change.table, ChunkBuilder(SchemaOf(change.table, version))).first;
    }
    ChunkBuilder& builder = found->second;
    builder.column(0).Append(IdOf(logs_, row));
    builder.column(1).Append(static_cast<int32_t>(row.split));
    builder.column(2).Append(static_cast<int64_t>(row.seq));
    if (version > 0) builder.column(3).Append(VersionValue(row));
    builder.EndRow(change.removes ? RowKind::kDelete : RowKind::kInsert);
  }
  void Flush(Emitter& out, int64_t source_micros) {
    for (auto& [table, builder] : builders_) {
      if (!builder.empty()) out.Emit(builder.Finish(source_micros));
    }
  }
  void Forget(uint32_t table) { builders_.erase(table); }

 private:
  const SimSource& logs_;
  std::map<uint32_t, ChunkBuilder> builders_;
};

class SnapshotReader final : public Reader {
 public:
  SnapshotReader(World& world, const Scenario& scenario, SimSource& logs, Place place)
      : world_(world), scenario_(scenario), logs_(logs), place_(place), chunks_(logs) {}

  Result<Poll> Read(Emitter& out, Deadline /*until*/) override {
    Threads::Current()->CheckAlive();
    if (scenario_.Happens(world_, scenario_.task_fails)) {
      world_.Probe("task failure");
      return Fail(Code::kUnavailable, "the source went away");
    }
    if (world_.now < next_read_) return Poll::kIdle;
    if (!begun_) end_ = logs_.TakeSnapshot(world_, place_.next.split, rows_);
    begun_ = true;
    for (uint64_t n = world_.dice.Between(1, 20); n > 0 && given_ < rows_.size() && !out.full();
         --n) {
      chunks_.Append(rows_[given_++]);
    }
    if (given_ == rows_.size()) return Poll::kDone;
    next_read_ = world_.now + world_.Millis(1, scenario_.step_millis_max);
    return Poll::kIdle;
  }
  Status Flush(Emitter& out) override {
    chunks_.Flush(out, 0);
    return {};
  }
  bool at_boundary() const override { return !begun_; }
  Split Save() const override { return EncodePlace(place_); }
  Bytes TakeReport() override {
    world_.Probe("snapshot read");
    ByteWriter out;
    out.U64(end_);
    return std::move(out).Take();
  }

 private:
  World& world_;
  const Scenario& scenario_;
  SimSource& logs_;
  const Place place_;
  RowChunks chunks_;
  TimePoint next_read_;
  bool begun_ = false;
  std::vector<RowRef> rows_;
  size_t given_ = 0;  // of rows_
  uint64_t end_ = 0;  // where the log stood
};

class LogReader final : public Reader {
 public:
  LogReader(World& world, const Scenario& scenario, SimSource& logs, Place place)
      : world_(world), scenario_(scenario), logs_(logs), place_(place), chunks_(logs) {}

  Result<Poll> Read(Emitter& out, Deadline /*until*/) override {
    Threads::Current()->CheckAlive();
    if (scenario_.Happens(world_, scenario_.task_fails)) {
      world_.Probe("task failure");
      return Fail(Code::kUnavailable, "the source went away");
    }
    if (world_.now < next_read_) return Poll::kIdle;
    for (uint64_t rows = world_.dice.Between(1, 5); rows > 0 && !out.full(); --rows) {
      if (AtChange()) return Poll::kSchemaChange;
      if (AtEnd()) return Poll::kDone;
      chunks_.Append(place_.next);
      logs_.OnRead(place_.next);
      ++place_.next.seq;
    }
    next_read_ = world_.now + world_.Millis(1, scenario_.step_millis_max);
    return world_.dice.Chance(0.1) ? Poll::kMore : Poll::kIdle;
  }
  Status Flush(Emitter& out) override {
    chunks_.Flush(out, world_.now.micros);
    return {};
  }
  bool at_boundary() const override {
    return place_.next.seq % scenario_.transaction_rows == 0 || AtEnd() || AtChange();
  }
  Split Save() const override { return EncodePlace(place_); }
  Result<SchemaChange> TakeSchemaChange() override {
    Threads::Current()->CheckAlive();
    if (scenario_.Happens(world_, scenario_.change_refused)) {
      world_.Probe("change refused");
      logs_.OnRefused();
      return Fail(Code::kSchemaMismatch, "the change cannot be followed");
    }
    const Alteration& one = logs_.alterations(place_.next.split)[place_.changes++];
    chunks_.Forget(one.table);
    world_.Probe("change taken");
    return SchemaChange{SchemaOf(one.table, one.version - 1), SchemaOf(one.table, one.version),
                        fmt::format("ALTER TABLE {}", TableName(one.table))};
  }
  Bytes TakeReport() override {
    ByteWriter out;
    out.U64(place_.next.seq);
    return std::move(out).Take();
  }

 private:
  bool AtEnd() const { return place_.next.seq >= logs_.length(place_.next.split); }
  bool AtChange() const {
    const auto& alterations = logs_.alterations(place_.next.split);
    return place_.changes < alterations.size() &&
           alterations[place_.changes].before <= place_.next.seq;
  }
  World& world_;
  const Scenario& scenario_;
  SimSource& logs_;
  Place place_;
  RowChunks chunks_;
  TimePoint next_read_;
};

}  // namespace

Positions PositionsOf(const SimSource& source, const Manifest& manifest) {
  Positions positions(source.splits(), 0);
  const Plan plan = PlanOf(source, manifest);
  for (uint32_t split = 0; split < plan.given && split < source.splits(); ++split) {
    positions[split] = source.length(split);
  }
  for (const RowRef& log : plan.logs) positions[log.split] = log.seq;
  for (const Place& place : PlacesOf(manifest)) positions[place.next.split] = place.next.seq;
  return positions;
}

std::vector<Alteration> PassedChanges(const SimSource& source, const Manifest& manifest) {
  std::vector<Alteration> passed;
  for (const Place& place : PlacesOf(manifest)) {
    const auto& all = source.alterations(place.next.split);
    passed.insert(passed.end(), all.begin(), all.begin() + static_cast<int64_t>(place.changes));
  }
  return passed;
}

Result<std::vector<SchemaRef>> LogSource::Discover(Context& ctx) {
  return Restore(ctx, EncodePlan({0, std::vector<uint64_t>(logs_.tables(), 0), 0, {}, false}));
}

Result<std::vector<SchemaRef>> LogSource::Restore(Context& /*ctx*/, const Bytes& saved) {
  Threads::Current()->WaitFor(world_.Millis(1, 300));
  if (scenario_.Happens(world_, scenario_.open_fails)) {
    return Fail(Code::kUnavailable, "the source does not answer");
  }
  const Plan plan = DecodePlan(saved, logs_.tables());
  std::vector<SchemaRef> tables;
  for (uint32_t table = 0; table < logs_.tables(); ++table) {
    tables.push_back(SchemaOf(table, static_cast<uint32_t>(plan.versions[table])));
  }
  return tables;
}

Result<std::unique_ptr<SplitEnumerator>> LogSource::Enumerate(Context& ctx,
                                                              std::optional<Bytes> saved) {
  Threads::Current()->CheckAlive();
  on_open_(ctx.run);
  if (scenario_.Happens(world_, scenario_.open_fails)) {
    world_.Probe("opening fails");
    return Fail(Code::kUnavailable, "the source does not answer");
  }
  Plan plan{0, std::vector<uint64_t>(logs_.tables(), 0), 0, {}, false};
  if (saved) plan = DecodePlan(*saved, logs_.tables());
  return std::make_unique<LogEnumerator>(world_, scenario_, logs_, std::move(plan));
}

Result<std::unique_ptr<Reader>> LogSource::Open(Context& /*ctx*/, Split split) {
  const Place place = DecodePlace(split);
  if (place.snapshot) return std::make_unique<SnapshotReader>(world_, scenario_, logs_, place);
  return std::make_unique<LogReader>(world_, scenario_, logs_, place);
}

}  // namespace sluice::sim
