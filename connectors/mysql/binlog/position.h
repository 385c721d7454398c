// SPDX-License-Identifier: Apache-2.0
// Where a log reader stands: GtidSet and LogPosition.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "mysql/binlog/event.h"

namespace sluice::mysql {

using ServerUuid = std::array<uint8_t, 16>;
// From 32 hex digits with or without hyphens, in any case.
Result<ServerUuid> ParseUuid(std::string_view text);
// From Gtid.source_uuid. REQUIRES: 16 bytes.
ServerUuid UuidOf(std::string_view raw);
std::string UuidText(const ServerUuid& uuid);  // lower case, with hyphens

// A set of MySQL transactions: per server the intervals of their numbers, merged and sorted.
class GtidSet {
 public:
  // "uuid:1-5:7,uuid2:1", blanks and newlines allowed; empty text is the empty set.
  static Result<GtidSet> Parse(std::string_view text);
  // The binary form of PREVIOUS_GTIDS and COM_BINLOG_DUMP_GTID.
  static Result<GtidSet> Decode(std::string_view encoded);
  std::string Encode() const;
  std::string ToString() const;  // canonical: lower case, sorted, merged

  bool empty() const { return sets_.empty(); }
  void Add(const ServerUuid& uuid, uint64_t sequence) { AddRange(uuid, sequence, sequence); }
  // Both ends included. REQUIRES: 1 <= first <= last.
  void AddRange(const ServerUuid& uuid, uint64_t first, uint64_t last);
  void AddAll(const GtidSet& other);
  bool Contains(const ServerUuid& uuid, uint64_t sequence) const;
  bool Contains(const GtidSet& other) const;

  friend bool operator==(const GtidSet&, const GtidSet&) = default;

 private:
  struct Interval {
    uint64_t first;
    uint64_t last;
    friend bool operator==(const Interval&, const Interval&) = default;
  };
  std::map<ServerUuid, std::vector<Interval>> sets_;
};

// A transaction of MariaDB.
struct MariadbGtid {
  uint32_t domain = 0;
  uint32_t server = 0;
  uint64_t sequence = 0;

  friend bool operator==(const MariadbGtid&, const MariadbGtid&) = default;
  std::string ToString() const;  // "0-1-270"
};

// What MariaDB calls a position: the last transaction of each domain. All before it in its domain
// belong to it.
class MariadbGtids {
 public:
  // "0-1-270,1-1-9"; empty text is the empty one.
  static Result<MariadbGtids> Parse(std::string_view text);
  std::string ToString() const;  // sorted by domain

  bool empty() const { return last_.empty(); }
  void Add(const MariadbGtid& gtid) { last_[gtid.domain] = gtid; }
  // By sequence; servers are not looked at.
  bool Contains(const MariadbGtids& other) const;

  friend bool operator==(const MariadbGtids&, const MariadbGtids&) = default;

 private:
  std::map<uint32_t, MariadbGtid> last_;
};

// The transaction that a GTID event begins; nothing when the server counts none.
using TransactionId = std::variant<std::monostate, std::pair<ServerUuid, uint64_t>, MariadbGtid>;
TransactionId IdOf(const Gtid& gtid, const EventHeader& header);

// Everything before it was emitted; reading goes on with what follows it. At rest between
// transactions `events` and `rows` are 0. Inside a transaction, `file` and `tx_offset` name the
// event that begins it (GTID, or BEGIN without one) and `gtid_set` does not hold it yet: a reader
// that resumes asks the server for the transaction's start and drops what was emitted.
struct LogPosition {
  std::string server_uuid;  // ServerFacts::uuid
  std::string file;
  uint64_t tx_offset = 4;
  GtidSet gtid_set;      // transactions that lie before; empty when the server has no GTIDs
  MariadbGtids mariadb;  // the same for MariaDB
  uint64_t events = 0;   // rows events of the transaction emitted in full, inside payloads too
  uint64_t rows = 0;     // rows of the next rows event already emitted: RowsReader::Skip them

  // True: the log may be read again from before it, and it must then be left out.
  bool Contains(const TransactionId& id) const;
  void Add(const TransactionId& id);

  friend bool operator==(const LogPosition&, const LogPosition&) = default;
  std::string ToString() const;  // "binlog.000012:4711 (+2 events, 17 rows)"
};

void Encode(const LogPosition& position, ByteWriter& out);  // a version byte first
// kCorruption after a foreign version or torn bytes; `in` then is not ok() either.
Result<LogPosition> DecodePosition(ByteReader& in);

// By file, offset, events, rows. Only for positions of one server: GTID sets are not looked at.
std::strong_ordering Compare(const LogPosition& a, const LogPosition& b);
// By the number behind the last point, as names may grow a digit.
std::strong_ordering CompareLogFiles(std::string_view a, std::string_view b);

}  // namespace sluice::mysql
