// SPDX-License-Identifier: Apache-2.0
// The law about changes of schema.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "kit/sink_laws.h"
#include "kit/sink_run.h"

namespace sluice::kit {
namespace {

const SchemaRef& Before() {
  return SinkTables()[1];
}

SchemaChange AddsAColumn() {
  auto after = std::make_shared<Schema>(*Before());
  after->columns.push_back({.name = "more", .type = Of(TypeKind::kInt)});
  ++after->version;
  return {Before(), after, "ALTER TABLE kit.second ADD COLUMN more INT"};
}

Batch RowOf(const SchemaRef& table) {
  ChunkBuilder builder(table);
  builder.column(0).Append<int64_t>(1000);
  builder.column(1).AppendText("new");
  builder.column(2).Append<int32_t>(7);
  builder.EndRow(RowKind::kInsert);
  return {builder.Finish(0)};
}

// Rows of before the change hold no value in the new column; some targets show them without it.
Contents WithoutNulls(Contents contents) {
  Rows rows;
  for (const std::string& row : contents["kit.second"]) {
    rows.insert(std::ranges::count(row, '|') == 2 && row.ends_with("|null")
                    ? row.substr(0, row.rfind('|'))
                    : row);
  }
  contents["kit.second"] = std::move(rows);
  return contents;
}

Status Apply(SinkRun& run, const SchemaChange& change) {
  return Insist([&] { return run.committer().Apply(change); });
}

}  // namespace

Verdict FollowsAChangeOfSchema(SinkFixture& fixture) {
  SinkRecord record;
  auto run = std::make_unique<SinkRun>(fixture, record);
  BROKEN_IF_ERROR(run->Start(), "starting");
  if (!run->sink().follows_schema_changes()) {
    return Skipped(
        "the sink does not follow changes of schema: a job that passes them on is "
        "refused");
  }
  const std::vector<Batch> batches = InsertBatches();
  BROKEN_IF_ERROR(run->Checkpoint(1, batches[0]), "the checkpoint before it");
  const SchemaChange change = AddsAColumn();
  BROKEN_IF_ERROR(Apply(*run, change), "applying it");
  BROKEN_IF_ERROR(Apply(*run, change), "applying it again");
  // A process that died then starts before the change, and meets it once more.
  run.reset();
  SinkRun next(fixture, record);
  BROKEN_IF_ERROR(next.Start(), "starting again before it");
  BROKEN_IF_ERROR(Apply(next, change), "applying it in the next process");
  BROKEN_IF_ERROR(next.writer(0).Rebind(change), "telling the writer");
  BROKEN_IF_ERROR(next.Checkpoint(2, RowOf(change.after)), "the checkpoint behind it");
  const auto visible = fixture.Visible();
  if (!visible) return Broken(visible.error().ToString());
  Contents expected = After(batches, 1, fixture.upserts());
  expected["kit.second"].insert("1000|new|7");
  BROKEN_IF(Difference(expected, WithoutNulls(*visible)), "behind it");
  return Holds();
}

}  // namespace sluice::kit
