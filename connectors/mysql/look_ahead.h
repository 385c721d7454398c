// SPDX-License-Identifier: Apache-2.0
// LookAhead: which rows of a table the events behind one will have to look up, as far as they are
// here already, so that one question serves them all. Small transactions would else cost a question
// each.
//
// A row that was read once serves every event whose transaction was visible by then.
#pragma once

#include <set>

#include "mysql/captured_table.h"
#include "mysql/log_cursor.h"
#include "mysql/log_fetcher.h"
#include "mysql/row_lookup.h"

namespace sluice::mysql {

class LookAhead {
 public:
  // `parser` and `cursor` as they are behind an event of rows of `table`, which has `table_id`;
  // they are copied. `question` asks for rows of that event, in one part, and has no keys yet: they
  // are the rows of `keys`, of the exact definition. REQUIRES: table.exact_plan() is OK.
  LookAhead(const EventParser& parser, const LogCursor& cursor, CapturedTable& table,
            uint64_t table_id, ChunkBuilder& keys, RowQuestion& question);

  // Adds what the events from `from` on want, up to one that might change the table, or so much
  // that it is enough. What cannot be read ends it without a word: whoever comes there will say it.
  void Run(const LogBatch& batch, size_t from);

 private:
  bool Take(const LogEvent& event, size_t index);  // false: no further
  bool TakeRows(const RowsEvent& event, size_t index);
  bool TakePayload(const TransactionPayload& payload, size_t index);
  void Want(uint32_t row, size_t index);
  bool enough() const { return question_.rows.size() >= kLookupKeysMax || keys_.full(); }

  EventParser parser_;
  LogCursor cursor_;
  CapturedTable& table_;
  std::set<uint64_t> ids_;  // of the table
  ChunkBuilder& keys_;
  RowQuestion& question_;
  TransactionId transaction_;
  LogPoint begins_;
};

}  // namespace sluice::mysql
