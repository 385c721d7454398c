// SPDX-License-Identifier: Apache-2.0
#include "engine/healing_sink.h"

#include <map>
#include <vector>

#include "api/forwarding_sink.h"
#include "engine/healing_hash.h"

namespace sluice {
namespace {

constexpr int kSweptChunksMax = 64;  // at one seal, which holds up the task

bool IsOfSnapshot(const Chunk& chunk) {
  return chunk.source_micros == 0 && chunk.stamps.empty();
}

// Equal rows are where they belong, and so count as written.
class HealingWriter final : public ForwardingWriter {
 public:
  HealingWriter(Healing& healing, uint32_t sink, TaskId id, std::unique_ptr<Writer> inner)
      : ForwardingWriter(std::move(inner)),
        healing_(healing),
        marks_(healing.marks(id)),
        sink_(sink),
        id_(id) {}

  Status Write(const Chunk& chunk) override {
    if (healing_.done()) return ForwardingWriter::Write(chunk);
    DigestReader* before = ReaderOf(chunk.schema()->path);
    if (before == nullptr) return ForwardingWriter::Write(chunk);
    if (!IsOfSnapshot(chunk)) {
      RETURN_IF_ERROR(MarkAll(chunk, *before));
      return ForwardingWriter::Write(chunk);
    }
    std::vector<bool> out(chunk.rows(), false);
    ASSIGN_OR_RETURN(const uint32_t equal, Compare(chunk, *before, out));
    if (equal == 0) return ForwardingWriter::Write(chunk);
    if (equal == chunk.rows()) return {};
    ChunkBuilder rest(chunk.schema());
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      if (!out[row]) rest.CopyRow(chunk, row);
    }
    return ForwardingWriter::Write(*rest.Finish(chunk.source_micros, chunk.read_micros));
  }
  Status Rebind(const SchemaChange& change) override {
    RETURN_IF_ERROR(healing_.Rebind(sink_, change));
    return ForwardingWriter::Rebind(change);
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
    return ForwardingWriter::Seal(id);
  }

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
    for (int chunks = 0; chunks < kSweptChunksMax && (chunks == 0 || !full()); ++chunks) {
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
    return rest.empty() ? Status() : ForwardingWriter::Write(*rest.Finish(0));
  }

  Healing& healing_;
  HealingMarks& marks_;
  const uint32_t sink_;
  const TaskId id_;
  RowHasher hasher_;
  std::map<TablePath, std::unique_ptr<DigestReader>> readers_;  // by the path of the rows
};

class HealingSink final : public ForwardingSink {
 public:
  HealingSink(std::unique_ptr<Sink> sink, Healing& healing, uint32_t number)
      : ForwardingSink(std::move(sink)), healing_(healing), number_(number) {}

  Result<std::unique_ptr<Writer>> Open(Context& ctx, uint32_t writer) override {
    ASSIGN_OR_RETURN(auto own, ForwardingSink::Open(ctx, writer));
    if (healing_.done()) return own;
    return std::make_unique<HealingWriter>(healing_, number_, writer, std::move(own));
  }

 private:
  Healing& healing_;
  const uint32_t number_;
};

}  // namespace

std::unique_ptr<Sink> WithHealing(std::unique_ptr<Sink> sink, Healing& healing, uint32_t number) {
  return std::make_unique<HealingSink>(std::move(sink), healing, number);
}

}  // namespace sluice
