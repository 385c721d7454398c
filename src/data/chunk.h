// SPDX-License-Identifier: Apache-2.0
// Chunk: rows of one table at one schema version. Immutable once emitted; then safe to read from
// any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "data/column.h"
#include "data/schema.h"

namespace sluice {

enum class RowKind : uint8_t { kInsert = 0, kUpdateBefore = 1, kUpdateAfter = 2, kDelete = 3 };
std::string_view RowKindName(RowKind kind);  // "INSERT", "UPDATE_BEFORE", ...
std::string_view RowKindSign(RowKind kind);  // "+I", "-U", "+U", "-D"

// The limits at which a builder closes a chunk, whichever comes first (age is the reader's
// business).
inline constexpr uint32_t kChunkRowsMax = 4096;
inline constexpr size_t kChunkBytesMax = size_t{1} << 20U;

// A finished column. Chunks that differ in schema, order or choice of columns share it.
using ColumnPtr = std::shared_ptr<const Column>;

// The rows from `first_row` up to the next stamp were committed at the source at `micros` (wall
// microseconds; 0: unknown).
struct CommitStamp {
  uint32_t first_row = 0;
  int64_t micros = 0;

  friend bool operator==(const CommitStamp&, const CommitStamp&) = default;
};

class Chunk {
 public:
  Chunk(SchemaRef schema, std::vector<ColumnPtr> columns, std::vector<RowKind> kinds);
  Chunk(SchemaRef schema, std::vector<Column> columns, std::vector<RowKind> kinds);

  const SchemaRef& schema() const { return schema_; }
  uint32_t rows() const { return rows_; }
  // Empty: every row is an insert. Otherwise one a row; a -U is followed by its +U in the same
  // chunk.
  std::span<const RowKind> kinds() const { return kinds_; }
  RowKind kind(uint32_t row) const { return kinds_.empty() ? RowKind::kInsert : kinds_[row]; }
  const Column& column(size_t i) const { return *columns_[i]; }
  const ColumnPtr& shared_column(size_t i) const { return columns_[i]; }
  const std::vector<ColumnPtr>& shared_columns() const { return columns_; }
  size_t column_count() const { return columns_.size(); }
  size_t bytes() const;  // what queues and budgets are charged

  // Commit time at the source of the oldest row here, wall microseconds; 0: unknown. For latency.
  int64_t source_micros = 0;
  // When the reader closed this chunk, wall microseconds; 0: unknown.
  int64_t read_micros = 0;
  // Growing first_row; empty: no commit time is known (rows of a snapshot).
  std::vector<CommitStamp> stamps;
  // Where the source read the first of the rows, for people: "binlog.000003:1234". Null: unknown.
  std::shared_ptr<const std::string> place;
  int64_t commit_micros(uint32_t row) const;  // 0: unknown

  // Every invariant of this header and of data/column.h; kInternal naming the first one broken.
  Status Check() const;
  // The same rows under another schema of equal column types (a renamed table). Copies no values.
  static std::shared_ptr<const Chunk> WithSchema(const std::shared_ptr<const Chunk>& chunk,
                                                 SchemaRef schema);
  // The same rows with other columns, those of `schema`; kinds and times stay. Copies no values.
  static std::shared_ptr<const Chunk> WithColumns(const std::shared_ptr<const Chunk>& chunk,
                                                  SchemaRef schema, std::vector<ColumnPtr> columns);
  // The same rows, each an insert. Copies no values.
  static std::shared_ptr<const Chunk> AsInserts(const std::shared_ptr<const Chunk>& chunk);

 private:
  SchemaRef schema_;
  std::vector<ColumnPtr> columns_;
  std::vector<RowKind> kinds_;
  uint32_t rows_ = 0;
};
using ChunkPtr = std::shared_ptr<const Chunk>;

// Builds chunks of one schema, row by row: append one value to every column(), then EndRow(). One
// thread.
class ChunkBuilder {
 public:
  explicit ChunkBuilder(SchemaRef schema);

  const SchemaRef& schema() const { return schema_; }
  Column& column(size_t i) { return columns_[i]; }
  RowKind kind(uint32_t row) const {  // REQUIRES: row < rows()
    return row < kinds_.size() ? kinds_[row] : RowKind::kInsert;
  }
  void EndRow(RowKind kind);
  // The rows that follow were committed at the source at `micros`; 0, as at the beginning: unknown.
  void Stamp(int64_t micros) {
    if (micros != stamp_) AddStamp(micros);
  }
  // Where the source read the rows that follow, or the first of them: Chunk::place.
  void SetPlace(std::string place) {
    place_ = std::make_shared<const std::string>(std::move(place));
  }
  uint32_t rows() const { return rows_; }
  bool empty() const { return rows_ == 0; }
  // True at kChunkRowsMax or about kChunkBytesMax; text goes beyond it by the last row only. A
  // caller closes the chunk between rows, never inside an update.
  bool full() const { return rows_ >= kChunkRowsMax || bytes_ >= kChunkBytesMax; }
  // The rows so far as a chunk; the builder is empty again. REQUIRES: !empty().
  ChunkPtr Finish(int64_t source_micros, int64_t read_micros = 0);
  // One row of `from`, with its commit time. REQUIRES: same column types
  void CopyRow(const Chunk& from, uint32_t row) { CopyRow(from, row, from.kind(row)); }
  void CopyRow(const Chunk& from, uint32_t row, RowKind kind);

 private:
  void Reset();
  void AddStamp(int64_t micros);

  SchemaRef schema_;
  std::vector<Column> columns_;
  std::vector<RowKind> kinds_;
  std::vector<CommitStamp> stamps_;
  std::shared_ptr<const std::string> place_;
  int64_t stamp_ = 0;
  uint32_t rows_ = 0;
  size_t bytes_ = 0;
  std::vector<size_t> texts_;  // the columns of text and bytes
  size_t rest_bytes_ = 0;      // of all else than their values, as last summed
};

// A stable hash of the key columns of a row: the same key gives the same value in every chunk and
// every run. `key` are column indexes; empty hashes all columns.
uint64_t HashKey(const Chunk& chunk, uint32_t row, std::span<const uint32_t> key);

// One value as text for people: logs, the Console sink, test failures. "null" for a null.
std::string ValueText(const Column& column, uint32_t row);

}  // namespace sluice
