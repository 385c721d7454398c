// SPDX-License-Identifier: Apache-2.0
// WriterTest: a writer of three tables before a fake cluster.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "starrocks/fake_cluster_for_tests.h"
#include "starrocks/writer.h"

namespace sluice::starrocks {

inline SchemaRef TableOf(const std::string& name) {
  auto schema = std::make_shared<Schema>();
  schema->path = {"shop", "", name};
  schema->columns = {{"id", Of(TypeKind::kBigInt), false}, {"v", Of(TypeKind::kString)}};
  schema->primary_key = {0};
  return schema;
}

struct Change {
  RowKind kind;
  int64_t id;
  std::string value;
};

inline ChunkPtr Rows(const SchemaRef& schema, const std::vector<Change>& rows,
                     int64_t source_micros = 1) {
  ChunkBuilder builder(schema);
  for (const Change& row : rows) {
    builder.column(0).Append<int64_t>(row.id);
    builder.column(1).AppendText(row.value);
    builder.EndRow(row.kind);
  }
  return builder.Finish(source_micros);
}

inline ChunkPtr Inserts(const SchemaRef& schema, int64_t first, int64_t count) {
  std::vector<Change> rows;
  for (int64_t i = 0; i < count; ++i) rows.push_back({RowKind::kInsert, first + i, "x"});
  return Rows(schema, rows);
}

inline TargetTable TargetOf(const Schema& schema) {
  TargetTable target{{"ods", schema.path.table}, {}, true};
  for (const ColumnInfo& column : schema.columns) target.facts.columns.push_back({column.name});
  for (const uint32_t i : schema.primary_key) target.facts.columns[i].key = true;
  return target;
}

class WriterTest : public testing::Test {
 protected:
  WriterTest() {
    options_.node_urls = {"fe1:8030", "fe2:8030"};
    options_.enable_upsert_delete = true;
    options_.retry_backoff_multiplier_ms = 0;
    for (const SchemaRef& schema : {a_, b_, c_}) {
      tables_[schema->path] = TargetOf(*schema);
    }
    Open();
  }
  void Open() {
    writer_.reset();
    targets_ = std::make_shared<SharedTargets>(tables_);
    writer_ = std::make_unique<StarrocksWriter>(world_.ctx, options_, 1, targets_,
                                                options_.flush_interval.has_value());
  }
  void Write(const ChunkPtr& chunk) { ASSERT_TRUE(writer_->Write(*chunk).ok()); }

  Result<std::vector<PreparedTxn>> Prepared(CheckpointId id) {
    Result<std::optional<sluice::Prepared>> polled = std::nullopt;
    world_.Until([&] {
      polled = writer_->PollPrepared(id);
      return !polled || polled->has_value();
    });
    if (!polled) return Fail(polled.error());
    return DecodeWork(**polled);
  }
  Result<std::vector<PreparedTxn>> SealAndPrepare(CheckpointId id) {
    RETURN_IF_ERROR(writer_->Seal(id));
    return Prepared(id);
  }
  std::string Joined(const std::string& table, const std::string& state) const {
    std::string all;
    for (const std::string& body : world_.cluster.Bodies(table, state)) all += body;
    return all;
  }
  std::vector<std::string> States() const {
    std::vector<std::string> states;
    for (const auto& txn : world_.cluster.transactions()) states.push_back(txn.state);
    return states;
  }

  const SchemaRef a_ = TableOf("a");
  const SchemaRef b_ = TableOf("b");
  const SchemaRef c_ = TableOf("c");
  FakeWorld world_;
  StarrocksOptions options_;
  TargetTables tables_;
  std::shared_ptr<SharedTargets> targets_;  // of the writer
  std::unique_ptr<StarrocksWriter> writer_;
};

}  // namespace sluice::starrocks
