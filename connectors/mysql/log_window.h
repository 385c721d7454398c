// SPDX-License-Identifier: Apache-2.0
// LogWindow: what the log says about the moment at which a snapshot was taken.
//
// A snapshot and a position cannot be read at one instant without a lock: the log runs ahead of
// what a SELECT sees. So the position is read after the snapshot was opened, and the transactions
// before that position that the snapshot may not see are taken from the log: their last images
// replace the rows read. The result is the table exactly at the position.
//
// With GTIDs the server tells which transactions a snapshot sees for certain, @@gtid_executed read
// before it is opened. Without them the window begins where the log stood some seconds earlier: an
// image that the snapshot sees already is only repeated, as the last image of a key always wins.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>

#include "api/sql_session.h"
#include "base/sync.h"
#include "mysql/binlog/row_decoder.h"
#include "mysql/known_tables.h"
#include "mysql/log_cursor.h"
#include "mysql/table_key.h"

namespace sluice::mysql {

// The keys that changed within a window.
struct WindowImages {
  // Identity of a key to the row of `images` that it has at the end; none: it is deleted.
  std::unordered_map<std::string, std::optional<uint32_t>> rows;
  ChunkPtr images;  // null when no key has a row
  // What the rows are at the end is not known, and nothing is kept: images lacked columns, or there
  // was more than fits into memory.
  bool lacking = false;
};

struct WindowTable {
  TableDefRef def;
  TableKey key;
  // The table by now, as statements may have changed it since `def`. Rows are read with the one of
  // both that the log describes, and have the columns of `def`. Null: it is still `def`.
  KnownTableRef now = nullptr;
};

// One connection. Blocks; used by one thread, except Interrupt.
class LogWindow {
 public:
  LogWindow(SqlClient& client, SqlEndpoint endpoint, uint32_t server_id)
      : client_(client), endpoint_(std::move(endpoint)), server_id_(server_id) {}

  // With GTIDs: transactions that are not in `visible`, up to `upto`. `table.now` was the table's
  // definition at a moment before `upto`. kSchemaMismatch: it was altered within the window, so
  // that its rows there cannot be told; a later window may be without that.
  Result<WindowImages> Read(const WindowTable& table, const GtidSet& visible, const LogPoint& upto);
  // Without: everything from `from` to `upto`.
  Result<WindowImages> Read(const WindowTable& table, const LogPoint& from, const LogPoint& upto);
  // The statements of the log between two places, in order.
  Status Statements(const LogPoint& from, const LogPoint& upto,
                    const std::function<void(const Query&)>& each);
  void Interrupt();  // any thread; every later call fails with kCancelled

 private:
  struct Scan;
  Status Open(const LogStart& start, LogPoint point);
  Result<WindowImages> Collect(const WindowTable& table, const GtidSet& visible,
                               const LogPoint& upto);
  Status Take(const LogEvent& event, Scan& scan);
  static Status TakeRows(const RowsEvent& event, Scan& scan);
  static Status Describe(const TableMapView& map, Scan& scan);
  static Result<ChunkPtr> NextRow(RowsReader& reader, Scan& scan);
  static void Keep(const Chunk& images, uint32_t row, Scan& scan);
  void Close();

  SqlClient& client_;
  const SqlEndpoint endpoint_;
  const uint32_t server_id_;
  std::unique_ptr<EventParser> parser_;
  LogCursor cursor_;
  GtidSet consumed_;  // transactions that the open stream has already given
  Mutex mutex_;       // guards the making and the interrupting of stream_
  std::unique_ptr<LogStream> stream_;
  bool interrupted_ = false;
};

}  // namespace sluice::mysql
