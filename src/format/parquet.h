// SPDX-License-Identifier: Apache-2.0
// Parquet files, by Apache Arrow: an encoder, and a reader that finds its way by group and row.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/local_zone.h"
#include "format/rows.h"

namespace sluice {

enum class ParquetCompression : uint8_t { kNone, kSnappy, kLz4, kGzip, kBrotli, kZstd };

struct ParquetStyle {
  ParquetCompression compression = ParquetCompression::kNone;
  bool int96 = false;  // timestamps in the old form; else 64 bits
};

// Timestamps are wall times here, and as SeaTunnel has it they are in a file the instants that the
// zone's clocks showed them at: in milliseconds where a column has at most three digits of a
// second, in microseconds where it has more. Those that a file marks as wall times are read as they
// are.

// Rows leave the encoder a group at a time. `schema`: of the rows. kUnsupported when Arrow cannot
// be loaded.
Result<std::unique_ptr<RowEncoder>> MakeParquetEncoder(
    const Schema& schema, std::vector<EncodedColumn> columns, const ParquetStyle& style,
    const LocalZone& zone = LocalZone::OfProcess());

// Reads one file, in pieces of a few thousand rows. One thread; ReadAt of the file blocks.
class ParquetReader {
 public:
  struct FileColumn {
    ColumnInfo info;
    std::string unsupported;  // why it cannot be read; empty: it can
  };
  virtual ~ParquetReader() = default;
  // `name` is used in messages. kCorruption when the bytes are no parquet file.
  static Result<std::unique_ptr<ParquetReader>> Open(
      std::string name, std::unique_ptr<ReadableFile> file, uint64_t size,
      const LocalZone& zone = LocalZone::OfProcess());

  virtual const std::vector<FileColumn>& columns() const = 0;
  // What is to be read, and where to begin. `layout.fields` are those of columns(). A field whose
  // type differs from its column's is kSchemaMismatch.
  virtual Status Begin(RowLayout layout, uint64_t group, uint64_t row) = 0;
  // Appends rows until `rows` is full. False: the file is at its end.
  virtual Result<bool> Next(ChunkBuilder& rows) = 0;
  // The place of the next row: its group, and its number in it.
  virtual uint64_t group() const = 0;
  virtual uint64_t row() const = 0;
};

}  // namespace sluice
