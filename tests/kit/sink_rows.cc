// SPDX-License-Identifier: Apache-2.0
#include "kit/sink_rows.h"

namespace sluice::kit {

SchemaRef SinkTable(const std::string& name) {
  auto schema = std::make_shared<Schema>();
  schema->path = {"kit", "", name};
  schema->columns = {{.name = "id", .type = Of(TypeKind::kBigInt), .nullable = false},
                     {.name = "name", .type = Of(TypeKind::kString)}};
  schema->primary_key = {0};
  return schema;
}

const std::vector<SchemaRef>& SinkTables() {
  static const std::vector<SchemaRef> tables = {SinkTable("first"), SinkTable("second")};
  return tables;
}

ChunkPtr MakeChunk(const SchemaRef& table, const std::vector<SinkRow>& rows) {
  ChunkBuilder builder(table);
  for (const SinkRow& row : rows) {
    builder.column(0).Append<int64_t>(row.id);
    if (row.name) {
      builder.column(1).AppendText(*row.name);
    } else {
      builder.column(1).AppendNull();
    }
    builder.EndRow(row.kind);
  }
  return builder.Finish(1);
}

std::vector<Batch> InsertBatches() {
  std::vector<Batch> batches;
  for (int64_t number = 0; number < 5; ++number) {
    const int64_t id = number * 10;
    Batch batch;
    if (number != 2) {
      batch.push_back(MakeChunk(SinkTables()[0], {{.id = id + 1, .name = "a"}, {.id = id + 2}}));
      batch.push_back(MakeChunk(SinkTables()[0], {{.id = id + 3, .name = "ü\n\"\\|"}}));
    }
    if (number % 2 == 0 && number != 2) {
      batch.push_back(MakeChunk(SinkTables()[1], {{.id = id + 4, .name = ""}}));
    }
    batches.push_back(std::move(batch));
  }
  return batches;
}

std::vector<Batch> ChangeBatches() {
  const auto& table = SinkTables()[0];
  using enum RowKind;
  return {
      {MakeChunk(table, {{kInsert, 1, "one"}, {kInsert, 2, "two"}, {kInsert, 3, "three"}})},
      {MakeChunk(table, {{kUpdateBefore, 1, "one"}, {kUpdateAfter, 1, "1"}, {kDelete, 2, "two"}})},
      // A key that comes and goes within one checkpoint, in several chunks.
      {MakeChunk(table, {{kInsert, 2, "again"}, {kDelete, 3, "three"}, {kInsert, 4, "four"}}),
       MakeChunk(table,
                 {{kDelete, 4, "four"}, {kUpdateBefore, 2, "again"}, {kUpdateAfter, 2, "2"}}),
       MakeChunk(table, {{kInsert, 3, std::nullopt}})},
  };
}

Contents After(const std::vector<Batch>& batches, size_t count, bool upserts) {
  std::vector<Event> events;
  Contents appended;
  for (size_t i = 0; i < count; ++i) {
    for (const ChunkPtr& chunk : batches[i]) {
      events.emplace_back(chunk);
      for (uint32_t row = 0; row < chunk->rows(); ++row) {
        appended[chunk->schema()->path.ToString()].insert(RowText(*chunk, row));
      }
    }
  }
  return upserts ? FoldRows(events, Fold::kUpsert).contents : appended;
}

}  // namespace sluice::kit
