// SPDX-License-Identifier: Apache-2.0
// ThinEvent: a rows event whose images lack columns, on its way into the chunks of its table. Rows
// are decoded some at a time; what they lack is asked of the server (row_lookup.h).
//
// A row that is found is emitted as it is read, which may be of a later moment: whatever changed it
// since lies in the log further on, and comes again. So does whatever took away a row that is not
// found, so that this leaves nothing but the delete of an old key.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "mysql/binlog/thin_rows.h"
#include "mysql/captured_table.h"
#include "mysql/row_lookup.h"

namespace sluice::mysql {

// kUnsupported naming the remedy: rows of the table cannot be looked up by its key.
Status CheckRereadable(const TableDef& def, const TableKey& key);

class ThinEvent {
 public:
  // A row's transaction: where it begins, and when it was committed.
  struct At {
    LogPoint begin;
    int64_t micros = 0;
  };

  // Holds views of the event and refers to the table, both must outlive it. REQUIRES: Map of the
  // table was OK.
  ThinEvent(const RowsEvent& event, CapturedTable& table);

  // Rows appended or skipped so far: LogPosition.rows.
  uint64_t row() const { return row_; }
  bool done() const { return rows_.empty() && reader_.done(); }
  Status Skip();  // REQUIRES: nothing was decoded, !done()

  // Decodes the next rows. kUnsupported: they cannot be looked up. REQUIRES: !done(), nothing that
  // was decoded is left.
  Status Decode(const At& at);
  bool decoded() const { return !rows_.empty(); }
  // The next row waits for what Question asks.
  bool asks() const {
    return decoded() && rows_.front().key &&
           !(answer_ && answer_->found.contains(*rows_.front().key));
  }
  // Without parts. Its keys are appended to `keys`, of the exact definition.
  RowQuestion Question(ChunkBuilder& keys) const;
  // What was asked, or what serves this event as well.
  void Take(std::shared_ptr<const RowAnswer> answer) { answer_ = std::move(answer); }
  // The next row, as up to two of the table's. REQUIRES: decoded(), !asks().
  void AppendRow(const At& at);

 private:
  struct Row {
    uint32_t image = 0;           // the first of images_, and of keys_
    std::optional<KeyBound> key;  // to look it up by
  };

  Status DecodeRow(ThinRowsReader& exact, const At& at, ChunkBuilder& images, ChunkBuilder& keys);
  Status CheckKeys() const;
  bool Moved(uint32_t image) const;
  void AppendFound(const Row& row, const At& at);
  // Of keys_: what the row at `image` is looked up by.
  uint32_t KeyRow(uint32_t image) const {
    return image + (event_.kind == RowsKind::kUpdate ? 1 : 0);
  }

  const RowsEvent& event_;
  CapturedTable& table_;
  ThinRowsReader reader_;
  std::optional<ThinRowsReader> exact_;  // the same rows with the exact definition
  uint64_t row_ = 0;

  // Of the rows decoded.
  std::deque<Row> rows_;
  ChunkPtr images_;
  ChunkPtr keys_;
  std::shared_ptr<const RowAnswer> answer_;
};

}  // namespace sluice::mysql
