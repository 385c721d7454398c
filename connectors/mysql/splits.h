// SPDX-License-Identifier: Apache-2.0
// What MySQL-CDC reads: key ranges of tables, then the log. These encodings are stored in
// checkpoints.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "api/reader.h"
#include "mysql/binlog/position.h"
#include "mysql/ddl/apply.h"
#include "mysql/key_range.h"
#include "mysql/types.h"

namespace sluice::mysql {

// A place between two transactions of one server's log.
struct LogPoint {
  std::string file;
  uint64_t offset = 4;

  friend bool operator==(const LogPoint&, const LogPoint&) = default;
  friend std::strong_ordering operator<=>(const LogPoint& a, const LogPoint& b);
};

// A range whose rows were emitted as they stand at `high`: it contains every transaction before it
// and none after.
struct FinishedRange {
  KeyRange range;
  LogPoint high;

  friend bool operator==(const FinishedRange&, const FinishedRange&) = default;
};

// Ranges of one table, whose key is ordered unless there is one range, in key order. Neighbours
// that stand at one place of the log become one.
class FinishedRanges {
 public:
  void Add(const FinishedRange& finished);
  const std::vector<FinishedRange>& ranges() const { return ranges_; }
  bool empty() const { return ranges_.empty(); }
  // True: the transaction, which begins at `at`, of a row with this key (RowKey) lies before the
  // high point of the key's range.
  bool Contain(std::string_view key, const LogPoint& at) const;
  const LogPoint& highest() const { return highest_; }  // REQUIRES: !empty(). Cheap.

  friend bool operator==(const FinishedRanges&, const FinishedRanges&) = default;

 private:
  std::vector<FinishedRange> ranges_;
  LogPoint highest_;
};

// `streamed`: a table that cannot be cut; its rows are handed over as they come. `started` is where
// the log stood when its first reading began: rows of later readings, after a restart, may be newer
// than that, so the log is read from there again.
struct SnapshotSplit {
  TablePath table;
  KeyRange range;
  bool streamed = false;
  std::optional<LogPoint> started;

  friend bool operator==(const SnapshotSplit&, const SnapshotSplit&) = default;
};

// Where reading the log ends; at the first of both, never without them.
struct LogEnd {
  std::optional<LogPoint> point;  // before the first transaction that begins there or behind it
  std::optional<int64_t> micros;  // before the first of this time or later; since 1970 UTC

  bool never() const { return !point && !micros; }
  friend bool operator==(const LogEnd&, const LogEnd&) = default;
};

// A table that may take the place of a captured one (ddl_plan.h). Its columns before are those of
// that table; without it their names are known only.
struct TableCopy {
  Definition definition;
  TablePath of;
};

// A table that came while the log was followed, as it was at `since`, between the statement that
// made it and its snapshot. All before that is in the snapshot, whatever its key.
struct JoiningTable {
  TableFacts facts;
  LogPoint since;
};

struct LogSplit {
  LogPosition position;
  std::map<TablePath, FinishedRanges> contained;  // what the snapshot already brought
  std::map<TablePath, TableFacts> tables;         // the definitions in force at the position
  // XA transactions without captured rows that are neither committed nor rolled back there.
  std::set<std::string> prepared;
  // A later place that `tables` is of, when the job began somewhere in the past: statements up to
  // there that made or widened the tables are part of it.
  std::optional<LogPoint> defined;
  LogEnd end;
  // Of tables whose chunks do not take their values from columns of the same names:
  // TableOutput::sources.
  std::map<TablePath, std::vector<std::string>> sources;
  std::map<TablePath, TableCopy> copies;
  // Those of `tables` that were dropped or renamed away, which was passed over, and not made again.
  std::set<TablePath> gone;
  bool may_be_gone = false;  // any of them: an earlier version, which did not remember, wrote it
  // Not in `tables` yet: the log is not followed further before their snapshot.
  std::map<TablePath, JoiningTable> joining;
  // Of tables that joined: JoiningTable::since, while it lies ahead.
  std::map<TablePath, LogPoint> since;
};

using MysqlSplit = std::variant<SnapshotSplit, LogSplit>;
Bytes EncodeSplit(const MysqlSplit& split);
Result<MysqlSplit> DecodeSplit(std::string_view bytes);

// What a snapshot reader tells the enumerator when its split is finished.
struct SnapshotReport {
  FinishedRange finished;
  bool exact =
      false;  // `finished` holds to the row; else all that is known is that `high` is later
  std::optional<KeyRange> remainder;  // the split was cut because its rows are wide
  uint64_t rows = 0;
};
Bytes EncodeReport(const SnapshotReport& report);
Result<SnapshotReport> DecodeReport(std::string_view bytes);

void Encode(const LogPoint& point, ByteWriter& out);
LogPoint DecodeLogPoint(ByteReader& in);
void Encode(const std::optional<LogPoint>& point, ByteWriter& out);
std::optional<LogPoint> DecodeOptionalPoint(ByteReader& in);
void Encode(const LogEnd& end, ByteWriter& out);
LogEnd DecodeLogEnd(ByteReader& in);
void Encode(const FinishedRanges& ranges, ByteWriter& out);
FinishedRanges DecodeFinishedRanges(ByteReader& in, BoundForm form = BoundForm::kKey);
void Encode(const TablePath& path, ByteWriter& out);
TablePath DecodeTablePath(ByteReader& in);

}  // namespace sluice::mysql
