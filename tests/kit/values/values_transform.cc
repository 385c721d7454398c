// SPDX-License-Identifier: Apache-2.0
#include "kit/values/values_transform.h"

#include <set>
#include <utility>

#include "kit/sink_rows.h"

namespace sluice::kit {
namespace {

class NamedRows final : public Transform {
 public:
  explicit NamedRows(TransformBug bug) : bug_(bug) {}

  Result<SchemaRef> Bind(const SchemaRef& in) override {
    return in->path.table == "second" ? nullptr : in;
  }
  Status Apply(ChunkPtr chunk, Emitter& out) override {
    if (chunk->schema()->path.table == "second") return {};
    ChunkBuilder builder(Schema(chunk->schema()));
    for (uint32_t row = 0; row < chunk->rows(); ++row) Take(*chunk, row, builder);
    if (builder.empty()) return {};
    ChunkPtr made = builder.Finish(chunk->source_micros);
    if (bug_ == TransformBug::kHoldsRows) std::swap(made, held_);
    if (made) out.Emit(std::move(made));
    return {};
  }

 private:
  SchemaRef Schema(const SchemaRef& in) const {
    if (bug_ != TransformBug::kOtherSchema) return in;
    auto other = std::make_shared<sluice::Schema>(*in);
    other->comment = "another";
    return other;
  }
  void Take(const Chunk& chunk, uint32_t row, ChunkBuilder& builder) {
    const auto named = [&](uint32_t i) { return !chunk.column(1).is_null(i); };
    if (!named(row) || (bug_ == TransformBug::kLosesRows && row == 0)) return;
    if (bug_ == TransformBug::kRemembers && !seen_.insert(RowText(chunk, row)).second) return;
    builder.CopyRow(chunk, row);
    if (bug_ == TransformBug::kHalvesUpdate) return;
    // Half an update alone is a row that goes or comes.
    const RowKind kind = chunk.kind(row);
    const bool lost_after = kind == RowKind::kUpdateBefore && !named(row + 1);
    const bool lost_before = kind == RowKind::kUpdateAfter && !named(row - 1);
    if (!lost_after && !lost_before) return;
    const RowKind alone = lost_after ? RowKind::kDelete : RowKind::kInsert;
    Retell(builder, alone);
  }
  // The last row of the builder, in another kind.
  static void Retell(ChunkBuilder& builder, RowKind kind) {
    const ChunkPtr all = builder.Finish(0);
    for (uint32_t row = 0; row + 1 < all->rows(); ++row) builder.CopyRow(*all, row);
    const uint32_t last = all->rows() - 1;
    for (size_t i = 0; i < all->column_count(); ++i) {
      builder.column(i).AppendFrom(all->column(i), last);
    }
    builder.EndRow(kind);
  }

  const TransformBug bug_;
  std::set<std::string> seen_;
  ChunkPtr held_;
};

const bool kRegistered = Register(MakeValuesTransform(TransformBug::kNone));

}  // namespace

TransformCase MakeValuesTransform(TransformBug bug) {
  using enum RowKind;
  const SchemaRef first = SinkTables()[0];
  return {
      "Values",
      [bug]() -> Result<std::unique_ptr<Transform>> { return std::make_unique<NamedRows>(bug); },
      {MakeChunk(first, {{kInsert, 1, "a"}, {kInsert, 2, std::nullopt}, {kInsert, 3, "c"}}),
       MakeChunk(first, {{kUpdateBefore, 1, "a"},
                         {kUpdateAfter, 1, "b"},
                         {kUpdateBefore, 2, std::nullopt},
                         {kUpdateAfter, 2, "d"},
                         {kUpdateBefore, 3, "c"},
                         {kUpdateAfter, 3, std::nullopt}}),
       MakeChunk(SinkTables()[1], {{kInsert, 1, "a"}}), MakeChunk(first, {{kDelete, 1, "b"}})},
      {"+I kit.first: 1|a", "+I kit.first: 3|c", "-U kit.first: 1|a", "+U kit.first: 1|b",
       "+I kit.first: 2|d", "-D kit.first: 3|c", "-D kit.first: 1|b"}};
}

}  // namespace sluice::kit
