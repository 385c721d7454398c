// SPDX-License-Identifier: Apache-2.0
#include "mysql/log_scan.h"

#include <fmt/format.h>

#include <cctype>

namespace sluice::mysql {
namespace {

// The latest that the event's transaction may have been committed: old servers write whole seconds.
int64_t LatestMicros(const LogEvent& event) {
  const int64_t micros = CommitMicros(event);
  return micros % 1'000'000 == 0 ? micros + 999'999 : micros;
}

}  // namespace

std::string Beginning(std::string_view sql) {
  std::string out;
  for (const char c : sql.substr(0, 40)) {
    const bool blank = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == ';')) out.pop_back();
  return out;
}

int64_t CommitMicros(const LogEvent& event) {
  const auto* gtid = std::get_if<Gtid>(&event.body);
  if (gtid != nullptr && gtid->immediate_commit_micros != 0) {
    return static_cast<int64_t>(gtid->immediate_commit_micros);
  }
  return int64_t{event.header.timestamp} * 1'000'000;
}

void TransactionFollower::OnEvent(const LogEvent& event) {
  began_.reset();
  if (const auto* gtid = std::get_if<Gtid>(&event.body)) {
    inside_ = true;
    group_ = gtid->domain && !gtid->standalone;
    began_ = LatestMicros(event);
    return;
  }
  if (const auto* query = std::get_if<Query>(&event.body)) {
    if (!inside_) began_ = LatestMicros(event);
    const std::string begins = Beginning(query->sql);
    const bool stays = begins == "BEGIN" || begins.starts_with("SAVEPOINT") ||
                       begins.starts_with("ROLLBACK TO") || begins.starts_with("XA START") ||
                       begins.starts_with("XA BEGIN") || begins.starts_with("XA END");
    const bool ends = begins == "COMMIT" || begins == "ROLLBACK";
    group_ = group_ || begins == "BEGIN";  // what it holds may be statements
    inside_ = stays || (group_ && !ends);
    if (!inside_) group_ = false;
    return;
  }
  if (std::holds_alternative<Xid>(event.body) || std::holds_alternative<XaPrepare>(event.body) ||
      std::holds_alternative<TransactionPayload>(event.body)) {
    inside_ = group_ = false;
  }
}

Status LogScan::Open(const std::string& file) {
  return Open({.server_id = server_id_, .file = file, .position = 4}, {file, 4});
}

Status LogScan::Open(const LogStart& start, LogPoint point) {
  parser_ = {};
  follower_ = {};
  passed_ = {};
  current_ = {};
  cursor_ = LogCursor(std::move(point));
  ASSIGN_OR_RETURN(stream_, client_.OpenLog(endpoint_, start));
  return {};
}

Result<LogEvent> LogScan::Next() {
  RETURN_IF_ERROR(cancel_.Check());
  ASSIGN_OR_RETURN(const std::string_view raw, stream_->Next());
  ASSIGN_OR_RETURN(const LogEvent event, parser_.Parse(raw));
  cursor_.OnEvent(event);
  follower_.OnEvent(event);
  if (const auto* previous = std::get_if<PreviousGtids>(&event.body)) {
    ASSIGN_OR_RETURN(const GtidSet set, GtidSet::Decode(previous->encoded));
    passed_.gtid_set.AddAll(set);
  } else if (const auto* gtid = std::get_if<Gtid>(&event.body)) {
    current_ = IdOf(*gtid, event.header);
  }
  if (!follower_.inside()) passed_.Add(std::exchange(current_, {}));
  return event;
}

Result<GtidSet> LogScan::Check(const LogPoint& place) {
  RETURN_IF_ERROR(Open(place.file));
  LogPoint rest = cursor_.point();  // the last place between two transactions
  bool reached = place <= rest;
  bool inside = false;
  // What lies before the file is told behind its first event.
  for (bool told = false; !reached || !told;) {
    const LogPoint begin = cursor_.point();
    ASSIGN_OR_RETURN(const LogEvent event, Next());
    told = told || !(std::holds_alternative<Rotate>(event.body) ||
                     std::holds_alternative<FormatDescription>(event.body));
    if (reached) continue;
    const LogPoint& end = cursor_.point();
    if (place < end && begin.file == end.file) {
      return Fail(
          Code::kInvalidConfig,
          fmt::format("{}:{} lies within an event of {}:{}; a transaction begins at {}:{}",
                      place.file, place.offset, begin.file, begin.offset, rest.file, rest.offset));
    }
    inside = follower_.inside();
    if (!inside) rest = end;
    reached = place <= end;
  }
  if (!inside) return passed_.gtid_set;
  return Fail(Code::kInvalidConfig,
              fmt::format("{}:{} lies within the transaction that begins at {}:{}; begin there",
                          place.file, place.offset, rest.file, rest.offset));
}

Result<GtidSet> LogScan::Before(const GtidSet& known, const LogPoint& place) {
  LogStart start{.server_id = server_id_};
  start.gtid_set = known.ToString();
  RETURN_IF_ERROR(Open(start, {"", 4}));
  passed_.gtid_set = known;
  while (cursor_.point().file.empty() || cursor_.point() < place) {
    if (const auto event = Next(); !event) return Fail(event.error());
  }
  return passed_.gtid_set;
}

Result<LogScan::Found> LogScan::Since(const std::string& file, int64_t micros,
                                      const LogPoint& log_end) {
  RETURN_IF_ERROR(Open(file));
  LogPoint rest = cursor_.point();
  while (rest < log_end) {
    if (const auto event = Next(); !event) return Fail(event.error());
    const auto began = follower_.began();
    if (began && *began >= micros) return Found{rest, passed_.gtid_set};
    if (!follower_.inside()) rest = cursor_.point();
  }
  return Found{rest, passed_.gtid_set};
}

Result<int64_t> LogScan::Begun(const std::string& file) {
  RETURN_IF_ERROR(Open(file));
  while (true) {
    ASSIGN_OR_RETURN(const LogEvent event, Next());
    if (std::holds_alternative<FormatDescription>(event.body)) return event.header.timestamp;
  }
}

}  // namespace sluice::mysql
