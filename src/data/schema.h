// SPDX-License-Identifier: Apache-2.0
// Schema: one table at one version. Immutable once shared through a SchemaRef; safe to read from
// any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "data/type.h"

namespace sluice {

// Names of a table; parts that a system does not have are empty.
struct TablePath {
  std::string database;
  std::string schema;
  std::string table;

  friend auto operator<=>(const TablePath&, const TablePath&) = default;
  std::string ToString() const;  // "db.schema.table", absent parts skipped
};

struct ColumnInfo {
  std::string name;
  Type type;
  bool nullable = true;
  std::optional<int64_t> length;  // of kString and kBytes, in bytes; none: unlimited
  std::string comment;
  // Of a column that a schema change added: what the rows that were there already hold in it, as
  // text (data/text.h); none: null. Not encoded: only the change itself needs it.
  std::optional<std::string> initial = std::nullopt;
  // As the source's DDL spells it; shown, and used by sinks that know what values of the type are,
  // such as JSON. Empty once a transform has made other values.
  std::string source_type;
  // Of a column that a schema change renamed, in the schemas before and after it: its name at the
  // source before, whatever transforms call it; see RenamedColumns. Not encoded.
  std::string renamed_from = {};

  friend bool operator==(const ColumnInfo&, const ColumnInfo&) = default;
};

struct Schema {
  TablePath path;
  std::vector<ColumnInfo> columns;
  std::vector<uint32_t> primary_key;  // indexes into columns, in key order; empty: no key
  std::vector<std::vector<uint32_t>> unique_keys;  // without the primary key
  std::string comment;
  uint64_t version = 1;  // grows with each schema change of the table within a job

  friend bool operator==(const Schema&, const Schema&) = default;
  std::optional<uint32_t> Find(std::string_view column) const;
  // kSchemaMismatch naming the table and what is wrong: no columns, doubled names, key out of
  // range.
  Status Check() const;
};
using SchemaRef = std::shared_ptr<const Schema>;

// Columns that a schema change gave another name, as indexes into the schemas before and after it.
struct RenamedColumn {
  uint32_t before = 0;
  uint32_t after = 0;
  friend bool operator==(const RenamedColumn&, const RenamedColumn&) = default;
};
std::vector<RenamedColumn> RenamedColumns(const Schema& before, const Schema& after);

// For checkpoints: the schema in force at a position is part of the state.
void Encode(const Schema& schema, ByteWriter& out);
Schema DecodeSchema(ByteReader& in);  // check in.Finish() afterwards

}  // namespace sluice
