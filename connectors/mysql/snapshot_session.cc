// SPDX-License-Identifier: Apache-2.0
#include "mysql/snapshot_session.h"

#include <fmt/format.h>

#include "mysql/sql_rows.h"

namespace sluice::mysql {
namespace {

using How = ServerFacts::Snapshot;

// As long as ALTER TABLE waits for the snapshot, everybody else waits for ALTER TABLE.
constexpr Duration kAgeMax = std::chrono::seconds(2);

}  // namespace

SnapshotSession::SnapshotSession(Env& env, SqlClient& client, SqlEndpoint endpoint,
                                 ServerFacts server, uint32_t server_id)
    : env_(env),
      client_(client),
      endpoint_(std::move(endpoint)),
      server_(std::move(server)),
      window_(client, endpoint_, server_id) {}

void SnapshotSession::Disconnect() {
  snapshot_.reset();
  const std::lock_guard lock(mutex_);
  session_.reset();
}

void SnapshotSession::Interrupt() {
  stop_.Cancel();
  window_.Interrupt();
  const std::lock_guard lock(mutex_);
  if (session_) session_->Interrupt();
}

Status SnapshotSession::Connect() {
  if (session_) return {};
  ASSIGN_OR_RETURN(auto session, client_.Open(endpoint_));
  {
    const std::lock_guard lock(mutex_);
    if (stop_.cancelled()) return stop_.Check();
    session_ = std::move(session);
  }
  // The places of ranges in the log are this server's.
  ASSIGN_OR_RETURN(const std::string uuid, IdentityOf(*session_, server_));
  if (uuid != server_.uuid) {
    return {Code::kPositionLost,
            fmt::format("the server was replaced during the snapshot: its {} is {}, the snapshot "
                        "was begun on {}; start again with --heal to read the tables anew and "
                        "write only what differs",
                        server_.mariadb ? "identity" : "server_uuid", uuid, server_.uuid)};
  }
  return ReadAsLogged(*session_);
}

Result<LogPoint> SnapshotSession::LogEnd() {
  ASSIGN_OR_RETURN(const LogPosition now, CurrentPosition(*session_, server_));
  return LogPoint{now.file, now.tx_offset};
}

Status SnapshotSession::Statements(const LogPoint& from, const LogPoint& upto,
                                   const std::function<void(const Query&)>& each) {
  return window_.Statements(from, upto, each);
}

Status SnapshotSession::Open(const WindowTable& table, bool exact) {
  const bool same = snapshot_ && snapshot_->table == table.now;
  if (same && !old()) return {};
  RETURN_IF_ERROR(Close());
  const How how = server_.snapshot();
  TableSnapshot snapshot;
  snapshot.table = table.now;
  snapshot.exact = exact;
  snapshot.opened = env_.Now();
  GtidSet visible;
  LogPoint settled;
  if (exact && how == How::kGtids) {
    ASSIGN_OR_RETURN(const SqlTable executed, session_->Query("SELECT @@global.gtid_executed"));
    ASSIGN_OR_RETURN(visible, GtidSet::Parse(executed[0][0].value_or("")));
  } else if (exact && how == How::kSettled) {
    ASSIGN_OR_RETURN(settled, SettledPoint());
  }
  RETURN_IF_ERROR(Begin(table.def->path));
  // Before the place is read, so that the window holds every statement since. Rows that a statement
  // behind this one writes anew are not in the snapshot any more, and the server says so.
  ASSIGN_OR_RETURN(const std::string described, DescribeTable(*session_, table.now->now));
  if (described != table.now->described) {
    return {Code::kSchemaMismatch, "its columns are others than before"};
  }
  ASSIGN_OR_RETURN(snapshot.at, how == How::kTold ? ToldPoint(*session_) : LogEnd());
  RETURN_IF_ERROR(ReadWindow(table, visible, settled, snapshot));
  snapshot_ = std::move(snapshot);
  return {};
}

Status SnapshotSession::ReadWindow(const WindowTable& table, const GtidSet& visible,
                                   const LogPoint& settled, TableSnapshot& snapshot) {
  const How how = server_.snapshot();
  if (snapshot.exact && how == How::kGtids) {
    ASSIGN_OR_RETURN(snapshot.window, window_.Read(table, visible, snapshot.at));
  } else if (snapshot.exact && how == How::kSettled) {
    marks_.emplace_back(env_.Now(), snapshot.at);
    ASSIGN_OR_RETURN(snapshot.window, window_.Read(table, settled, snapshot.at));
  }
  // What the rows were at the place cannot be told from such a window, and reading them again gives
  // what they are later. To wait for a window without them could last forever on a busy table. So
  // the snapshot stays as it is, and is not said to stand exactly at the place: the log brings all
  // that changed since the job began once more.
  if (snapshot.window.lacking) {
    snapshot.window = {};
    snapshot.exact = false;
  }
  return {};
}

bool SnapshotSession::old() const {
  return snapshot_ && env_.Now() >= snapshot_->opened + kAgeMax;
}

// Holds the table's lock from before the snapshot to its end. Of a table that takes the place of
// another one behind its back, by an ALTER TABLE that copies or by the RENAME of a tool, a snapshot
// sees those rows that came into the new table before: MySQL before 8.0 gives them as if they were
// all, and later versions do where the new table was made long before.
Status SnapshotSession::Begin(const TablePath& path) {
  const std::string probe =
      fmt::format("SELECT 1 FROM {}.{} LIMIT 1", QuoteName(path.database), QuoteName(path.table));
  if (server_.snapshot() != How::kTold) {
    RETURN_IF_ERROR(session_->Execute("START TRANSACTION READ ONLY"));
    // Locks the table, and then opens the snapshot.
    const auto any = session_->Query(probe);
    return any ? Status() : any.error();
  }
  // The place is told only of a snapshot that is opened by itself, so the lock comes behind it.
  ASSIGN_OR_RETURN(const std::string before, MadeAt(path));
  RETURN_IF_ERROR(session_->Execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"));
  if (const auto any = session_->Query(probe); !any) return any.error();
  ASSIGN_OR_RETURN(const std::string now, MadeAt(path));
  if (now == before) return {};
  return {Code::kSchemaMismatch, "another table has taken its place"};
}

Result<std::string> SnapshotSession::MadeAt(const TablePath& path) {
  ASSIGN_OR_RETURN(
      const SqlTable rows,
      session_->Query(fmt::format("SELECT CREATE_TIME FROM information_schema.TABLES WHERE "
                                  "TABLE_SCHEMA = {} AND TABLE_NAME = {}",
                                  session_->Quote(path.database), session_->Quote(path.table))));
  return rows.empty() ? "" : Text(rows[0], 0);
}

Status SnapshotSession::Close() {
  if (!std::exchange(snapshot_, std::nullopt)) return {};
  return session_->Execute("COMMIT");
}

// A place of the log that every transaction before has long been visible.
Result<LogPoint> SnapshotSession::SettledPoint() {
  if (marks_.empty()) {
    ASSIGN_OR_RETURN(const LogPoint now, LogEnd());
    marks_.emplace_back(env_.Now(), now);
    if (stop_.WaitFor(server_.settle)) return Fail(stop_.Check());
  }
  while (marks_.size() > 1 && marks_[1].first + server_.settle <= env_.Now()) marks_.pop_front();
  return marks_.front().second;
}

}  // namespace sluice::mysql
