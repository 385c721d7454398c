// SPDX-License-Identifier: Apache-2.0
#include "mysql/start_place.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/text.h"
#include "mysql/sql_rows.h"

namespace sluice::mysql {
namespace {

constexpr int64_t kMillis = 1'000;
constexpr int64_t kSecond = 1'000'000;

std::string TimeText(int64_t micros) {
  std::string out;
  AppendTimestamp(micros, 3, out);
  return out + " UTC";
}

// One call of StartPlace.
class Finder {
 public:
  Finder(SqlSession& session, const ServerFacts& server, const LogPosition& now, LogScan& scan,
         std::vector<ServerLogFile> files)
      : session_(session), server_(server), now_(now), scan_(scan), files_(std::move(files)) {}

  Result<LogPosition> Earliest() { return At({files_.front().name, 4}); }

  Result<LogPosition> AtOffset(const LogPoint& place) {
    const auto file = std::ranges::find(files_, place.file, &ServerLogFile::name);
    const std::string oldest = fmt::format("the oldest place is {}:4", files_.front().name);
    if (file == files_.end() && place < LogPoint{files_.front().name, 4}) {
      return Fail(
          Code::kPositionLost,
          fmt::format("startup.specific-offset: the server has purged {}; {}", place.file, oldest));
    }
    if (file == files_.end()) {
      return Fail(Code::kInvalidConfig,
                  fmt::format("startup.specific-offset: the server has no log file {}; {}, the "
                              "newest {}:{}",
                              place.file, oldest, now_.file, now_.tx_offset));
    }
    if (place.offset > file->size) {
      return Fail(Code::kInvalidConfig,
                  fmt::format("startup.specific-offset: {} ends at {}, before {}", place.file,
                              file->size, place.offset));
    }
    auto position = At(place);
    return position ? std::move(position) : Fail(position.error().In("startup.specific-offset"));
  }

  // Found by the server itself; file and offset are known with its first transaction.
  Result<LogPosition> Behind(const std::string& gtids) {
    LogPosition position;
    position.server_uuid = server_.uuid;
    const Status parsed = Parse(gtids, position);
    if (!parsed.ok()) return Fail(parsed.In("startup.specific-offset.gtids"));
    if (position.mariadb.empty() && position.gtid_set.empty()) return Earliest();
    ASSIGN_OR_RETURN(const bool known, HasAll(session_, server_, position));
    if (!known) {
      return Fail(
          Code::kInvalidConfig,
          fmt::format("startup.specific-offset.gtids: {} holds transactions that the server "
                      "does not know",
                      gtids));
    }
    const std::string& oldest = files_.front().name;
    ASSIGN_OR_RETURN(const bool kept, KeepsOthers(session_, server_, position, oldest));
    if (!kept) {
      return Fail(Code::kPositionLost,
                  fmt::format("startup.specific-offset.gtids: transactions behind {} were purged "
                              "from the server's log, which begins with {}",
                              gtids, oldest));
    }
    return position;
  }

  Result<LogPosition> Since(int64_t millis) {
    const int64_t micros = millis * kMillis;
    RETURN_IF_ERROR(CheckNotAhead(micros));
    ASSIGN_OR_RETURN(const std::string file, FileOf(micros));
    ASSIGN_OR_RETURN(const LogScan::Found found, scan_.Since(file, micros, Point(now_)));
    return Placed(found.place, found.before);
  }

 private:
  Status Parse(const std::string& gtids, LogPosition& out) const {
    if (server_.mariadb) {
      ASSIGN_OR_RETURN(out.mariadb, MariadbGtids::Parse(gtids));
      return {};
    }
    if (!server_.gtid) return {Code::kInvalidConfig, "gtid_mode of the server is not ON"};
    ASSIGN_OR_RETURN(out.gtid_set, GtidSet::Parse(gtids));
    return {};
  }

  static LogPoint Point(const LogPosition& at) { return {at.file, at.tx_offset}; }

  Result<LogPosition> At(const LogPoint& place) {
    ASSIGN_OR_RETURN(const GtidSet before, scan_.Check(place));
    return Placed(place, before);
  }

  Result<LogPosition> Placed(const LogPoint& place, const GtidSet& before) {
    LogPosition position;
    position.server_uuid = server_.uuid;
    position.file = place.file;
    position.tx_offset = place.offset;
    if (server_.gtid) position.gtid_set = before;
    if (!server_.mariadb) return position;
    ASSIGN_OR_RETURN(const auto gtids, GtidsAt(session_, place.file, place.offset));
    position.mariadb = gtids.value_or(MariadbGtids());
    return position;
  }

  Status CheckNotAhead(int64_t micros) {
    ASSIGN_OR_RETURN(const int64_t clock, ServerMicros(session_));
    if (micros <= clock) return {};
    return {Code::kInvalidConfig,
            fmt::format("startup.timestamp {} lies ahead: the server's clock is at {}",
                        TimeText(micros), TimeText(clock))};
  }

  // The last file that was begun before the second of `micros`: what it and its successors hold is
  // all that can be of that time.
  Result<std::string> FileOf(int64_t micros) {
    size_t low = 0;
    size_t high = files_.size();
    int64_t first_begun = 0;
    while (low < high) {
      const size_t middle = low + (high - low) / 2;
      ASSIGN_OR_RETURN(const int64_t begun, scan_.Begun(files_[middle].name));
      if (middle == 0) first_begun = begun;
      if (begun < micros / kSecond) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low > 0) return files_[low - 1].name;
    // The server's first file has nothing before it.
    if (files_.front().name.ends_with(".000001")) return files_.front().name;
    return Fail(
        Code::kPositionLost,
        fmt::format("startup.timestamp {}: the server has purged its log of that time; "
                    "what there is was begun at {} ({}), which startup.mode = earliest "
                    "reads",
                    TimeText(micros), TimeText(first_begun * kSecond), files_.front().name));
  }

  SqlSession& session_;
  const ServerFacts& server_;
  const LogPosition& now_;
  LogScan& scan_;
  const std::vector<ServerLogFile> files_;
};

}  // namespace

Result<LogPosition> StartPlace(SqlSession& session, const ServerFacts& server,
                               const MysqlCdcOptions& options, const LogPosition& now,
                               LogScan& scan) {
  if (options.start_mode == StartMode::kInitial || options.start_mode == StartMode::kLatest) {
    LogPosition position = now;
    if (!server.gtid) return position;
    // The set that was asked for lacks transactions that were being committed, and another server
    // would send them later, as if they came behind the place.
    ASSIGN_OR_RETURN(position.gtid_set, scan.Before(now.gtid_set, {now.file, now.tx_offset}));
    return position;
  }
  ASSIGN_OR_RETURN(std::vector<ServerLogFile> files, LogFiles(session));
  Finder finder(session, server, now, scan, std::move(files));
  if (options.start_mode == StartMode::kEarliest) return finder.Earliest();
  if (options.start_mode == StartMode::kTimestamp) return finder.Since(options.start_millis);
  if (options.start_file.empty()) return finder.Behind(options.start_gtids);
  return finder.AtOffset({options.start_file, static_cast<uint64_t>(options.start_pos)});
}

Result<LogEnd> StopPlace(const MysqlCdcOptions& options, const LogPosition& start,
                         const LogPosition& now) {
  LogEnd end;
  if (options.stop_mode == StopMode::kLatest) end.point = {now.file, now.tx_offset};
  if (options.stop_mode == StopMode::kTimestamp) end.micros = options.stop_millis * kMillis;
  if (options.stop_mode != StopMode::kSpecific) return end;
  end.point = {options.stop_file, static_cast<uint64_t>(options.stop_pos)};
  const LogPoint from{start.file, start.tx_offset};
  if (options.start_mode == StartMode::kInitial || from <= *end.point) return end;
  return Fail(Code::kInvalidConfig,
              fmt::format("stop.specific-offset {}:{} lies before the beginning of the job, {}:{}",
                          end.point->file, end.point->offset, from.file, from.offset));
}

}  // namespace sluice::mysql
