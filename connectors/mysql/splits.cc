// SPDX-License-Identifier: Apache-2.0
#include "mysql/splits.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::mysql {
namespace {

// The first versions of all three knew ranges of integers only.
constexpr uint64_t kSplitVersion = 2;
constexpr uint64_t kFirstWithKeys = 2;
constexpr uint64_t kReportVersion = 2;
constexpr uint64_t kLogVersion = 6;
constexpr uint64_t kFirstLogWithKeys = 4;
constexpr uint64_t kFirstWithEnd = 2;     // and a definition's place
constexpr uint64_t kFirstWithCopies = 3;  // and sources
constexpr uint64_t kFirstWithJoining = 5;
constexpr uint64_t kFirstWithGone = 6;
constexpr uint64_t kSnapshotKind = 1;
constexpr uint64_t kLogKind = 2;

void EncodeTexts(const std::vector<std::string>& texts, ByteWriter& out) {
  out.U64(texts.size());
  for (const std::string& text : texts) out.Str(text);
}

std::vector<std::string> DecodeTexts(ByteReader& in) {
  std::vector<std::string> out;
  for (uint64_t n = in.Count(); n > 0; --n) out.push_back(in.Str());
  return out;
}

void EncodeCopy(const TableCopy& copy, ByteWriter& out) {
  Encode(copy.definition.facts, out);
  EncodeTexts(copy.definition.before, out);
  out.U64(copy.definition.initial.size());
  for (const auto& initial : copy.definition.initial) {
    out.Bool(initial.has_value()).Str(initial.value_or(""));
  }
  EncodeTexts(copy.definition.computed, out);
  Encode(copy.of, out);
}

TableCopy DecodeCopy(ByteReader& in) {
  TableCopy copy;
  Definition& definition = copy.definition;
  definition.facts = DecodeTableFacts(in);
  definition.before = DecodeTexts(in);
  for (uint64_t n = in.Count(); n > 0; --n) {
    const bool there = in.Bool();
    std::string text = in.Str();
    definition.initial.push_back(there ? std::optional(std::move(text)) : std::nullopt);
  }
  definition.computed = DecodeTexts(in);
  copy.of = DecodeTablePath(in);
  const size_t columns = definition.facts.columns.size();
  if (definition.before.size() != columns || definition.initial.size() != columns) in.Refuse();
  return copy;
}

void DecodeDefinitions(ByteReader& in, LogSplit& split) {
  for (uint64_t n = in.Count(); n > 0; --n) {
    const TablePath table = DecodeTablePath(in);
    split.sources[table] = DecodeTexts(in);
  }
  for (uint64_t n = in.Count(); n > 0; --n) {
    TableCopy copy = DecodeCopy(in);
    split.copies[copy.definition.facts.path] = std::move(copy);
  }
}

void EncodeJoining(const LogSplit& split, ByteWriter& out) {
  out.U64(split.joining.size());
  for (const auto& [table, joining] : split.joining) {
    Encode(joining.facts, out);
    Encode(joining.since, out);
  }
  out.U64(split.since.size());
  for (const auto& [table, since] : split.since) {
    Encode(table, out);
    Encode(since, out);
  }
}

void DecodeJoining(ByteReader& in, LogSplit& split) {
  for (uint64_t n = in.Count(); n > 0; --n) {
    JoiningTable joining;
    joining.facts = DecodeTableFacts(in);
    joining.since = DecodeLogPoint(in);
    split.joining[joining.facts.path] = std::move(joining);
  }
  for (uint64_t n = in.Count(); n > 0; --n) {
    const TablePath table = DecodeTablePath(in);
    split.since[table] = DecodeLogPoint(in);
  }
}

void EncodeGone(const LogSplit& split, ByteWriter& out) {
  out.U64(split.gone.size());
  for (const TablePath& table : split.gone) Encode(table, out);
}

void DecodeGone(ByteReader& in, LogSplit& split) {
  for (uint64_t n = in.Count(); n > 0; --n) split.gone.insert(DecodeTablePath(in));
}

}  // namespace

void Encode(const LogPoint& point, ByteWriter& out) {
  out.Str(point.file).U64(point.offset);
}

LogPoint DecodeLogPoint(ByteReader& in) {
  LogPoint point;
  point.file = in.Str();
  point.offset = in.U64();
  return point;
}

void Encode(const std::optional<LogPoint>& point, ByteWriter& out) {
  out.Bool(point.has_value());
  if (point) Encode(*point, out);
}

std::optional<LogPoint> DecodeOptionalPoint(ByteReader& in) {
  if (!in.Bool()) return std::nullopt;
  return DecodeLogPoint(in);
}

void Encode(const LogEnd& end, ByteWriter& out) {
  Encode(end.point, out);
  out.Bool(end.micros.has_value()).U64(static_cast<uint64_t>(end.micros.value_or(0)));
}

LogEnd DecodeLogEnd(ByteReader& in) {
  LogEnd end;
  end.point = DecodeOptionalPoint(in);
  const bool timed = in.Bool();
  const auto micros = static_cast<int64_t>(in.U64());
  if (timed) end.micros = micros;
  return end;
}

std::strong_ordering operator<=>(const LogPoint& a, const LogPoint& b) {
  const std::strong_ordering files = CompareLogFiles(a.file, b.file);
  return files != std::strong_ordering::equal ? files : a.offset <=> b.offset;
}

void FinishedRanges::Add(const FinishedRange& finished) {
  const auto before = [](const FinishedRange& a, const FinishedRange& b) {
    if (!a.range.lower || !b.range.lower) return !a.range.lower && b.range.lower;
    return *a.range.lower < *b.range.lower;
  };
  if (ranges_.empty() || highest_ < finished.high) highest_ = finished.high;
  auto at = ranges_.insert(std::ranges::upper_bound(ranges_, finished, before), finished);
  // Only its neighbours can join it: adding is cheap however many ranges there are.
  const auto join = [this](std::vector<FinishedRange>::iterator left) {
    const auto right = std::next(left);
    if (left->high != right->high || left->range.upper != right->range.lower) return;
    if (!left->range.upper) return;
    left->range.upper = right->range.upper;
    ranges_.erase(right);
  };
  if (std::next(at) != ranges_.end()) join(at);
  if (at != ranges_.begin()) join(std::prev(at));
}

bool FinishedRanges::Contain(std::string_view key, const LogPoint& at) const {
  // The last range that begins at or before the key.
  auto it = std::ranges::upper_bound(ranges_, key, {}, [](const FinishedRange& one) {
    return one.range.lower ? std::string_view(*one.range.lower) : std::string_view();
  });
  if (it == ranges_.begin()) return false;
  --it;
  return it->range.Contains(key) && at < it->high;
}

void Encode(const FinishedRanges& ranges, ByteWriter& out) {
  out.U64(ranges.ranges().size());
  for (const FinishedRange& one : ranges.ranges()) {
    Encode(one.range, out);
    Encode(one.high, out);
  }
}

FinishedRanges DecodeFinishedRanges(ByteReader& in, BoundForm form) {
  FinishedRanges ranges;
  for (uint64_t n = in.Count(); n > 0; --n) {
    FinishedRange one;
    one.range = DecodeKeyRange(in, form);
    one.high = DecodeLogPoint(in);
    ranges.Add(one);
  }
  return ranges;
}

void Encode(const TablePath& path, ByteWriter& out) {
  out.Str(path.database).Str(path.schema).Str(path.table);
}

TablePath DecodeTablePath(ByteReader& in) {
  TablePath path;
  path.database = in.Str();
  path.schema = in.Str();
  path.table = in.Str();
  return path;
}

Bytes EncodeSplit(const MysqlSplit& split) {
  ByteWriter out;
  out.U64(std::holds_alternative<LogSplit>(split) ? kLogVersion : kSplitVersion);
  if (const auto* snapshot = std::get_if<SnapshotSplit>(&split)) {
    out.U64(kSnapshotKind);
    Encode(snapshot->table, out);
    Encode(snapshot->range, out);
    out.Bool(snapshot->streamed);
    Encode(snapshot->started, out);
    return std::move(out).Take();
  }
  const auto& log = std::get<LogSplit>(split);
  out.U64(kLogKind);
  Encode(log.position, out);
  out.U64(log.contained.size());
  for (const auto& [table, ranges] : log.contained) {
    Encode(table, out);
    Encode(ranges, out);
  }
  out.U64(log.tables.size());
  for (const auto& [table, facts] : log.tables) Encode(facts, out);
  out.U64(log.prepared.size());
  for (const std::string& xid : log.prepared) out.Str(xid);
  Encode(log.defined, out);
  Encode(log.end, out);
  out.U64(log.sources.size());
  for (const auto& [table, names] : log.sources) {
    Encode(table, out);
    EncodeTexts(names, out);
  }
  out.U64(log.copies.size());
  for (const auto& [table, copy] : log.copies) EncodeCopy(copy, out);
  EncodeJoining(log, out);
  EncodeGone(log, out);
  return std::move(out).Take();
}

Result<MysqlSplit> DecodeSplit(std::string_view bytes) {
  ByteReader in(bytes);
  const uint64_t version = in.U64();
  const uint64_t kind = in.U64();
  const uint64_t newest = kind == kLogKind ? kLogVersion : kSplitVersion;
  if (version == 0 || version > newest) {
    return Fail(Code::kCorruption, "split of another version");
  }
  if (kind == kSnapshotKind) {
    SnapshotSplit split;
    split.table = DecodeTablePath(in);
    const bool keys = version >= kFirstWithKeys;
    split.range = DecodeKeyRange(in, keys ? BoundForm::kKey : BoundForm::kInteger);
    if (keys) split.streamed = in.Bool();
    split.started = DecodeOptionalPoint(in);
    RETURN_IF_ERROR(in.Finish("snapshot split"));
    return split;
  }
  if (kind != kLogKind) return Fail(Code::kCorruption, "split of an unknown kind");
  LogSplit split;
  ASSIGN_OR_RETURN(split.position, DecodePosition(in));
  for (uint64_t n = in.Count(); n > 0; --n) {
    const TablePath table = DecodeTablePath(in);
    split.contained[table] = DecodeFinishedRanges(
        in, version < kFirstLogWithKeys ? BoundForm::kInteger : BoundForm::kKey);
  }
  for (uint64_t n = in.Count(); n > 0; --n) {
    TableFacts facts = DecodeTableFacts(in);
    split.tables[facts.path] = std::move(facts);
  }
  for (uint64_t n = in.Count(); n > 0; --n) split.prepared.insert(in.Str());
  if (version >= kFirstWithEnd) {
    split.defined = DecodeOptionalPoint(in);
    split.end = DecodeLogEnd(in);
  }
  if (version >= kFirstWithCopies) DecodeDefinitions(in, split);
  if (version >= kFirstWithJoining) DecodeJoining(in, split);
  split.may_be_gone = version < kFirstWithGone;
  if (!split.may_be_gone) DecodeGone(in, split);
  RETURN_IF_ERROR(in.Finish("log split"));
  return split;
}

Bytes EncodeReport(const SnapshotReport& report) {
  ByteWriter out;
  out.U64(kReportVersion);
  Encode(report.finished.range, out);
  Encode(report.finished.high, out);
  out.Bool(report.exact);
  out.Bool(report.remainder.has_value());
  if (report.remainder) Encode(*report.remainder, out);
  out.U64(report.rows);
  return std::move(out).Take();
}

Result<SnapshotReport> DecodeReport(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.U64() != kReportVersion) return Fail(Code::kCorruption, "report of another version");
  SnapshotReport report;
  report.finished.range = DecodeKeyRange(in);
  report.finished.high = DecodeLogPoint(in);
  report.exact = in.Bool();
  if (in.Bool()) report.remainder = DecodeKeyRange(in);
  report.rows = in.U64();
  RETURN_IF_ERROR(in.Finish("snapshot report"));
  return report;
}

}  // namespace sluice::mysql
