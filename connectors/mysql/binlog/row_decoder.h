// SPDX-License-Identifier: Apache-2.0
// Rows events straight into the columns of a ChunkBuilder.
//
//   RowPlan    the decoding of one table, compiled once from its table map and its definition
//   RowsReader one rows event, row by row
//
// A chunk value decoded here equals the one AppendText (mysql/types.h) makes of the same row read
// by a SELECT.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "data/chunk.h"
#include "mysql/binlog/cursor.h"
#include "mysql/binlog/event.h"
#include "mysql/binlog/table_map.h"
#include "mysql/types.h"

namespace sluice::mysql {

// How one column is decoded (mysql/binlog/row_plan.h).
struct ColumnPlan;

// Movable, not copyable. Use by one thread at a time.
class RowPlan {
 public:
  // `def` is the table as the catalog knows it; chunks get its schema. kSchemaMismatch when the log
  // describes another shape (count, types, signedness, names where the log has them): the log was
  // written before or after a DDL that the catalog does not reflect.
  static Result<RowPlan> Make(const TableMapView& view, TableDefRef def);
  RowPlan(RowPlan&&) noexcept;
  RowPlan& operator=(RowPlan&&) noexcept;
  ~RowPlan();

  // The table map says the same as the one this plan was made from, whatever its table id.
  bool Fits(const TableMapView& view) const { return view.body == body_; }
  // The same rows of the log read with another definition of their table.
  Result<RowPlan> With(TableDefRef def) const;
  const TableDefRef& table() const { return def_; }

 private:
  friend class RowsReader;
  friend class ThinRowsReader;
  RowPlan();

  std::string body_;
  TableDefRef def_;
  std::vector<ColumnPlan> columns_;
};

// Reads the rows of one event in order. A row of an update event is one row here, of two images.
// Holds views of the event and refers to the plan: both must outlive it. One thread.
class RowsReader {
 public:
  // Errors of the event itself (columns missing from the images, another number of columns) come
  // with the first Skip or Append.
  RowsReader(const RowsEvent& event, RowPlan& plan);

  // True when the event is used up. False after an error: check the Status of the calls.
  bool done() const { return cursor_.empty(); }
  // Rows read or skipped so far: LogPosition.rows.
  uint64_t row() const { return row_; }

  // Steps over one row without decoding it, to resume inside an event. REQUIRES: !done().
  Status Skip();

  // Appends one row: +I; or -D; or -U and +U, which become -D and +I when a primary key value
  // changes. Returns the number of rows of the builder it made, 1 or 2. A caller closes full chunks
  // between calls. After an error the builder holds half a row and must be thrown away.
  // kSchemaMismatch: a value does not fit its column type; kUnsupported: an image lacks columns;
  // kCorruption: the bytes are no row. All name the table, and the column where there is one.
  // REQUIRES: !done(); out.schema() is the plan's table()->schema.
  Result<uint32_t> Append(ChunkBuilder& out);

 private:
  Status CheckEvent() const;
  Status AppendImage(ChunkBuilder& out, bool after);
  Status AppendChanged(size_t column, Column& out);
  void SkipImage(bool after);
  void BeginImage(bool after);
  bool KeyChanged(ChunkBuilder& out, uint32_t first) const;
  Status ColumnError(size_t column, const Status& status) const;

  const RowsEvent& event_;
  RowPlan& plan_;
  Cursor cursor_;
  uint64_t row_ = 0;
  bool checked_ = false;
  // Of the image being read: bit i says that the i-th JSON column holds changes. Empty: none does.
  std::string_view partial_;
  std::vector<std::string_view> before_;  // JSON values of the row's first image, by column
};

}  // namespace sluice::mysql
