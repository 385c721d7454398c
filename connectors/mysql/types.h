// SPDX-License-Identifier: Apache-2.0
// MySQL's column types and sluice's, and values of snapshot rows.
//
// The law of this file and of binlog/row_decoder.h: a row gives the same chunk values whether a
// SELECT or the binary log brings it. The SELECT must run under SET NAMES utf8mb4 and
// SET time_zone = '+00:00', and its list must be SelectList's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "data/column.h"
#include "data/schema.h"
#include "mysql/binlog/charset.h"
#include "mysql/binlog/temporal.h"

namespace sluice::mysql {

enum class MysqlType : uint8_t {
  kTinyInt,
  kSmallInt,
  kMediumInt,
  kInt,
  kBigInt,
  kFloat,
  kDouble,
  kDecimal,
  kBit,
  kYear,
  kDate,
  kTime,
  kDateTime,
  kTimestamp,
  kChar,
  kVarchar,
  kText,
  kEnum,
  kSet,
  kJson,
  kBinary,
  kVarbinary,
  kBlob,
  kGeometry,
  kInet4,  // MariaDB's, as the next
  kInet6,
  kUuid,
};
std::string_view MysqlTypeName(MysqlType type);  // "MEDIUMINT"

// One row of information_schema.COLUMNS, as the server writes it.
struct ColumnFacts {
  std::string name;                            // COLUMN_NAME
  std::string data_type;                       // DATA_TYPE, "varchar"
  std::string column_type;                     // COLUMN_TYPE, "enum('a','b')"
  std::optional<std::string> charset;          // CHARACTER_SET_NAME
  std::optional<uint64_t> octet_length;        // CHARACTER_OCTET_LENGTH
  std::optional<uint64_t> precision;           // NUMERIC_PRECISION; bits of a BIT
  std::optional<uint64_t> scale;               // NUMERIC_SCALE
  std::optional<uint64_t> datetime_precision;  // DATETIME_PRECISION
  bool nullable = true;                        // IS_NULLABLE = 'YES'
  std::string comment;                         // COLUMN_COMMENT

  friend bool operator==(const ColumnFacts&, const ColumnFacts&) = default;
};

// An index other than the primary key.
struct IndexFacts {
  std::string name;  // empty in states of a version that did not keep it
  bool unique = false;
  std::vector<std::string> columns;  // an empty name stands for an expression

  friend bool operator==(const IndexFacts&, const IndexFacts&) = default;
};

// A table, its columns in ordinal order: all of them, for the log carries all of them.
struct TableFacts {
  TablePath path;
  std::vector<ColumnFacts> columns;
  std::vector<std::string> primary_key;  // column names in key order
  std::vector<IndexFacts> indexes;       // by name
  std::string charset;                   // of columns that name none; empty: not known
  std::string comment;
  uint64_t version = 1;
  // It was asked of the server after a statement that could not be followed, so that it may be the
  // definition of a later place in the log.
  bool assumed = false;

  // Columns of the unique indexes that have no expression.
  std::vector<std::vector<std::string>> UniqueKeys() const;

  friend bool operator==(const TableFacts&, const TableFacts&) = default;
};
// For checkpoints: the definition in force at a position is part of the state. Definitions that
// earlier versions saved are read too.
void Encode(const TableFacts& facts, ByteWriter& out);
TableFacts DecodeTableFacts(ByteReader& in);  // check in.Finish() afterwards

struct ConvertOptions {
  bool int_type_narrowing = true;  // TINYINT(1) is BOOLEAN
  ZoneOffset zone;                 // of the server's local time, for TIMESTAMP; empty: UTC
};

// One column, ready to convert values. `info` is what the schema shows.
struct ColumnDef {
  ColumnInfo info;
  MysqlType type = MysqlType::kInt;
  bool is_unsigned = false;
  const Charset* charset = nullptr;  // text, ENUM, SET and JSON; null for other types
  uint32_t length = 0;               // BINARY: bytes; BIT: bits; DECIMAL: precision
  uint32_t scale = 0;                // DECIMAL
  uint32_t fsp = 0;                  // fraction digits of TIME, DATETIME, TIMESTAMP
  std::vector<std::string> labels;   // ENUM and SET, in UTF-8
  ZoneOffset zone;                   // TIMESTAMP
};

// Immutable and shared. columns[i] is schema->columns[i].
struct TableDef {
  TablePath path;
  std::vector<ColumnDef> columns;
  SchemaRef schema;
};
using TableDefRef = std::shared_ptr<const TableDef>;

// kUnsupported naming column and type when sluice has none for it.
Result<ColumnDef> MakeColumn(const ColumnFacts& facts, const ConvertOptions& options);
// The same for a table: one message names every such column.
Result<TableDefRef> MakeTable(const TableFacts& facts, const ConvertOptions& options);

// The SELECT list that reads the columns without losing digits: "`id`, `price` * 1e0, ...". The
// text protocol rounds FLOAT to six digits unless it is made a DOUBLE.
std::string SelectList(const TableDef& table);
std::string QuoteName(std::string_view name);  // `na``me`

// Appends one value of a SELECT's answer in the text protocol to `out`, whose type is
// column.info.type. kSchemaMismatch naming the column when the value does not fit; `out` is then
// unchanged.
Status AppendText(const ColumnDef& column, std::optional<std::string_view> text, Column& out);

}  // namespace sluice::mysql
