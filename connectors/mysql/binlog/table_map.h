// SPDX-License-Identifier: Apache-2.0
// TableMap: what a TABLE_MAP event says about the columns of the rows that follow.
//
// With binlog_row_metadata = MINIMAL (the default) MySQL 8.0 writes types, nullability, signedness,
// character sets and geometry types; with FULL also names, labels, keys and visibility. Older
// servers write types and nullability only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "mysql/binlog/event.h"

namespace sluice::mysql {

// The type byte of a column. CHAR, BINARY, ENUM and SET all travel as kString; TableMap::Parse
// tells ENUM and SET apart from the metadata.
enum class WireType : uint8_t {
  kDecimal = 0,
  kTiny = 1,
  kShort = 2,
  kLong = 3,
  kFloat = 4,
  kDouble = 5,
  kNull = 6,
  kTimestamp = 7,
  kLongLong = 8,
  kInt24 = 9,
  kDate = 10,
  kTime = 11,
  kDateTime = 12,
  kYear = 13,
  kNewDate = 14,
  kVarchar = 15,
  kBit = 16,
  kTimestamp2 = 17,
  kDateTime2 = 18,
  kTime2 = 19,
  kTypedArray = 20,
  kBlobCompressed = 140,     // MariaDB's
  kVarcharCompressed = 141,  // MariaDB's
  kJson = 245,
  kNewDecimal = 246,
  kEnum = 247,
  kSet = 248,
  kTinyBlob = 249,
  kMediumBlob = 250,
  kLongBlob = 251,
  kBlob = 252,
  kVarString = 253,
  kString = 254,
  kGeometry = 255,
};
std::string_view WireTypeName(WireType type);

struct MappedColumn {
  WireType type = WireType::kNull;
  bool nullable = true;
  // By type: kVarchar, kVarString, kString: most bytes; kNewDecimal: precision; kBit: bits;
  // kBlob, kJson, kGeometry: bytes of the length field; kFloat, kDouble, kEnum, kSet: bytes of a
  // value; the temporal types with a 2: fraction digits.
  uint32_t length = 0;
  uint32_t scale = 0;                     // kNewDecimal
  std::optional<bool> is_unsigned;        // numeric columns
  std::optional<uint32_t> collation;      // text columns, ENUM and SET; 63 is binary
  std::optional<uint32_t> geometry_type;  // kGeometry
  std::string name;                       // empty: not written
  std::vector<std::string> labels;        // ENUM and SET; bytes in the column's character set
  bool visible = true;
};

struct TableMap {
  // kCorruption when the event is cut short or contradicts itself; unknown optional fields are
  // skipped.
  static Result<TableMap> Parse(const TableMapView& view);

  bool has_names() const { return !columns.empty() && !columns.front().name.empty(); }

  uint64_t table_id = 0;
  std::string database;
  std::string table;
  std::vector<MappedColumn> columns;
  std::vector<uint32_t> primary_key;  // indexes into columns; empty: none, or not written
};

}  // namespace sluice::mysql
