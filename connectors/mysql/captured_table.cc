// SPDX-License-Identifier: Apache-2.0
#include "mysql/captured_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::mysql {

Result<CapturedTable> CapturedTable::Make(TableFacts facts, TableOutput output,
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
  exact_plan_.reset();
  exact_.reset();
  builder_.emplace(def_->schema);
  projection_.clear();
  const auto& columns = output_.schema->columns;
  for (size_t i = 0; i < columns.size(); ++i) {
    const std::string& source = output_.sources[i];
    const auto index = source.empty() ? std::nullopt : def_->schema->Find(source);
    const bool fits =
        source.empty() || (index && def_->schema->columns[*index].type == columns[i].type);
    if (!fits) {
      return {Code::kSchemaMismatch,
              fmt::format("table {}: the target has a column {} {}, which the table no longer has",
                          path().ToString(), columns[i].name, columns[i].type.ToString())};
    }
    projection_.push_back(index);
  }
  whole_ = columns.size() == def_->columns.size();
  for (uint32_t i = 0; i < projection_.size(); ++i) whole_ = whole_ && projection_[i] == i;
  return {};
}

Status CapturedTable::Map(const TableMapView& view) {
  if (plan_ && plan_->Fits(view)) return {};
  auto plan = RowPlan::Make(view, def_);
  if (!plan && facts_.assumed) {
    return plan.error().In(
        "reading rows with the definition that the server gave for a statement "
        "before them");
  }
  if (!plan) return plan.error();
  plan_ = std::move(*plan);
  exact_plan_.reset();
  return {};
}

Result<RowPlan*> CapturedTable::exact_plan() {
  if (!exact_) {
    ASSIGN_OR_RETURN(exact_, ExactTable(facts_));
  }
  if (!exact_plan_) {
    ASSIGN_OR_RETURN(exact_plan_, plan_->With(exact_));
  }
  return &*exact_plan_;
}

void CapturedTable::Begin(const LogPoint& at, int64_t micros) {
  oldest_micros_ = micros;
  first_at_ = at;
}

Status CapturedTable::AppendRow(RowsReader& rows, const LogPoint& at, int64_t micros) {
  if (builder_->empty()) Begin(at, micros);
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
    const auto column = [&](uint32_t i) -> const Column& { return images->column(i); };
    if (!contained_.Contain(RowKey(key_, column, row), at)) builder_->CopyRow(*images, row);
  }
  return {};
}

void CapturedTable::AppendImage(const Chunk& from, uint32_t row, RowKind kind, const LogPoint& at,
                                int64_t micros) {
  const auto column = [&](uint32_t i) -> const Column& { return from.column(i); };
  if (!contained_.empty() && Brought(RowKey(key_, column, row), at)) return;
  if (builder_->empty()) Begin(at, micros);
  builder_->Stamp(micros);
  for (size_t i = 0; i < from.column_count(); ++i) {
    builder_->column(i).AppendFrom(from.column(i), row);
  }
  builder_->EndRow(kind);
}

ChunkPtr CapturedTable::Finish(int64_t now_micros) {
  if (builder_->empty()) return nullptr;
  builder_->SetPlace(fmt::format("{}:{}", first_at_.file, first_at_.offset));
  return Projected(builder_->Finish(oldest_micros_, now_micros));
}

ChunkPtr CapturedTable::Projected(const ChunkPtr& chunk) const {
  const SchemaRef& schema = output_.schema;
  if (whole_) return chunk->schema() == schema ? chunk : Chunk::WithSchema(chunk, schema);
  std::vector<ColumnPtr> columns;
  columns.reserve(projection_.size());
  for (size_t i = 0; i < projection_.size(); ++i) {
    if (projection_[i]) {
      columns.push_back(chunk->shared_column(*projection_[i]));
      continue;
    }
    Column nulls(schema->columns[i].type);
    for (uint32_t row = 0; row < chunk->rows(); ++row) nulls.AppendNull();
    columns.push_back(std::make_shared<const Column>(std::move(nulls)));
  }
  return Chunk::WithColumns(chunk, schema, std::move(columns));
}

Result<bool> CapturedTable::Redefine(Definition definition, TableOutput output,
                                     const ConvertOptions& options) {
  definition.facts.version = facts_.version + 1;
  output_ = std::move(output);
  const TableDefRef def = def_;
  const TableKey key = key_;
  RETURN_IF_ERROR(Define(std::move(definition.facts), options));
  // One range of all rows holds any key.
  const auto& ranges = contained_.ranges();
  if (ranges.size() == 1 && ranges[0].range.whole()) return false;
  return !SameKey(*def, key, definition.before) && Repeat();
}

// Whether the key is still that of an earlier definition, in columns that hold the same values.
bool CapturedTable::SameKey(const TableDef& def, const TableKey& key,
                            const std::vector<std::string>& before) const {
  return std::ranges::equal(key.columns, key_.columns, [&](uint32_t was, uint32_t is) {
    const ColumnDef& from = def.columns[was];
    const ColumnDef& to = def_->columns[is];
    return SameWord(from.info.name, before[is]) && from.type == to.type &&
           from.info.type == to.info.type;
  });
}

bool CapturedTable::Repeat() {
  const bool ahead = !contained_.empty();
  contained_ = {};
  return ahead;
}

void CapturedTable::Passed(const LogPoint& at) {
  if (!contained_.empty() && contained_.highest() <= at) contained_ = {};
}

}  // namespace sluice::mysql
