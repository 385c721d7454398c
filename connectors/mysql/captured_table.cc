// SPDX-License-Identifier: Apache-2.0
#include "mysql/captured_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::mysql {

Result<CapturedTable> CapturedTable::Make(TableFacts facts, SchemaRef output,
                                          FinishedRanges contained, const ConvertOptions& options) {
  CapturedTable table;
  table.output_ = std::move(output);
  table.contained_ = std::move(contained);
  RETURN_IF_ERROR(table.Define(std::move(facts), options));
  return table;
}

Status CapturedTable::Define(TableFacts facts, const ConvertOptions& options) {
  ASSIGN_OR_RETURN(def_, MakeTable(facts, options));
  facts_ = std::move(facts);
  key_ = KeyOf(facts_, *def_);
  plan_.reset();
  builder_.emplace(def_->schema);
  projection_.clear();
  for (const ColumnInfo& column : output_->columns) {
    const auto index = def_->schema->Find(column.name);
    if (!index || def_->schema->columns[*index].type != column.type) {
      return {Code::kSchemaMismatch,
              fmt::format("table {}: the job began with a column {} {}, which the table no longer "
                          "has",
                          path().ToString(), column.name, column.type.ToString())};
    }
    projection_.push_back(*index);
  }
  return {};
}

Status CapturedTable::Map(const TableMapView& view) {
  if (plan_ && plan_->Fits(view)) return {};
  ASSIGN_OR_RETURN(plan_, RowPlan::Make(view, def_));
  return {};
}

Status CapturedTable::AppendRow(RowsReader& rows, const LogPoint& at, int64_t micros) {
  if (builder_->empty()) oldest_micros_ = micros;
  if (!contained_.empty()) return AppendFiltered(rows, at, micros);
  builder_->Stamp(micros);
  const auto made = rows.Append(*builder_);
  return made ? Status() : made.error();
}

Status CapturedTable::AppendFiltered(RowsReader& rows, const LogPoint& at, int64_t micros) {
  ChunkBuilder one(def_->schema);
  one.Stamp(micros);
  ASSIGN_OR_RETURN(const uint32_t made, rows.Append(one));
  const ChunkPtr images = one.Finish(0);
  for (uint32_t row = 0; row < made; ++row) {
    const Int128 key = key_.range ? RangeValue(images->column(*key_.range), row) : 0;
    if (!contained_.Contain(key, at)) builder_->CopyRow(*images, row);
  }
  return {};
}

ChunkPtr CapturedTable::Finish(int64_t now_micros) {
  if (builder_->empty()) return nullptr;
  return Projected(builder_->Finish(oldest_micros_, now_micros));
}

ChunkPtr CapturedTable::Projected(const ChunkPtr& chunk) const {
  if (projection_.size() == chunk->column_count()) {
    return chunk->schema() == output_ ? chunk : Chunk::WithSchema(chunk, output_);
  }
  std::vector<ColumnPtr> columns;
  columns.reserve(projection_.size());
  for (const uint32_t index : projection_) columns.push_back(chunk->shared_column(index));
  return Chunk::WithColumns(chunk, output_, std::move(columns));
}

Status CapturedTable::Widen(TableFacts facts, const ConvertOptions& options) {
  for (const ColumnFacts& before : facts_.columns) {
    const auto after = std::ranges::find(facts.columns, before.name, &ColumnFacts::name);
    if (after != facts.columns.end() && after->column_type == before.column_type &&
        after->charset == before.charset) {
      continue;
    }
    return {Code::kSchemaMismatch,
            fmt::format("table {}: column {} {} was changed or dropped later in the log",
                        path().ToString(), before.name, before.column_type)};
  }
  // Its key stays: a column that makes one is not followed, and the job file may have named it.
  facts.primary_key = facts_.primary_key;
  facts.version = facts_.version + 1;
  return Define(std::move(facts), options);
}

void CapturedTable::Passed(const LogPoint& at) {
  if (!contained_.empty() && contained_.highest() <= at) contained_ = {};
}

}  // namespace sluice::mysql
