// SPDX-License-Identifier: Apache-2.0
// How the values of one column lie in a row image, and where they go. Internal to the room.
#pragma once

#include "mysql/binlog/cursor.h"
#include "mysql/binlog/table_map.h"
#include "mysql/types.h"

namespace sluice::mysql {

// What a value is, after the log's type and the column's type are both known.
enum class ValueOp : uint8_t {
  kBoolean8,
  kInt8,
  kUint8,
  kInt16,
  kUint16,
  kInt24,
  kUint24,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kFloat,
  kDouble,
  kDecimal,
  kYear,
  kDate,
  kTime2,
  kTime,
  kDateTime2,
  kDateTime,
  kTimestamp2,
  kTimestamp,
  kBitBoolean,
  kBitBytes,
  kEnum,
  kSet,
  kUtf8,     // length-prefixed text that is UTF-8 already
  kCharset,  // length-prefixed text of another character set
  kBytes,    // length-prefixed
  kPadded,   // length-prefixed, filled with zeros to BINARY(n)
  kJson,     // length-prefixed
  kGeometry,
  kCompressed,  // length-prefixed, of MariaDB
  kInet4,       // length-prefixed, as the next
  kInet6,
  kUuid,
};

struct ColumnPlan {
  const ColumnDef* def = nullptr;  // of the RowPlan's table
  ValueOp op = ValueOp::kBytes;
  uint32_t size = 0;      // bytes of a value, or of its length prefix
  bool prefixed = false;  // `size` is a length prefix
};

// kSchemaMismatch when the log's column cannot be the catalog's.
Result<ColumnPlan> PlanColumn(const MappedColumn& mapped, const ColumnDef& def);

// Steps over one value.
inline void SkipValue(const ColumnPlan& plan, Cursor& cursor) {
  cursor.Skip(plan.prefixed ? cursor.UintLe(plan.size) : plan.size);
}
// Decodes one value. kSchemaMismatch: it does not fit; kCorruption comes from the cursor.
Status AppendLogValue(const ColumnPlan& plan, Cursor& cursor, Column& out);

}  // namespace sluice::mysql
