// SPDX-License-Identifier: Apache-2.0
// Column types as the servers' DDL spells them, and values as their text protocols send them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/sql_session.h"
#include "data/column.h"
#include "data/schema.h"

namespace sluice::jdbc {

struct ReadOptions {
  SqlServer server = SqlServer::kMysql;
  bool tiny_int_is_bit = true;
  bool zero_dates_are_null = false;
};

// How a column's text becomes values.
struct ColumnReader {
  ColumnInfo info;
  enum class Form : uint8_t {
    kPlain,
    kBits,       // MySQL's BIT as a boolean
    kHexBytes,   // PostgreSQL's bytea
    kGeometry,   // MySQL's: the SRID before the WKB is left out
    kAsDouble,   // MySQL's FLOAT: read as a DOUBLE, for its text has six digits only
    kAsNumeric,  // PostgreSQL's money: its text is made for people
  } form = Form::kPlain;
  bool zero_is_null = false;
};

// Nothing when sluice has no such type. `type`: "decimal(10,2) unsigned", "character varying(30)".
// `octets`: the length in bytes where the catalog knows it.
std::optional<ColumnReader> ReaderOf(const std::string& name, const std::string& type,
                                     std::optional<int64_t> octets, const ReadOptions& options);

// Appends one value. kSchemaMismatch naming the column when the text does not fit; `out` is then
// unchanged.
Status AppendText(const ColumnReader& reader, std::optional<std::string_view> text, Column& out);

}  // namespace sluice::jdbc
