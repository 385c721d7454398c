// SPDX-License-Identifier: Apache-2.0
// The rows that laws write into sinks: two tables with the columns id BIGINT (the key) and name
// STRING.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/chunk.h"
#include "kit/contents.h"

namespace sluice::kit {

SchemaRef SinkTable(const std::string& name);  // kit.NAME
const std::vector<SchemaRef>& SinkTables();    // kit.first, kit.second

struct SinkRow {
  RowKind kind = RowKind::kInsert;
  int64_t id = 0;
  std::optional<std::string> name;
};
ChunkPtr MakeChunk(const SchemaRef& table, const std::vector<SinkRow>& rows);

// The chunks of one checkpoint.
using Batch = std::vector<ChunkPtr>;
// Checkpoints that insert other keys each, in both tables; the third is empty.
std::vector<Batch> InsertBatches();
// Checkpoints that update and delete what those before them wrote.
std::vector<Batch> ChangeBatches();

// What the first `count` checkpoints leave: by key, or as rows appended one by one.
Contents After(const std::vector<Batch>& batches, size_t count, bool upserts);

}  // namespace sluice::kit
