// SPDX-License-Identifier: Apache-2.0
// Formats: "Binlog Event" pages of the MySQL internals manual.
#include "mysql/binlog/event.h"

#include <fmt/format.h>
#include <libdeflate.h>

#include "mysql/binlog/cursor.h"
#include "mysql/binlog/mariadb_events.h"

namespace sluice::mysql {
namespace {

constexpr size_t kChecksumSize = 4;
constexpr size_t kUuidSize = 16;
constexpr uint8_t kLogicalClock = 2;  // type byte in front of a GTID event's commit parents

Status Unsupported(EventType type, std::string_view why) {
  return {Code::kUnsupported, fmt::format("the binary log holds an event {} ({}), {}",
                                          EventTypeName(type), static_cast<unsigned>(type), why)};
}

EventHeader ParseHeader(Cursor& in) {
  EventHeader header;
  header.timestamp = in.U32();
  header.type = static_cast<EventType>(in.U8());
  header.server_id = in.U32();
  header.size = in.U32();
  header.next_position = in.U32();
  header.flags = in.U16();
  return header;
}

bool ChecksumMatches(std::string_view raw) {
  const std::string_view covered = raw.substr(0, raw.size() - kChecksumSize);
  Cursor stored(raw.substr(covered.size()));
  return libdeflate_crc32(0, covered.data(), covered.size()) == stored.U32();
}

// The first event of a file that is being written says so in a flag, which is set and unset behind
// the checksum's back.
bool FormatChecksumMatches(std::string_view raw) {
  constexpr size_t kFlagsAt = 17;
  constexpr unsigned char kInUse = 1;
  std::string closed(raw);
  closed[kFlagsAt] = static_cast<char>(static_cast<unsigned char>(closed[kFlagsAt]) & ~kInUse);
  return ChecksumMatches(closed);
}

Rotate ParseRotate(Cursor& in) {
  Rotate out;
  out.position = in.U64();
  out.file = in.Rest();
  return out;
}

// Status variables (character set, time zone, sql_mode ...) do not matter for rows: row events hold
// values, not expressions.
Query ParseQuery(Cursor& in) {
  Query out;
  out.thread_id = in.U32();
  in.Skip(4);  // seconds it ran
  const uint8_t schema_size = in.U8();
  out.error_code = in.U16();
  out.status = in.Take(in.U16());
  out.schema = in.Take(schema_size);
  in.Skip(1);
  out.sql = in.Rest();
  return out;
}

Gtid ParseGtid(Cursor& in, bool anonymous) {
  Gtid out;
  out.anonymous = anonymous;
  in.Skip(1);  // flags
  out.source_uuid = in.Take(kUuidSize);
  out.sequence = in.U64();
  if (!anonymous && (out.sequence == 0 || out.sequence > kGtidSequenceMax)) in.Fail();
  // Older servers end here, others behind the logical clock.
  if (!in.ok() || in.left() < 17 || in.U8() != kLogicalClock) return out;
  in.Skip(16);
  if (in.left() < 7) return out;
  constexpr uint64_t kOriginalFollows = uint64_t{1} << 55U;
  const uint64_t immediate = in.UintLe(7);
  out.immediate_commit_micros = immediate & ~kOriginalFollows;
  out.original_commit_micros =
      (immediate & kOriginalFollows) != 0 ? in.UintLe(7) : out.immediate_commit_micros;
  return out;
}

uint64_t ParseTableId(Cursor& in, bool short_table_ids) {
  return short_table_ids ? in.U32() : in.U48();
}

// Into its place, as the next: the events that carry rows are many and small, and a copy of one
// costs as much as its fields.
void ParseTableMap(Cursor& in, bool short_table_ids, TableMapView& out) {
  out.table_id = ParseTableId(in, short_table_ids);
  in.Skip(2);  // flags
  out.body = in.Rest();
  Cursor names(out.body);
  out.database = names.Take(names.U8());
  names.Skip(1);
  out.table = names.Take(names.U8());
  names.Skip(1);
  if (!names.ok()) in.Fail();
}

void ParseRows(Cursor& in, EventType type, bool short_table_ids, RowsEvent& out) {
  switch (type) {
    case EventType::kWriteRows:
    case EventType::kWriteRowsV1:
      out.kind = RowsKind::kInsert;
      break;
    case EventType::kPartialUpdateRows:
      out.partial_json = true;
      [[fallthrough]];
    case EventType::kUpdateRows:
    case EventType::kUpdateRowsV1:
      out.kind = RowsKind::kUpdate;
      break;
    default:
      out.kind = RowsKind::kDelete;
  }
  out.table_id = ParseTableId(in, short_table_ids);
  out.statement_end = (in.U16() & 1U) != 0;
  const bool version_2 = type >= EventType::kWriteRows;
  if (version_2) {
    const uint16_t extra = in.U16();  // counts its own two bytes
    if (extra < 2) in.Fail();
    in.Skip(extra - 2U);
  }
  const uint64_t columns = in.LenEnc();
  if (columns == 0 || columns > 4096) in.Fail();  // 4096: the most columns a table may have
  out.column_count = static_cast<uint32_t>(columns);
  const uint64_t bitmap = (columns + 7) / 8;
  if (out.kind != RowsKind::kInsert) out.present_before = in.Take(bitmap);
  if (out.kind != RowsKind::kDelete) out.present_after = in.Take(bitmap);
  out.rows = in.Rest();
}

Heartbeat ParseHeartbeat(Cursor& in, const EventHeader& header) {
  return {in.Rest(), header.next_position};
}

// Fields of type, length, value.
Heartbeat ParseHeartbeatV2(Cursor& in) {
  constexpr uint64_t kFile = 1;
  constexpr uint64_t kPosition = 2;
  Heartbeat out;
  while (in.ok() && !in.empty()) {
    const uint64_t field = in.LenEnc();
    if (field == 0) break;
    Cursor value(in.Take(in.LenEnc()));
    if (field == kFile) out.file = value.Rest();
    if (field == kPosition) out.position = value.LenEnc();
    if (!value.ok()) in.Fail();
  }
  return out;
}

Incident ParseIncident(Cursor& in) {
  Incident out;
  out.number = in.U16();
  out.message = in.Take(in.U8());
  return out;
}

TransactionPayload ParsePayload(Cursor& in) {
  constexpr uint64_t kEnd = 0;
  constexpr uint64_t kSize = 1;
  constexpr uint64_t kCompression = 2;
  constexpr uint64_t kUncompressedSize = 3;
  constexpr uint64_t kZstd = 0;
  constexpr uint64_t kNone = 255;
  TransactionPayload out;
  uint64_t size = 0;
  while (in.ok()) {
    const uint64_t field = in.LenEnc();
    if (field == kEnd) break;
    Cursor value(in.Take(in.LenEnc()));
    if (field == kSize) size = value.LenEnc();
    if (field == kUncompressedSize) out.uncompressed_size = value.LenEnc();
    if (field == kCompression) {
      const uint64_t compression = value.LenEnc();
      if (compression != kZstd && compression != kNone) in.Fail();
      out.compressed = compression == kZstd;
    }
    if (!value.ok()) in.Fail();
  }
  out.payload = in.Take(size);
  return out;
}

XaPrepare ParseXaPrepare(Cursor& in) {
  XaPrepare out;
  out.one_phase = in.U8() != 0;
  out.format_id = in.U32();
  const uint32_t gtrid = in.U32();
  const uint32_t bqual = in.U32();
  out.gtrid = in.Take(gtrid);
  out.bqual = in.Take(bqual);
  return out;
}

RowsQuery ParseRowsQuery(Cursor& in) {
  in.Skip(1);  // a length that cannot hold long statements
  return {in.Rest()};
}

Result<EventBody> ParseRare(Cursor& in, const EventHeader& header) {
  switch (header.type) {
    case EventType::kHeartbeat:
      return ParseHeartbeat(in, header);
    case EventType::kHeartbeatV2:
      return ParseHeartbeatV2(in);
    case EventType::kIncident:
      return ParseIncident(in);
    case EventType::kRowsQuery:
      return ParseRowsQuery(in);
    case EventType::kAnnotateRows:
      return RowsQuery{in.Rest()};
    case EventType::kPreviousGtids:
      return PreviousGtids{in.Rest()};
    case EventType::kXaPrepare:
      return ParseXaPrepare(in);
    case EventType::kTransactionPayload:
      return ParsePayload(in);
    case EventType::kStop:
    case EventType::kIntvar:
    case EventType::kRand:
    case EventType::kUserVar:
    case EventType::kIgnorable:
    case EventType::kTransactionContext:
    case EventType::kViewChange:
    // The data of a LOAD DATA that is logged as a statement; the statement follows and is refused.
    case EventType::kAppendBlock:
    case EventType::kDeleteFile:
    case EventType::kBeginLoadQuery:
    case EventType::kBinlogCheckpoint:
    case EventType::kMariadbGtidList:
      return IgnoredEvent{};
    case EventType::kStartEncryption:
      return Fail(Unsupported(header.type,
                              "behind which the file is encrypted; read it from the server, which "
                              "sends it in clear"));
    case EventType::kExecuteLoadQuery:
      return Fail(
          Unsupported(header.type,
                      "a statement instead of rows; on the server, SET GLOBAL binlog_format = "
                      "ROW"));
    default:
      if (header.ignorable()) return IgnoredEvent{};
      return Fail(Unsupported(header.type, "which this build does not know"));
  }
}

Status ParseBody(Cursor& in, const EventHeader& header, bool short_table_ids, EventBody& out) {
  switch (header.type) {
    case EventType::kWriteRows:
    case EventType::kUpdateRows:
    case EventType::kDeleteRows:
    case EventType::kWriteRowsV1:
    case EventType::kUpdateRowsV1:
    case EventType::kDeleteRowsV1:
    case EventType::kPartialUpdateRows:
      ParseRows(in, header.type, short_table_ids, out.emplace<RowsEvent>());
      return {};
    case EventType::kTableMap:
      ParseTableMap(in, short_table_ids, out.emplace<TableMapView>());
      return {};
    case EventType::kXid:
      out = Xid{in.U64()};
      return {};
    case EventType::kGtid:
    case EventType::kAnonymousGtid:
      out = ParseGtid(in, header.type == EventType::kAnonymousGtid);
      return {};
    case EventType::kMariadbGtid:
      out = ParseMariadbGtid(in);
      return {};
    case EventType::kQuery:
      out = ParseQuery(in);
      return {};
    case EventType::kRotate:
      out = ParseRotate(in);
      return {};
    default: {
      ASSIGN_OR_RETURN(out, ParseRare(in, header));
      return {};
    }
  }
}

// A version like "5.6.1" or later, whose FORMAT_DESCRIPTION ends with an algorithm and a checksum.
bool HasChecksumField(std::string_view version) {
  unsigned parts[3] = {0, 0, 0};
  size_t part = 0;
  for (const char c : version) {
    if (c >= '0' && c <= '9') {
      parts[part] = parts[part] * 10 + static_cast<unsigned>(c - '0');
    } else if (c == '.' && part < 2) {
      ++part;
    } else {
      break;
    }
    if (parts[part] > 1000) return true;
  }
  return parts[0] * 1'000'000 + parts[1] * 1000 + parts[2] >= 5'006'001;
}

}  // namespace

Result<FormatDescription> EventParser::ParseFormat(std::string_view body) {
  Cursor in(body);
  const uint16_t version = in.U16();
  std::string_view server = in.Take(50);
  server = server.substr(0, server.find('\0'));
  in.Skip(4);  // creation time
  const uint8_t header_size = in.U8();
  std::string_view lengths = in.Rest();
  RETURN_IF_ERROR(in.Check("a FORMAT_DESCRIPTION event"));
  // What the version says decides whether there are checksums at all.
  if (server.empty() || server.front() < '0' || server.front() > '9') {
    return Fail(Code::kCorruption, "a FORMAT_DESCRIPTION event names no version of the server");
  }
  if (version != 4 || header_size != kEventHeaderSize) {
    return Fail(Code::kUnsupported, fmt::format("binary log version {}; 4 is supported", version));
  }
  FormatDescription out{server, ChecksumAlgorithm::kNone};
  if (HasChecksumField(server)) {
    if (lengths.size() < 1 + kChecksumSize) {
      return Fail(Code::kCorruption, "a FORMAT_DESCRIPTION event is cut short or damaged");
    }
    const auto algorithm = static_cast<uint8_t>(lengths[lengths.size() - 1 - kChecksumSize]);
    if (algorithm > 1) {
      return Fail(Code::kUnsupported, fmt::format("binary log checksum number {}", algorithm));
    }
    out.checksum = static_cast<ChecksumAlgorithm>(algorithm);
    lengths.remove_suffix(1 + kChecksumSize);
  }
  const auto table_map = static_cast<size_t>(EventType::kTableMap) - 1;
  short_table_ids_ = lengths.size() > table_map && lengths[table_map] == 6;
  return out;
}

Result<LogEvent> EventParser::Parse(std::string_view raw) {
  Result<LogEvent> event(std::in_place);
  if (const Status status = ParseInto(raw, *event); !status.ok()) event = Fail(status);
  return event;
}

Status EventParser::ParseInto(std::string_view raw, LogEvent& event) {
  Cursor in(raw);
  event.header = ParseHeader(in);
  RETURN_IF_ERROR(in.Check("the header of a binary log event"));
  const auto name = [&event] { return EventTypeName(event.header.type); };
  if (event.header.size != raw.size()) {
    return {Code::kCorruption, fmt::format("an event {} of {} bytes says that it has {}", name(),
                                           raw.size(), event.header.size)};
  }
  if (event.header.type == EventType::kFormatDescription) {
    ASSIGN_OR_RETURN(const FormatDescription format, ParseFormat(in.Rest()));
    if (format.checksum == ChecksumAlgorithm::kCrc32 && !FormatChecksumMatches(raw)) {
      return {Code::kCorruption, "a FORMAT_DESCRIPTION event fails its checksum"};
    }
    checksum_ = format.checksum;
    event.body = format;
    return {};
  }
  std::string_view body = in.Rest();
  const bool first = !checksum_ && body.size() > kChecksumSize;
  if (checksum_ == ChecksumAlgorithm::kCrc32 || (first && ChecksumMatches(raw))) {
    if (body.size() < kChecksumSize || !ChecksumMatches(raw)) {
      return {Code::kCorruption, fmt::format("an event {} fails its checksum", name())};
    }
    body.remove_suffix(kChecksumSize);
  }
  Cursor payload(body);
  EventHeader read_as = event.header;
  read_as.type = UncompressedType(event.header.type);
  RETURN_IF_ERROR(ParseBody(payload, read_as, short_table_ids_, event.body));
  if (!payload.ok()) return payload.Check(fmt::format("an event {}", name()));
  if (read_as.type != event.header.type) return InflateBody(event.body, inflated_);
  return {};
}

}  // namespace sluice::mysql
