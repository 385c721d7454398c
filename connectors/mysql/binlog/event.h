// SPDX-License-Identifier: Apache-2.0
// The events of a binary log, version 4 (MySQL 5.0 to 8.x, MariaDB), from bytes. Pure: no I/O, and
// no allocation for the events that carry rows.
//
// How a log reader uses this room:
//
//   EventParser parser;
//   for each packet `raw` of the server (or of binlog/file_reader.h):
//     LogEvent event = parser.Parse(raw);         // views into `raw`
//     switch on event.body:
//       Rotate            position.file, position.tx_offset = next file, its position
//       Gtid              a transaction begins at header.next_position - header.size: remember it
//       Query             BEGIN, COMMIT, ROLLBACK, XA ..., SAVEPOINT, or a DDL statement
//       TableMapView      look the table up; keep RowPlan::Make's plan under table_id and reuse it
//                         while plan.Fits(view): the same bytes come before every rows event
//       RowsEvent         RowsReader reader(rows, plan); reader.Append(builder) row by row
//       Xid               the transaction is committed; position moves behind header.next_position
//       TransactionPayload  a whole transaction: PayloadReader gives the events inside
//
// Events inside a payload have no position of their own: count them (LogPosition.events).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/status.h"

namespace sluice::mysql {

// The type byte of the common header.
enum class EventType : uint8_t {
  kUnknown = 0,
  kQuery = 2,
  kStop = 3,
  kRotate = 4,
  kIntvar = 5,
  kAppendBlock = 9,
  kDeleteFile = 11,
  kRand = 13,
  kUserVar = 14,
  kFormatDescription = 15,
  kXid = 16,
  kBeginLoadQuery = 17,
  kExecuteLoadQuery = 18,
  kTableMap = 19,
  kWriteRowsV1 = 23,
  kUpdateRowsV1 = 24,
  kDeleteRowsV1 = 25,
  kIncident = 26,
  kHeartbeat = 27,
  kIgnorable = 28,
  kRowsQuery = 29,
  kWriteRows = 30,
  kUpdateRows = 31,
  kDeleteRows = 32,
  kGtid = 33,
  kAnonymousGtid = 34,
  kPreviousGtids = 35,
  kTransactionContext = 36,
  kViewChange = 37,
  kXaPrepare = 38,
  kPartialUpdateRows = 39,
  kTransactionPayload = 40,
  kHeartbeatV2 = 41,
  // MariaDB's own.
  kAnnotateRows = 160,
  kBinlogCheckpoint = 161,
  kMariadbGtid = 162,
  kMariadbGtidList = 163,
  kStartEncryption = 164,
  kQueryCompressed = 165,
  kWriteRowsCompressedV1 = 166,
  kUpdateRowsCompressedV1 = 167,
  kDeleteRowsCompressedV1 = 168,
  kWriteRowsCompressed = 169,
  kUpdateRowsCompressed = 170,
  kDeleteRowsCompressed = 171,
};
std::string_view EventTypeName(EventType type);  // "WRITE_ROWS"; "UNKNOWN" for others

inline constexpr size_t kEventHeaderSize = 19;

struct EventHeader {
  uint32_t timestamp = 0;  // seconds since 1970 UTC, when the statement began
  EventType type = EventType::kUnknown;
  uint32_t server_id = 0;
  uint32_t size = 0;           // header, payload and checksum
  uint32_t next_position = 0;  // end of the event in its file; 0 inside a payload; wraps at 4 GiB
  uint16_t flags = 0;

  bool artificial() const { return (flags & 0x20U) != 0; }  // made up for the dump, not in a file
  bool ignorable() const { return (flags & 0x80U) != 0; }
};

enum class ChecksumAlgorithm : uint8_t { kNone = 0, kCrc32 = 1 };

struct FormatDescription {
  std::string_view server_version;  // "8.0.33"
  ChecksumAlgorithm checksum = ChecksumAlgorithm::kNone;
};

struct Rotate {
  std::string_view file;
  uint64_t position = 4;
};

struct Query {
  uint32_t thread_id = 0;
  uint16_t error_code = 0;
  std::string_view status;  // the status variables (ddl/session.h)
  std::string_view schema;  // the session's default database
  std::string_view sql;
};

struct Xid {
  uint64_t xid = 0;
};

// Of a GTID: the server keeps sequence numbers in a signed 64-bit integer, and counts to before the
// end of an interval.
inline constexpr uint64_t kGtidSequenceMax = (uint64_t{1} << 63U) - 2;

// Begins a transaction; also for servers without GTIDs, which write `anonymous` ones.
struct Gtid {
  bool anonymous = false;
  std::string_view source_uuid;  // 16 raw bytes; zeros when anonymous
  uint64_t sequence = 0;         // from 1 to kGtidSequenceMax unless anonymous or MariaDB's
  // Commit times in microseconds since 1970 UTC, here and on the server where it began; 0: not
  // written (before 8.0).
  uint64_t immediate_commit_micros = 0;
  uint64_t original_commit_micros = 0;
  // MariaDB: the transaction is domain, the header's server_id, sequence. `standalone`: one
  // statement makes it up; else XID or COMMIT ends it, and no BEGIN comes.
  std::optional<uint32_t> domain;
  bool standalone = false;
};

struct PreviousGtids {
  std::string_view encoded;  // GtidSet::Decode
};

struct TableMapView {
  uint64_t table_id = 0;
  std::string_view database;
  std::string_view table;
  std::string_view body;  // the payload without table id and flags: TableMap::Parse, RowPlan::Fits
};

enum class RowsKind : uint8_t { kInsert, kUpdate, kDelete };

struct RowsEvent {
  RowsKind kind = RowsKind::kInsert;
  uint64_t table_id = 0;
  bool statement_end = false;
  bool partial_json =
      false;  // images after an update may hold changes of JSON values (json_diff.h)
  uint32_t column_count = 0;
  // Bit i: column i is in the image. `before` of updates and deletes, `after` of inserts, updates.
  std::string_view present_before;
  std::string_view present_after;
  std::string_view rows;
};

struct RowsQuery {
  std::string_view sql;
};

struct Heartbeat {
  std::string_view file;
  uint64_t position = 0;
};

struct Incident {
  uint16_t number = 0;
  std::string_view message;
};

struct TransactionPayload {
  bool compressed = true;  // zstd; else stored
  uint64_t uncompressed_size = 0;
  std::string_view payload;
};

// Ends a transaction like Xid does, with its outcome still open (one_phase: committed at once).
struct XaPrepare {
  bool one_phase = false;
  uint32_t format_id = 0;
  std::string_view gtrid;
  std::string_view bqual;
};

// Known and without meaning for rows (STOP, RAND, VIEW_CHANGE ...), or unknown and marked
// ignorable.
struct IgnoredEvent {};

using EventBody = std::variant<IgnoredEvent, FormatDescription, Rotate, Query, Xid, Gtid,
                               PreviousGtids, TableMapView, RowsEvent, RowsQuery, Heartbeat,
                               Incident, TransactionPayload, XaPrepare>;

// Views into the bytes it was parsed from, and into the parser where they were compressed.
struct LogEvent {
  EventHeader header;
  EventBody body;
};

// Parses the events of one log in order; remembers what FORMAT_DESCRIPTION says. One thread.
class EventParser {
 public:
  // One event: common header, payload and checksum. kCorruption: it fails its checksum or its
  // format. kUnsupported: a known or an unknown event that changes rows and that this build cannot
  // read; names it and, where one is to blame, the server variable to change. The event is valid
  // until the next call.
  Result<LogEvent> Parse(std::string_view raw);

 private:
  friend class PayloadReader;
  Status ParseInto(std::string_view raw, LogEvent& event);
  Result<FormatDescription> ParseFormat(std::string_view payload_and_checksum);

  // Unknown before the first FORMAT_DESCRIPTION: a connection begins with a ROTATE event that has a
  // checksum or not, as the server likes.
  std::optional<ChecksumAlgorithm> checksum_;
  bool short_table_ids_ = false;  // 4-byte table ids, of servers before 5.1.4
  std::string inflated_;          // of the last event, when it was compressed
};

// The events inside a TransactionPayload, decompressed one at a time: memory is one event's. The
// payload's bytes must outlive it; an event is valid until the next call. One thread.
class PayloadReader {
 public:
  static Result<PayloadReader> Open(const TransactionPayload& payload);
  PayloadReader(PayloadReader&&) noexcept;
  PayloadReader& operator=(PayloadReader&&) noexcept;
  ~PayloadReader();

  // Nothing at the end.
  Result<std::optional<LogEvent>> Next();

 private:
  struct State;
  explicit PayloadReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sluice::mysql
