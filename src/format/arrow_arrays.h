// SPDX-License-Identifier: Apache-2.0
// Chunks as arrays of the Arrow C data interface, and back. Buffers are handed over as they are,
// but for booleans, which Arrow packs, and timestamps, which are instants there: they are wall
// times of a zone here. Without a zone in Arrow too, they are read as they are.
#pragma once

#include <span>
#include <string>

#include "base/local_zone.h"
#include "data/chunk.h"
#include "format/arrow_abi.h"
#include "format/rows.h"

namespace sluice {

// A struct type of these columns. The caller releases it.
void ExportSchema(const Schema& schema, std::span<const EncodedColumn> columns, ArrowSchema* out);
// All rows of the chunk as a struct array of that type. Points into `chunk`, which outlives it.
// kSchemaMismatch for a time of day that Arrow has not.
Status ExportRows(const Chunk& chunk, std::span<const EncodedColumn> columns, const LocalZone& zone,
                  ArrowArray* out);

// The column of ours that holds values of `type`. kUnsupported without one; the message says what
// the type is.
Result<ColumnInfo> ImportColumn(const ArrowSchema& type);
// Bytes of text that values [begin, end) of `array` hold, or more where nulls are among them.
size_t TextBytes(const ArrowSchema& type, const ArrowArray& array, int64_t begin, int64_t end);
// Appends values [begin, end) of `array`. REQUIRES: `out` has the type of ImportColumn(type).
// kSchemaMismatch for a value that a column cannot hold; then those before it were appended.
Status ImportValues(const ArrowSchema& type, const ArrowArray& array, int64_t begin, int64_t end,
                    const LocalZone& zone, Column& out);

}  // namespace sluice
