// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/position.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/check.h"
#include "mysql/binlog/cursor.h"

namespace sluice::mysql {
namespace {

constexpr uint64_t kVersion = 2;  // 1: without MariaDB's

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// Splits at the first `separator`; `text` keeps what is behind it.
std::string_view Part(std::string_view& text, char separator) {
  const size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return Trim(part);
}

bool ParseSequence(std::string_view text, uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && out >= 1 &&
         out <= kGtidSequenceMax;
}

void PutLe64(uint64_t value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

Result<ServerUuid> ParseUuid(std::string_view text) {
  ServerUuid uuid{};
  size_t digits = 0;
  bool good = true;
  for (const char c : text) {
    if (c == '-') continue;
    const int digit = HexDigit(c);
    good = good && digit >= 0 && digits < 32;
    if (!good) break;
    uuid[digits / 2] = static_cast<uint8_t>(uuid[digits / 2] << 4U | digit);
    ++digits;
  }
  if (!good || digits != 32) {
    return Fail(Code::kInvalidConfig, fmt::format("'{}' is not a server UUID", text));
  }
  return uuid;
}

ServerUuid UuidOf(std::string_view raw) {
  CHECK(raw.size() == std::tuple_size_v<ServerUuid>);
  ServerUuid uuid{};
  std::copy(raw.begin(), raw.end(), uuid.begin());
  return uuid;
}

std::string UuidText(const ServerUuid& uuid) {
  std::string out;
  for (size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    fmt::format_to(std::back_inserter(out), "{:02x}", uuid[i]);
  }
  return out;
}

Result<GtidSet> GtidSet::Parse(std::string_view text) {
  GtidSet set;
  while (!Trim(text).empty()) {
    std::string_view item = Part(text, ',');
    if (item.empty()) continue;
    const std::string whole(item);
    ASSIGN_OR_RETURN(const ServerUuid uuid, ParseUuid(Part(item, ':')));
    if (item.empty()) {
      return Fail(Code::kInvalidConfig, fmt::format("GTID set '{}' names no transaction", whole));
    }
    while (!item.empty()) {
      std::string_view range = Part(item, ':');
      uint64_t first = 0;
      uint64_t last = 0;
      const bool one = range.find('-') == std::string_view::npos;
      const std::string_view begin = Part(range, '-');
      const std::string_view end = one ? begin : Trim(range);
      if (!ParseSequence(begin, first) || !ParseSequence(end, last) || last < first) {
        return Fail(Code::kInvalidConfig,
                    fmt::format("GTID set '{}' is not uuid:first-last", whole));
      }
      set.AddRange(uuid, first, last);
    }
  }
  return set;
}

Result<GtidSet> GtidSet::Decode(std::string_view encoded) {
  GtidSet set;
  Cursor in(encoded);
  const uint64_t servers = in.U64();
  for (uint64_t i = 0; i < servers && in.ok(); ++i) {
    const std::string_view raw = in.Take(16);
    const uint64_t intervals = in.U64();
    for (uint64_t n = 0; n < intervals && in.ok(); ++n) {
      const uint64_t first = in.U64();
      const uint64_t end = in.U64();
      if (!in.ok() || first == 0 || end <= first || end - 1 > kGtidSequenceMax) {
        return Fail(Code::kCorruption, "a GTID set in the binary log is damaged");
      }
      set.AddRange(UuidOf(raw), first, end - 1);
    }
  }
  RETURN_IF_ERROR(in.Check("a GTID set in the binary log"));
  return set;
}

std::string GtidSet::Encode() const {
  std::string out;
  PutLe64(sets_.size(), out);
  for (const auto& [uuid, intervals] : sets_) {
    out.append(uuid.begin(), uuid.end());
    PutLe64(intervals.size(), out);
    for (const Interval& interval : intervals) {
      PutLe64(interval.first, out);
      PutLe64(interval.last + 1, out);
    }
  }
  return out;
}

std::string GtidSet::ToString() const {
  std::string out;
  for (const auto& [uuid, intervals] : sets_) {
    if (!out.empty()) out += ',';
    out += UuidText(uuid);
    for (const Interval& interval : intervals) {
      fmt::format_to(std::back_inserter(out), ":{}", interval.first);
      if (interval.last != interval.first) {
        fmt::format_to(std::back_inserter(out), "-{}", interval.last);
      }
    }
  }
  return out;
}

void GtidSet::AddRange(const ServerUuid& uuid, uint64_t first, uint64_t last) {
  CHECK(first >= 1 && first <= last);
  std::vector<Interval>& intervals = sets_[uuid];
  // The common cases: the next transaction of a server, and a set that is read in order.
  if (intervals.empty() || intervals.back().last + 1 < first) {
    intervals.push_back({first, last});
    return;
  }
  if (intervals.back().last + 1 == first) {
    intervals.back().last = last;
    return;
  }
  // Everything from the first interval that touches the new one to the last is merged into it.
  auto begin = std::find_if(intervals.begin(), intervals.end(),
                            [first](const Interval& i) { return i.last + 1 >= first; });
  auto end = begin;
  while (end != intervals.end() && end->first <= last + 1) {
    first = std::min(first, end->first);
    last = std::max(last, end->last);
    ++end;
  }
  begin = intervals.erase(begin, end);
  intervals.insert(begin, Interval{first, last});
}

void GtidSet::AddAll(const GtidSet& other) {
  for (const auto& [uuid, intervals] : other.sets_) {
    for (const Interval& interval : intervals) AddRange(uuid, interval.first, interval.last);
  }
}

bool GtidSet::Contains(const ServerUuid& uuid, uint64_t sequence) const {
  const auto set = sets_.find(uuid);
  return set != sets_.end() &&
         std::any_of(set->second.begin(), set->second.end(), [sequence](const Interval& i) {
           return i.first <= sequence && sequence <= i.last;
         });
}

bool GtidSet::Contains(const GtidSet& other) const {
  for (const auto& [uuid, intervals] : other.sets_) {
    const auto set = sets_.find(uuid);
    if (set == sets_.end()) return false;
    for (const Interval& wanted : intervals) {
      const bool held =
          std::any_of(set->second.begin(), set->second.end(), [&wanted](const Interval& i) {
            return i.first <= wanted.first && wanted.last <= i.last;
          });
      if (!held) return false;
    }
  }
  return true;
}

TransactionId IdOf(const Gtid& gtid, const EventHeader& header) {
  if (gtid.domain) return MariadbGtid{*gtid.domain, header.server_id, gtid.sequence};
  if (gtid.anonymous) return {};
  return std::pair(UuidOf(gtid.source_uuid), gtid.sequence);
}

bool LogPosition::Contains(const TransactionId& id) const {
  const auto* mysql = std::get_if<std::pair<ServerUuid, uint64_t>>(&id);
  return mysql != nullptr && gtid_set.Contains(mysql->first, mysql->second);
}

void LogPosition::Add(const TransactionId& id) {
  if (const auto* mysql = std::get_if<std::pair<ServerUuid, uint64_t>>(&id)) {
    gtid_set.Add(mysql->first, mysql->second);
  } else if (const auto* gtid = std::get_if<MariadbGtid>(&id)) {
    mariadb.Add(*gtid);
  }
}

std::string LogPosition::ToString() const {
  std::string out = fmt::format("{}:{}", file, tx_offset);
  if (events != 0 || rows != 0) {
    fmt::format_to(std::back_inserter(out), " (+{} events, {} rows)", events, rows);
  }
  return out;
}

void Encode(const LogPosition& position, ByteWriter& out) {
  out.U64(kVersion)
      .Str(position.server_uuid)
      .Str(position.file)
      .U64(position.tx_offset)
      .Str(position.gtid_set.Encode())
      .U64(position.events)
      .U64(position.rows)
      .Str(position.mariadb.ToString());
}

Result<LogPosition> DecodePosition(ByteReader& in) {
  LogPosition out;
  const uint64_t version = in.U64();
  if (version == 0 || version > kVersion) {
    return Fail(Code::kCorruption, "a log position is damaged or was written by another version");
  }
  out.server_uuid = in.Str();
  out.file = in.Str();
  out.tx_offset = in.U64();
  const std::string gtids = in.Str();
  out.events = in.U64();
  out.rows = in.U64();
  const std::string mariadb = version >= 2 ? in.Str() : "";
  if (!in.ok()) return Fail(in.Finish("a log position"));
  ASSIGN_OR_RETURN(out.mariadb, MariadbGtids::Parse(mariadb));
  ASSIGN_OR_RETURN(out.gtid_set, GtidSet::Decode(gtids));
  return out;
}

std::strong_ordering CompareLogFiles(std::string_view a, std::string_view b) {
  const auto number = [](std::string_view file) {
    const size_t point = file.rfind('.');
    uint64_t value = 0;
    const std::string_view digits =
        point == std::string_view::npos ? std::string_view() : file.substr(point + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  };
  if (const auto order = number(a) <=> number(b); order != 0) return order;
  return a.compare(b) <=> 0;
}

std::strong_ordering Compare(const LogPosition& a, const LogPosition& b) {
  if (const auto order = CompareLogFiles(a.file, b.file); order != 0) return order;
  if (const auto order = a.tx_offset <=> b.tx_offset; order != 0) return order;
  if (const auto order = a.events <=> b.events; order != 0) return order;
  return a.rows <=> b.rows;
}

}  // namespace sluice::mysql
