// SPDX-License-Identifier: Apache-2.0
#include "sim/log_source.h"

#include <algorithm>
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
};

Split EncodePlace(const Place& place) {
  ByteWriter out;
  out.U64(place.next.split).U64(place.next.seq).U64(place.changes);
  return {fmt::format("split-{}", place.next.split), std::move(out).Take()};
}

Place DecodePlace(const Split& split) {
  ByteReader in(split.position);
  Place place;
  place.next.split = static_cast<uint32_t>(in.U64());
  place.next.seq = in.U64();
  place.changes = in.U64();
  return place;
}

// The enumerator's state: how many splits were handed out, and the versions of the tables.
struct Plan {
  uint64_t given = 0;
  std::vector<uint64_t> versions;
};

Bytes EncodePlan(const Plan& plan) {
  ByteWriter out;
  out.U64(plan.given);
  for (const uint64_t version : plan.versions) out.U64(version);
  return std::move(out).Take();
}

Plan DecodePlan(std::string_view bytes, uint32_t tables) {
  ByteReader in(bytes);
  Plan plan{in.U64(), {}};
  for (uint32_t table = 0; table < tables; ++table) plan.versions.push_back(in.U64());
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
  LogEnumerator(World& world, const SimSource& logs, Plan plan)
      : world_(world), logs_(logs), plan_(std::move(plan)) {}

  Result<std::vector<Split>> Next(size_t want) override {
    std::vector<Split> out;
    while (out.size() < want && !done() && world_.dice.Chance(0.7)) {
      out.push_back(EncodePlace({{static_cast<uint32_t>(plan_.given++), 0}, 0}));
    }
    return out;
  }
  Status OnFinished(const Split& split, const Bytes& report) override {
    const Place place = DecodePlace(split);
    if (ByteReader(report).U64() != logs_.length(place.next.split)) {
      world_.Violate(split.id + " was finished before its end");
    }
    return {};
  }
  Status OnSchemaChange(const SchemaChange& change) override {
    plan_.versions[TableNumber(*change.after)] = change.after->version - 1;
    return {};
  }
  Bytes Save() override { return EncodePlan(plan_); }
  bool done() const override { return plan_.given == logs_.splits(); }
  bool wants_checkpoint() const override { return world_.dice.Chance(0.002); }
  double progress() const override {
    return static_cast<double>(plan_.given) / static_cast<double>(logs_.splits());
  }

 private:
  World& world_;
  const SimSource& logs_;
  Plan plan_;
};

class LogReader final : public Reader {
 public:
  LogReader(World& world, const Scenario& scenario, const SimSource& logs, Place place)
      : world_(world), scenario_(scenario), logs_(logs), place_(place) {}

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
      Append(place_.next);
      ++place_.next.seq;
    }
    next_read_ = world_.now + world_.Millis(1, scenario_.step_millis_max);
    return world_.dice.Chance(0.1) ? Poll::kMore : Poll::kIdle;
  }
  Status Flush(Emitter& out) override {
    for (auto& [table, builder] : builders_) {
      if (!builder.empty()) out.Emit(builder.Finish(0));
    }
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
      return Fail(Code::kSchemaMismatch, "the change cannot be followed");
    }
    const Alteration& one = logs_.alterations(place_.next.split)[place_.changes++];
    builders_.erase(one.table);
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

  World& world_;
  const Scenario& scenario_;
  const SimSource& logs_;
  Place place_;
  TimePoint next_read_;
  std::map<uint32_t, ChunkBuilder> builders_;  // by table
};

}  // namespace

Positions PositionsOf(const SimSource& source, const Manifest& manifest) {
  Positions positions(source.splits(), 0);
  const uint64_t given = PlanOf(source, manifest).given;
  for (uint32_t split = 0; split < given && split < source.splits(); ++split) {
    positions[split] = source.length(split);
  }
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
  return Restore(ctx, EncodePlan({0, std::vector<uint64_t>(logs_.tables(), 0)}));
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
  Plan plan{0, std::vector<uint64_t>(logs_.tables(), 0)};
  if (saved) plan = DecodePlan(*saved, logs_.tables());
  return std::make_unique<LogEnumerator>(world_, logs_, std::move(plan));
}

Result<std::unique_ptr<Reader>> LogSource::Open(Context& /*ctx*/, Split split) {
  return std::make_unique<LogReader>(world_, scenario_, logs_, DecodePlace(split));
}

}  // namespace sluice::sim
