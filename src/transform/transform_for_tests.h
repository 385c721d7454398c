// SPDX-License-Identifier: Apache-2.0
// What tests of transforms share: a transform of a block of a job file, a table, rows as text.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/transform.h"
#include "config/hocon.h"
#include "config/job_file.h"

namespace sluice {

// The transform, or null with what is wrong in `mistakes`; without `mistakes` nothing may be wrong.
template <typename T>
std::unique_ptr<Transform> MakeTransform(const std::string& block,
                                         std::string* mistakes = nullptr) {
  Diagnostics diagnostics;
  const auto value = ParseHocon(block, "f", {}, diagnostics);
  EXPECT_TRUE(value.has_value()) << diagnostics.ToStatus().ToString();
  auto made = T::Make({.section = "transform", .plugin_name = "T", .options = *value}, diagnostics);
  std::string text;
  for (const auto* remarks : {&diagnostics.errors(), &diagnostics.notes()}) {
    for (const Remark& remark : *remarks) text += remark.text + "\n";
  }
  if (mistakes != nullptr) {
    *mistakes = text;
  } else {
    EXPECT_EQ(text, "");
  }
  return made;
}
template <typename T>
std::string MistakesOf(const std::string& block) {
  std::string mistakes;
  EXPECT_EQ(MakeTransform<T>(block, &mistakes), nullptr) << block;
  return mistakes;
}

// shop.orders: id BIGINT, the key; name STRING, unique; price DECIMAL(10, 2).
inline SchemaRef OrdersTable(const std::string& table = "orders") {
  auto schema = std::make_shared<Schema>();
  schema->path = {"shop", "", table};
  schema->columns = {
      {.name = "id", .type = Of(TypeKind::kBigInt), .nullable = false, .comment = "number"},
      {.name = "name", .type = Of(TypeKind::kString), .length = 20, .comment = "who"},
      {.name = "price", .type = Decimal(10, 2), .source_type = "decimal(10,2)"}};
  schema->primary_key = {0};
  schema->unique_keys = {{1}};
  schema->comment = "kept";
  return schema;
}
// The same without the column.
inline SchemaRef Without(const SchemaRef& table, const std::string& column) {
  auto schema = std::make_shared<Schema>(*table);
  schema->columns.erase(schema->columns.begin() + *table->Find(column));
  if (column == "name") schema->unique_keys.clear();
  ++schema->version;
  return schema;
}

struct Order {
  RowKind kind = RowKind::kInsert;
  int64_t id = 0;
  std::optional<std::string> name;
};
// Prices are 1.50 each.
inline ChunkPtr Orders(const std::vector<Order>& rows, const SchemaRef& table = OrdersTable()) {
  ChunkBuilder builder(table);
  for (const Order& row : rows) {
    builder.Stamp(row.id * 1000);
    builder.column(0).Append<int64_t>(row.id);
    if (row.name) {
      builder.column(1).AppendText(*row.name);
    } else {
      builder.column(1).AppendNull();
    }
    builder.column(2).Append<Int128>(Int128{150});
    builder.EndRow(row.kind);
  }
  return builder.Finish(7, 9);
}

// "id name price"; the key behind '!', unique keys behind '?'.
inline std::string ColumnsOf(const Result<SchemaRef>& schema) {
  if (!schema) return "error: " + std::string(schema.error().message());
  const auto names = [&](const std::vector<uint32_t>& indexes) {
    std::string out;
    for (const uint32_t i : indexes) out += " " + (*schema)->columns[i].name;
    return out;
  };
  std::string out;
  for (const ColumnInfo& column : (*schema)->columns) {
    out += (out.empty() ? "" : " ") + column.name;
  }
  if (!(*schema)->primary_key.empty()) out += " !" + names((*schema)->primary_key);
  for (const auto& key : (*schema)->unique_keys) out += " ?" + names(key);
  return out;
}

struct Collected final : Emitter {
  std::vector<Event> events;
  void Emit(Event event) override { events.push_back(std::move(event)); }
  bool full() const override { return false; }
};

// The chunks that come of one; each keeps every invariant.
inline std::vector<ChunkPtr> Apply(Transform& transform, const ChunkPtr& chunk) {
  EXPECT_TRUE(transform.Bind(chunk->schema()));
  Collected out;
  const Status status = transform.Apply(chunk, out);
  EXPECT_TRUE(status.ok()) << status.ToString();
  std::vector<ChunkPtr> chunks;
  for (const Event& event : out.events) {
    chunks.push_back(std::get<ChunkPtr>(event));
    EXPECT_TRUE(chunks.back()->Check().ok()) << chunks.back()->Check().ToString();
  }
  return chunks;
}

// "INSERT 1|ann|1.50" of every row.
inline std::vector<std::string> RowsOf(const std::vector<ChunkPtr>& chunks) {
  std::vector<std::string> rows;
  for (const ChunkPtr& chunk : chunks) {
    for (uint32_t row = 0; row < chunk->rows(); ++row) {
      std::string text(RowKindName(chunk->kind(row)));
      for (size_t i = 0; i < chunk->column_count(); ++i) {
        text += (i == 0 ? " " : "|") + ValueText(chunk->column(i), row);
      }
      rows.push_back(std::move(text));
    }
  }
  return rows;
}

}  // namespace sluice
