// SPDX-License-Identifier: Apache-2.0
// Rows of events whose images lack columns, as a server writes them with binlog_row_image =
// MINIMAL, NOBLOB or MariaDB's FULL_NODUP. RowsReader, which reads whole images, is the fast one.
//
// The image before has at least the columns of the table's key, the one after what the statement
// set. What neither has is not known here.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "mysql/binlog/row_decoder.h"

namespace sluice::mysql {

// Whether an image of the event lacks a column. Cheap, and the same for all rows of the event.
bool LacksColumns(const RowsEvent& event);

// Appends null, or the least value of the type where null is not allowed.
void AppendNeutral(const ColumnDef& column, Column& out);

// Reads the rows of one event in order, as RowsReader does; for whole images too. Holds views of
// the event and refers to the plan: both must outlive it. One thread.
class ThinRowsReader {
 public:
  ThinRowsReader(const RowsEvent& event, const RowPlan& plan);

  bool done() const { return cursor_.empty(); }
  uint64_t row() const { return row_; }  // read or skipped so far
  // All these columns are in the image that tells the row: before, or after of an insert.
  bool Has(std::span<const uint32_t> columns) const;

  // Steps over one row. REQUIRES: !done().
  Status Skip();
  // Appends one row: +I; or -D; or -U and +U, also when the key changes. A column that an image
  // lacks is taken from the other one, as it did not change; one that both lack is neutral. True:
  // what the row is afterwards is known whole. Fails as RowsReader::Append does.
  // REQUIRES: !done(); out.schema() is the plan's table()->schema.
  Result<bool> Append(ChunkBuilder& out);

 private:
  // Where a value is.
  struct Place {
    enum class Kind : uint8_t { kAbsent, kNull, kValue };
    Kind kind = Kind::kAbsent;
    Cursor value{{}};
  };
  using Image = std::vector<Place>;  // of all columns

  Status ReadRow();
  Status ReadImage(bool after, Image& image);
  std::string_view BeginImage(bool after);
  // `first`, and what it lacks from `second`. True: nothing is lacking.
  Result<bool> AppendRow(const Image& first, const Image& second, ChunkBuilder& out) const;
  Status Damaged() const;

  const RowsEvent& event_;
  const RowPlan& plan_;
  Cursor cursor_;
  uint64_t row_ = 0;
  // Of the row read last. An image that its kind of event does not have is absent.
  Image before_;
  Image after_;
  bool changes_ = false;  // a JSON value afterwards is only known as changes
};

}  // namespace sluice::mysql
