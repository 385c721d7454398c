// SPDX-License-Identifier: Apache-2.0
#include "data/chunk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/checksum.h"

namespace sluice {

std::string_view RowKindName(RowKind kind) {
  switch (kind) {
    case RowKind::kInsert:
      return "INSERT";
    case RowKind::kUpdateBefore:
      return "UPDATE_BEFORE";
    case RowKind::kUpdateAfter:
      return "UPDATE_AFTER";
    case RowKind::kDelete:
      return "DELETE";
  }
  return "UNKNOWN";
}

std::string_view RowKindSign(RowKind kind) {
  static constexpr std::array<std::string_view, 4> kSigns = {"+I", "-U", "+U", "-D"};
  return kSigns[static_cast<size_t>(kind)];
}

namespace {

std::vector<ColumnPtr> Shared(std::vector<Column> columns) {
  std::vector<ColumnPtr> out;
  out.reserve(columns.size());
  for (Column& column : columns) out.push_back(std::make_shared<const Column>(std::move(column)));
  return out;
}

}  // namespace

Chunk::Chunk(SchemaRef schema, std::vector<ColumnPtr> columns, std::vector<RowKind> kinds)
    : schema_(std::move(schema)), columns_(std::move(columns)), kinds_(std::move(kinds)) {
  rows_ = columns_.empty() ? 0 : columns_.front()->rows();
}

Chunk::Chunk(SchemaRef schema, std::vector<Column> columns, std::vector<RowKind> kinds)
    : Chunk(std::move(schema), Shared(std::move(columns)), std::move(kinds)) {}

size_t Chunk::bytes() const {
  size_t total = sizeof(Chunk) + kinds_.size() + stamps.size() * sizeof(CommitStamp);
  for (const ColumnPtr& column : columns_) total += column->bytes();
  return total;
}

int64_t Chunk::commit_micros(uint32_t row) const {
  const auto after = std::ranges::upper_bound(stamps, row, {}, &CommitStamp::first_row);
  return after == stamps.begin() ? 0 : std::prev(after)->micros;
}

Status Chunk::Check() const {
  const auto broken = [&](std::string_view what) {
    return Status(Code::kInternal, fmt::format("chunk of {}: {}", schema_->path.ToString(), what));
  };
  if (columns_.size() != schema_->columns.size()) return broken("column count differs from schema");
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i]->rows() != rows_) return broken("columns differ in length");
    if (columns_[i]->type() != schema_->columns[i].type) return broken("type differs from schema");
  }
  if (!kinds_.empty() && kinds_.size() != rows_) return broken("kinds differ in length");
  for (size_t i = 0; i < stamps.size(); ++i) {
    const bool grows = i == 0 || stamps[i - 1].first_row < stamps[i].first_row;
    if (!grows || stamps[i].first_row >= rows_) return broken("commit stamps are out of order");
  }
  for (size_t i = 0; i < kinds_.size(); ++i) {
    const bool before = kinds_[i] == RowKind::kUpdateBefore;
    if (before && (i + 1 == kinds_.size() || kinds_[i + 1] != RowKind::kUpdateAfter)) {
      return broken("an update is torn apart");
    }
  }
  return {};
}

ChunkPtr Chunk::WithSchema(const ChunkPtr& chunk, SchemaRef schema) {
  auto renamed = std::make_shared<Chunk>(*chunk);
  renamed->schema_ = std::move(schema);
  return renamed;
}

ChunkPtr Chunk::WithColumns(const ChunkPtr& chunk, SchemaRef schema,
                            std::vector<ColumnPtr> columns) {
  auto out = std::make_shared<Chunk>(std::move(schema), std::move(columns), chunk->kinds_);
  out->source_micros = chunk->source_micros;
  out->read_micros = chunk->read_micros;
  out->stamps = chunk->stamps;
  out->place = chunk->place;
  return out;
}

ChunkPtr Chunk::AsInserts(const ChunkPtr& chunk) {
  auto out = std::make_shared<Chunk>(*chunk);
  out->kinds_.clear();
  return out;
}

ChunkBuilder::ChunkBuilder(SchemaRef schema) : schema_(std::move(schema)) {
  for (size_t i = 0; i < schema_->columns.size(); ++i) {
    if (FixedWidth(schema_->columns[i].type.kind) == 0) texts_.push_back(i);
  }
  Reset();
}

void ChunkBuilder::Reset() {
  columns_.clear();
  columns_.reserve(schema_->columns.size());
  for (const ColumnInfo& info : schema_->columns) columns_.emplace_back(info.type);
  kinds_.clear();
  stamps_.clear();
  place_ = nullptr;
  stamp_ = 0;
  rows_ = 0;
  bytes_ = 0;
  rest_bytes_ = 0;
}

void ChunkBuilder::AddStamp(int64_t micros) {
  if (!stamps_.empty() && stamps_.back().first_row == rows_) stamps_.pop_back();
  stamp_ = micros;
  if (micros != (stamps_.empty() ? 0 : stamps_.back().micros)) stamps_.push_back({rows_, micros});
}

void ChunkBuilder::EndRow(RowKind kind) {
  if (kind != RowKind::kInsert || !kinds_.empty()) {
    kinds_.resize(rows_, RowKind::kInsert);
    kinds_.push_back(kind);
  }
  ++rows_;
  // One row of text may be larger than all before it, so its values are counted with every row.
  // Summing all else as often would cost more than the row; every 64th is close enough.
  size_t text = 0;
  for (const size_t i : texts_) text += columns_[i].data().size();
  if ((rows_ & 63U) == 1) {
    rest_bytes_ = 0;
    for (const Column& column : columns_) rest_bytes_ += column.bytes();
    rest_bytes_ -= text;
  }
  bytes_ = rest_bytes_ + text;
}

ChunkPtr ChunkBuilder::Finish(int64_t source_micros, int64_t read_micros) {
  CHECK(rows_ > 0);
  auto chunk = std::make_shared<Chunk>(schema_, std::move(columns_), std::move(kinds_));
  chunk->source_micros = source_micros;
  chunk->read_micros = read_micros;
  if (!stamps_.empty() && stamps_.back().first_row == rows_) stamps_.pop_back();
  chunk->stamps = std::move(stamps_);
  chunk->place = std::move(place_);
  Reset();
  return chunk;
}

void ChunkBuilder::CopyRow(const Chunk& from, uint32_t row, RowKind kind) {
  Stamp(from.commit_micros(row));
  if (!place_) place_ = from.place;
  for (size_t i = 0; i < columns_.size(); ++i) columns_[i].AppendFrom(from.column(i), row);
  EndRow(kind);
}

uint64_t HashKey(const Chunk& chunk, uint32_t row, std::span<const uint32_t> key) {
  uint64_t hash = 0;
  const auto add = [&](const Column& column) {
    if (column.is_null(row)) {
      hash = Hash64("n", hash);
    } else if (const size_t width = FixedWidth(column.type().kind); width == 0) {
      hash = Hash64(column.text(row), hash);
    } else {
      hash = Hash64(std::string_view(column.data()).substr(row * width, width), hash);
    }
  };
  for (const uint32_t i : key) add(chunk.column(i));
  for (size_t i = 0; key.empty() && i < chunk.column_count(); ++i) add(chunk.column(i));
  return hash;
}

}  // namespace sluice
