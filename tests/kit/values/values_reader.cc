// SPDX-License-Identifier: Apache-2.0
#include "kit/values/values_reader.h"

#include <deque>

namespace sluice::kit {
namespace {

constexpr uint64_t kVersion = 1;
constexpr size_t kAhead = 2;  // fetched and not yet read

Result<ValuesPosition> Decode(const Split& split, SourceBug bug) {
  ByteReader in(split.position);
  ValuesPosition position;
  const uint64_t version = in.U64();
  position.log = in.Bool();
  position.place = in.U64();
  position.table = in.U64();
  position.next = in.I64();
  position.end = in.I64();
  if (bug == SourceBug::kTakesDamage) return position;
  RETURN_IF_ERROR(in.Finish("a split of the values source"));
  if (version != kVersion) return Fail(Code::kCorruption, "a split of another version");
  return position;
}

class ValuesReader final : public Reader {
 public:
  ValuesReader(const ValuesStore& store, Faults& faults, SourceBug bug, std::string id,
               ValuesPosition position)
      : store_(store),
        faults_(faults),
        bug_(bug),
        id_(std::move(id)),
        epoch_(store.epoch()),
        position_(position),
        fetched_(position),
        builder_(Schema(position.table)) {}

  Result<Poll> Read(Emitter& out, Deadline /*until*/) override {
    Poll poll = Poll::kMore;
    while (poll == Poll::kMore) {
      const bool ignores_full = Has(SourceBug::kIgnoresFull, SourceBug::kLogIgnoresFull);
      if (out.full() && !ignores_full) return poll;
      ASSIGN_OR_RETURN(poll, Step(out));
      const bool ignores_room = Has(SourceBug::kIgnoresRoom, SourceBug::kLogIgnoresRoom);
      if (!ignores_room && !ignores_full) break;
    }
    return poll;
  }
  Status Flush(Emitter& out) override {
    if (bug_ == SourceBug::kFlushHolds && builder_.rows() > 1 && !held_back_) {
      held_back_ = true;
      return {};
    }
    held_back_ = false;
    if (builder_.empty()) return {};
    before_last_chunk_ = chunk_began_;
    out.Emit(builder_.Finish(0));
    return {};
  }
  Split Save() const override {
    return {id_, Encode(bug_ == SourceBug::kSavesBehind ? before_last_chunk_ : position_)};
  }

  Status Fetch() {
    const size_t most = bug_ == SourceBug::kFetchesAll ? SIZE_MAX : kAhead;
    while (ahead_.size() < most) {
      const size_t before = ahead_.size();
      const Status status = FetchOne();
      if (!status.ok() && bug_ == SourceBug::kFailureIsFinal) {
        return {Code::kInternal, std::string(status.message())};
      }
      if (!status.ok() && bug_ == SourceBug::kSwallowsFailures) {
        fetched_.log ? ++fetched_.place : static_cast<size_t>(++fetched_.next);
        continue;
      }
      RETURN_IF_ERROR(status);
      if (ahead_.size() == before) break;
    }
    return {};
  }

 private:
  struct Ahead {
    ValuesChange change;
    ValuesPosition behind;  // the position once it was read
  };

  bool Has(SourceBug bug, SourceBug in_log) const {
    return bug_ == bug || (bug_ == in_log && position_.log);
  }
  SchemaRef Schema(size_t table) const {
    const SchemaRef& schema = ValuesStore::Tables()[table];
    if (bug_ != SourceBug::kUnannouncedSchema) return schema;
    auto other = std::make_shared<sluice::Schema>(*schema);
    other->columns[1].length = 7;
    return other;
  }

  Status FetchOne() {
    if (bug_ == SourceBug::kForgetsOnRestart && epoch_ != store_.epoch()) {
      epoch_ = store_.epoch();
      if (fetched_.log) fetched_.place = store_.log_size();
    }
    if (fetched_.log) {
      ASSIGN_OR_RETURN(auto changes, store_.FetchLog(faults_, epoch_, fetched_.place, 1));
      if (changes.empty()) return {};
      ++fetched_.place;
      ahead_.push_back({std::move(changes.front()), fetched_});
      return {};
    }
    ASSIGN_OR_RETURN(const auto rows,
                     store_.FetchRows(faults_, epoch_, fetched_.place, fetched_.table,
                                      fetched_.next, fetched_.end, 1));
    const bool last_of_range = rows.empty() || rows.front().id + 1 >= fetched_.end;
    if (rows.empty() || (bug_ == SourceBug::kLosesLastRow && last_of_range)) {
      fetched_.next = fetched_.end;
      return {};
    }
    fetched_.next = rows.front().id + 1;
    ahead_.push_back({{fetched_.table, std::nullopt, rows.front()}, fetched_});
    return {};
  }

  // Reads one row or change; a chunk is emitted when it is complete.
  Result<Poll> Step(Emitter& out) {
    RETURN_IF_ERROR(Fetch());
    if (ahead_.empty()) {
      if (position_.log) return bug_ == SourceBug::kNeverIdle ? Poll::kMore : Poll::kIdle;
      position_.next = position_.end;
      RETURN_IF_ERROR(Flush(out));
      return Poll::kDone;
    }
    Ahead next = std::move(ahead_.front());
    ahead_.pop_front();
    const SchemaRef schema = Schema(next.change.table);
    if (builder_.schema()->path != schema->path || builder_.rows() + 2 > kValuesRowsAtOnce) {
      RETURN_IF_ERROR(Flush(out));
    }
    if (builder_.empty() && builder_.schema() != schema) builder_ = ChunkBuilder(schema);
    if (builder_.empty()) chunk_began_ = position_;
    Append(next.change, out);
    position_ = next.behind;
    return Poll::kMore;
  }

  void Append(ValuesChange change, Emitter& out) {
    if (bug_ == SourceBug::kEmptyForNull && change.after && !change.after->name) {
      change.after->name = "";
    }
    const bool update = change.before && change.after;
    const bool moves = update && change.before->id != change.after->id;
    const bool halves = update && (!moves || bug_ == SourceBug::kKeyChangeAsUpdate);
    if (change.before) {
      AppendRow(*change.before, halves ? RowKind::kUpdateBefore : RowKind::kDelete, builder_);
    }
    if (halves && bug_ == SourceBug::kTearsUpdates) out.Emit(builder_.Finish(0));
    if (change.after) {
      AppendRow(*change.after, halves ? RowKind::kUpdateAfter : RowKind::kInsert, builder_);
    }
  }

  const ValuesStore& store_;
  Faults& faults_;
  const SourceBug bug_;
  const std::string id_;
  uint64_t epoch_;
  ValuesPosition position_;     // behind the last row in builder_
  ValuesPosition fetched_;      // behind the last one in ahead_
  ValuesPosition chunk_began_;  // for kSavesBehind
  ValuesPosition before_last_chunk_ = position_;
  bool held_back_ = false;
  std::deque<Ahead> ahead_;
  ChunkBuilder builder_;
};

}  // namespace

Bytes Encode(const ValuesPosition& position) {
  ByteWriter out;
  out.U64(kVersion).Bool(position.log).U64(position.place).U64(position.table);
  out.I64(position.next).I64(position.end);
  return std::move(out).Take();
}

Result<std::unique_ptr<Reader>> OpenValuesReader(const ValuesStore& store, Faults& faults,
                                                 SourceBug bug, Split split) {
  ASSIGN_OR_RETURN(const ValuesPosition position, Decode(split, bug));
  if (position.table >= ValuesStore::Tables().size()) {
    return Fail(Code::kCorruption, "a split of a table that there is not");
  }
  auto reader = std::make_unique<ValuesReader>(store, faults, bug, std::move(split.id), position);
  RETURN_IF_ERROR(reader->Fetch());
  return reader;
}

}  // namespace sluice::kit
