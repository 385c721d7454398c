// SPDX-License-Identifier: Apache-2.0
#include "engine/healing_sink.h"

#include <map>
#include <vector>

#include "engine/healing_hash.h"

namespace sluice {
namespace {

constexpr int kSweptChunksMax = 64;  // at one seal, which holds up the task

bool IsOfSnapshot(const Chunk& chunk) {
  return chunk.source_micros == 0 && chunk.stamps.empty();
}

class HealingWriter final : public Writer {
 public:
  HealingWriter(Healing& healing, uint32_t sink, TaskId id, std::unique_ptr<Writer> inner)
      : healing_(healing),
        marks_(healing.marks(id)),
        sink_(sink),
        id_(id),
        inner_(std::move(inner)) {}

  std::vector<RefusedRow> Refused(const Chunk& chunk) override { return inner_->Refused(chunk); }
  Status Write(const Chunk& chunk) override {
    if (healing_.done()) return inner_->Write(chunk);
    DigestReader* before = ReaderOf(chunk.schema()->path);
    if (before == nullptr) return inner_->Write(chunk);
    if (!IsOfSnapshot(chunk)) {
      RETURN_IF_ERROR(MarkAll(chunk, *before));
      return inner_->Write(chunk);
    }
    std::vector<bool> out(chunk.rows(), false);
    ASSIGN_OR_RETURN(const uint32_t equal, Compare(chunk, *before, out));
    if (equal == 0) return inner_->Write(chunk);
    if (equal == chunk.rows()) return {};
    ChunkBuilder rest(chunk.schema());
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      if (!out[row]) rest.CopyRow(chunk, row);
    }
    return inner_->Write(*rest.Finish(chunk.source_micros, chunk.read_micros));
  }
  bool full() const override { return inner_->full(); }
  Status Rebind(const SchemaChange& change) override {
    RETURN_IF_ERROR(healing_.Rebind(sink_, change));
    return inner_->Rebind(change);
  }
  // Rows to delete are written here alone, never between a checkpoint behind which nothing may come
  // and the next one: they are few, and a change of schema asks for such a silence.
  Status Seal(CheckpointId id) override {
    if (healing_.done()) {
      readers_.clear();
      marks_.Clear();
    } else {
      RETURN_IF_ERROR(Sweep(id));
      marks_.Seal(id);
    }
    return inner_->Seal(id);
  }
  Result<std::optional<Prepared>> PollPrepared(CheckpointId id) override {
    return inner_->PollPrepared(id);
  }
  Result<std::optional<TimePoint>> Tend(TimePoint now) override { return inner_->Tend(now); }
  bool wants_checkpoint() const override { return inner_->wants_checkpoint(); }
  uint64_t bytes_written() const override { return inner_->bytes_written(); }
  // Equal rows are where they belong, and so count as written.
  uint64_t rows_set_aside() const override { return inner_->rows_set_aside(); }

 private:
  // Null: the table is not healed.
  DigestReader* ReaderOf(const TablePath& rows) {
    const auto known = readers_.find(rows);
    if (known != readers_.end()) return known->second.get();
    auto digest = healing_.tables().Find(sink_, rows);
    auto made = digest ? std::make_unique<DigestReader>(std::move(digest)) : nullptr;
    return readers_.emplace(rows, std::move(made)).first->second.get();
  }
  Status MarkAll(const Chunk& chunk, DigestReader& before) {
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      ASSIGN_OR_RETURN(const auto found, before.Find(hasher_.Key(chunk, row)));
      if (found) marks_.Add(before.shared(), found->place);
    }
    return {};
  }
  // Says which rows the target holds already, and how many these are. A key that came before is
  // written in any case: the target may hold what came then.
  Result<uint32_t> Compare(const Chunk& chunk, DigestReader& before, std::vector<bool>& equal) {
    uint32_t count = 0;
    HealingCounts& counts = healing_.counts();
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      ++counts.compared;
      ASSIGN_OR_RETURN(const auto found, before.Find(hasher_.Key(chunk, row)));
      if (!found) {
        ++counts.inserted;
        continue;
      }
      const bool came = marks_.Add(before.shared(), found->place);
      const bool inserts = chunk.kind(row) == RowKind::kInsert;
      if (came || !inserts || found->row != hasher_.Row(chunk, row)) {
        ++counts.rewritten;
        continue;
      }
      ++counts.equal;
      equal[row] = true;
      ++count;
    }
    return count;
  }
  Status Sweep(CheckpointId id) {
    const auto sweep = healing_.sweep();
    if (!sweep) return {};
    // One in any case: a writer that is always full must come to an end too.
    for (int chunks = 0; chunks < kSweptChunksMax && (chunks == 0 || !inner_->full()); ++chunks) {
      const ChunkPtr rows = sweep->Take(id_);
      if (!rows) {
        sweep->Sealed(id_, id);
        break;
      }
      RETURN_IF_ERROR(Delete(*rows));
    }
    return {};
  }
  // Its key may have come since the row was found.
  Status Delete(const Chunk& chunk) {
    DigestReader* before = ReaderOf(chunk.schema()->path);
    ChunkBuilder rest(chunk.schema());
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      ASSIGN_OR_RETURN(const auto found, before->Find(hasher_.Key(chunk, row)));
      if (found && !before->digest().seen(found->place)) rest.CopyRow(chunk, row);
    }
    healing_.counts().deleted += rest.rows();
    return rest.empty() ? Status() : inner_->Write(*rest.Finish(0));
  }

  Healing& healing_;
  HealingMarks& marks_;
  const uint32_t sink_;
  const TaskId id_;
  const std::unique_ptr<Writer> inner_;
  RowHasher hasher_;
  std::map<TablePath, std::unique_ptr<DigestReader>> readers_;  // by the path of the rows
};

class HealingSink final : public Sink {
 public:
  HealingSink(std::unique_ptr<Sink> sink, Healing& healing, uint32_t number)
      : sink_(std::move(sink)), healing_(healing), number_(number) {}

  Delivery delivery() const override { return sink_->delivery(); }
  bool leaves_work() const override { return sink_->leaves_work(); }
  Status Prepare(Context& ctx, std::span<const SchemaRef> tables, bool fresh) override {
    return sink_->Prepare(ctx, tables, fresh);
  }
  std::vector<Status> Check(Context& ctx, std::span<const SchemaRef> tables) override {
    return sink_->Check(ctx, tables);
  }
  bool replay_converges(std::string* why) const override { return sink_->replay_converges(why); }
  bool shares_rows_by_key(const Schema& rows) const override {
    return sink_->shares_rows_by_key(rows);
  }
  bool follows_schema_changes() const override { return sink_->follows_schema_changes(); }
  Status CheckScan(Context& ctx, const Schema& rows) override {
    return sink_->CheckScan(ctx, rows);
  }
  Status Scan(Context& ctx, const SchemaRef& rows, const ScanFn& each) override {
    return sink_->Scan(ctx, rows, each);
  }
  Result<TablePath> Target(const Schema& table) const override { return sink_->Target(table); }
  Result<std::unique_ptr<Writer>> Open(Context& ctx, uint32_t writer) override {
    ASSIGN_OR_RETURN(auto own, sink_->Open(ctx, writer));
    if (healing_.done()) return own;
    return std::make_unique<HealingWriter>(healing_, number_, writer, std::move(own));
  }
  Result<std::unique_ptr<Committer>> OpenCommitter(Context& ctx) override {
    return sink_->OpenCommitter(ctx);
  }
  Status OnFinished() override { return sink_->OnFinished(); }
  std::string Identity() const override { return sink_->Identity(); }

 private:
  const std::unique_ptr<Sink> sink_;
  Healing& healing_;
  const uint32_t number_;
};

}  // namespace

std::unique_ptr<Sink> WithHealing(std::unique_ptr<Sink> sink, Healing& healing, uint32_t number) {
  return std::make_unique<HealingSink>(std::move(sink), healing, number);
}

}  // namespace sluice
