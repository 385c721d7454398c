// SPDX-License-Identifier: Apache-2.0
#include "mysql/snapshot_worker.h"

#include <fmt/format.h>

#include "mysql/catalog.h"
#include "mysql/sql_rows.h"

namespace sluice::mysql {
namespace {

constexpr int kTriesMax = 5;                           // of a range whose table is altered
constexpr size_t kHeldBytesMax = size_t{8} << 20U;     // of one range
constexpr size_t kPiecesBytesMax = size_t{16} << 20U;  // handed over and not yet taken

// A snapshot that stays open keeps the server from dropping old versions of rows.
constexpr Duration kSnapshotAgeMax = std::chrono::seconds(10);
constexpr Duration kSnapshotIdleMax = std::chrono::milliseconds(500);

}  // namespace

std::string SnapshotWorker::SelectOf(const SnapshotJob& job) const {
  const TableDef& def = *job.table.def;
  const TableKey& key = job.table.key;
  std::string sql = fmt::format("SELECT {} FROM {}.{}", SelectList(def),
                                QuoteName(def.path.database), QuoteName(def.path.table));
  if (job.split.streamed) return sql;
  return sql + RangeCondition(key, def, job.split.range, *session_) + " ORDER BY " +
         KeyColumns(key, def);
}

struct SnapshotWorker::Reading {
  Reading(Env& clock, const WindowTable& from)
      : env(clock), table(from), builder(from.def->schema), scratch(from.def->schema) {}

  Env& env;
  const WindowTable& table;
  ChunkBuilder builder;
  ChunkBuilder scratch;  // one row, to look its key up before it is kept
  std::vector<ChunkPtr> chunks;
  size_t bytes = 0;
  uint64_t rows = 0;
  std::optional<KeyBound> last_key;  // once the reading is too large to go on behind it
  std::optional<KeyBound> cut;       // the first key that is not in this reading

  void Close() {
    if (builder.empty()) return;
    chunks.push_back(builder.Finish(0, env.WallMicros()));
    bytes += chunks.back()->bytes();
  }
  Status AppendTo(ChunkBuilder& out, SqlRow row) const {
    for (size_t i = 0; i < row.size(); ++i) {
      RETURN_IF_ERROR(AppendText(table.def->columns[i], row[i], out.column(i)));
    }
    out.EndRow(RowKind::kInsert);
    return {};
  }
};

SnapshotWorker::SnapshotWorker(Env& env, SqlClient& client, SqlEndpoint endpoint,
                               ServerFacts server, uint32_t server_id, bool merge)
    : env_(env),
      client_(client),
      endpoint_(std::move(endpoint)),
      server_(std::move(server)),
      merge_(merge),
      window_(client, endpoint_, server_id),
      pieces_(kPiecesBytesMax) {
  thread_ = Thread("snapshot", [this] { Loop(); });
}

SnapshotWorker::~SnapshotWorker() {
  stop_.Cancel();
  pieces_.Close();
  window_.Interrupt();
  {
    const std::lock_guard lock(mutex_);
    if (session_) session_->Interrupt();
    changed_.notify_all();
  }
  thread_.Join();
}

void SnapshotWorker::Begin(SnapshotJob job, std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  CHECK(!busy_);
  busy_ = true;
  job_ = std::move(job);
  wake_ = std::move(wake);
  changed_.notify_all();
}

std::optional<SnapshotPiece> SnapshotWorker::Poll() {
  return pieces_.Pop(Duration(0));
}

bool SnapshotWorker::idle() const {
  const std::lock_guard lock(mutex_);
  return !busy_ && !failed_;
}

void SnapshotWorker::Loop() {
  while (auto job = NextJob()) {
    const Status status = ReadSplit(*job);
    if (!status.ok()) {
      {
        const std::lock_guard lock(mutex_);
        failed_ = true;
      }
      SnapshotPiece piece;
      piece.status = status.In(
          fmt::format("reading {} {}", job->split.table.ToString(), job->split.range.ToString()));
      pieces_.ForcePush(std::move(piece));
      const std::lock_guard lock(mutex_);
      wake_();
    }
  }
  Disconnect();
}

// Nothing: the worker is stopped.
std::optional<SnapshotJob> SnapshotWorker::NextJob() {
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return job_ || stop_.cancelled(); };
  if (moment_ && !changed_.wait_for(lock, kSnapshotIdleMax, ready)) {
    lock.unlock();
    if (!CloseSnapshot().ok()) Disconnect();
    lock.lock();
  }
  changed_.wait(lock, ready);
  if (stop_.cancelled()) return std::nullopt;
  return std::exchange(job_, std::nullopt);
}

void SnapshotWorker::Disconnect() {
  moment_.reset();
  const std::lock_guard lock(mutex_);
  session_.reset();
}

Status SnapshotWorker::Connect() {
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
  // What a server may be set to and would change or cut what a SELECT gives.
  RETURN_IF_ERROR(session_->Execute(
      "SET SESSION time_zone = '+00:00', SESSION sql_mode = '', SESSION net_write_timeout = 600, "
      "SESSION sql_select_limit = 18446744073709551615"));
  return session_->Execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
}

// A range of a table that is altered meanwhile is read again, with the definition that the table
// has then, as long as that has the columns that the snapshot began with.
Status SnapshotWorker::ReadSplit(SnapshotJob& job) {
  handed_over_ = false;
  for (int tries = 1;; ++tries) {
    Status status = Run(job);
    if (status.code() != Code::kSchemaMismatch) return status;
    const SchemaRef known = (job.table.now ? job.table.now : job.table.def)->schema;
    RETURN_IF_ERROR(LearnTable(job));
    const bool altered = job.table.now->schema->columns != known->columns;
    if (!altered && tries > 1) return status;  // something else does not fit
    if (tries == kTriesMax || handed_over_) {
      return {Code::kUnavailable, fmt::format("the table is being altered: {}", status.message())};
    }
  }
}

// The definition that the table has by now.
Status SnapshotWorker::LearnTable(SnapshotJob& job) {
  const auto changed = [&](const std::string& how) -> Status {
    return {Code::kSchemaMismatch,
            fmt::format("table {} was changed during its snapshot ({}): start again with --fresh "
                        "to read it anew; its target must fit",
                        job.split.table.ToString(), how)};
  };
  Disconnect();  // it is inside a snapshot, or closed
  RETURN_IF_ERROR(Connect());
  const auto facts = LoadTable(*session_, job.split.table);
  if (!facts && facts.error().code() == Code::kNotFound) return changed("it is gone");
  if (!facts) return facts.error();
  ASSIGN_OR_RETURN(job.table.now, MakeTable(*facts, job.convert));
  const std::string missing = MissingColumn(*job.table.def, *job.table.now);
  return missing.empty() ? Status() : changed(missing);
}

Status SnapshotWorker::Run(SnapshotJob& job) {
  RETURN_IF_ERROR(Connect());
  RETURN_IF_ERROR(OpenSnapshot(job));
  Reading reading(env_, job.table);
  if (job.split.streamed) {
    SnapshotPiece begin;
    if (!job.split.started) job.split.started = moment_->at;
    begin.started = job.split.started;
    RETURN_IF_ERROR(Deliver(std::move(begin), 0));
  }
  RETURN_IF_ERROR(ReadRows(job, reading));
  SnapshotPiece piece;
  piece.chunks = std::move(reading.chunks);
  KeyRange range = job.split.range;
  SnapshotReport report;
  const LogPoint at = job.split.started.value_or(moment_->at);
  report.exact = moment_->exact;
  if (reading.cut) {
    report.remainder = KeyRange{reading.cut, range.upper};
    range.upper = reading.cut;
    Disconnect();  // the rest of the answer was not read
  } else {
    // Keeps the snapshot and gives the table back: an ALTER TABLE, and all that queues behind it,
    // would wait for its end.
    RETURN_IF_ERROR(session_->Execute("ROLLBACK TO SAVEPOINT nothing_read"));
  }
  report.finished = {range, at};
  report.rows = reading.rows;
  piece.report = std::move(report);
  {
    const std::lock_guard lock(mutex_);
    busy_ = false;  // before the piece is seen, so that its taker may begin another split
  }
  return Deliver(std::move(piece), reading.bytes);
}

bool SnapshotWorker::Exact(const SnapshotJob& job) const {
  return merge_ && (job.split.streamed || job.table.key.ordered);
}

// The one that is open, if it is of this table and young.
Status SnapshotWorker::OpenSnapshot(const SnapshotJob& job) {
  const bool same = moment_ && moment_->def == job.table.def && !job.table.now;
  if (same && env_.Now() < moment_->opened + kSnapshotAgeMax) return {};
  RETURN_IF_ERROR(CloseSnapshot());
  using How = ServerFacts::Snapshot;
  const How how = server_.snapshot();
  Moment moment;
  moment.def = job.table.def;
  moment.exact = Exact(job);
  moment.opened = env_.Now();
  GtidSet visible;
  LogPoint settled;
  if (moment.exact && how == How::kGtids) {
    ASSIGN_OR_RETURN(const SqlTable executed, session_->Query("SELECT @@global.gtid_executed"));
    ASSIGN_OR_RETURN(visible, GtidSet::Parse(executed[0][0].value_or("")));
  } else if (moment.exact && how == How::kSettled) {
    ASSIGN_OR_RETURN(settled, SettledPoint());
  }
  RETURN_IF_ERROR(session_->Execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"));
  RETURN_IF_ERROR(session_->Execute("SAVEPOINT nothing_read"));
  if (how == How::kTold) {
    ASSIGN_OR_RETURN(moment.at, ToldPoint());
  } else {
    ASSIGN_OR_RETURN(const LogPosition now, CurrentPosition(*session_, server_));
    moment.at = {now.file, now.tx_offset};
  }
  if (moment.exact && how == How::kGtids) {
    ASSIGN_OR_RETURN(moment.window, window_.Read(job.table, visible, moment.at));
  } else if (moment.exact && how == How::kSettled) {
    marks_.emplace_back(env_.Now(), moment.at);
    ASSIGN_OR_RETURN(moment.window, window_.Read(job.table, settled, moment.at));
  }
  moment_ = std::move(moment);
  return {};
}

Status SnapshotWorker::CloseSnapshot() {
  if (!std::exchange(moment_, std::nullopt)) return {};
  return session_->Execute("COMMIT");
}

// MariaDB takes a consistent snapshot between two commits and tells, in the session, which.
Result<LogPoint> SnapshotWorker::ToldPoint() {
  ASSIGN_OR_RETURN(const SqlTable rows,
                   session_->Query("SHOW SESSION STATUS WHERE Variable_name IN "
                                   "('Binlog_snapshot_file', 'Binlog_snapshot_position')"));
  LogPoint point;
  bool both[2] = {false, false};
  for (const AnswerRow& row : rows) {
    const bool file = Upper(Text(row, 0)) == "BINLOG_SNAPSHOT_FILE";
    both[file ? 0 : 1] = !Text(row, 1).empty();
    if (file) point.file = Text(row, 1);
    if (!file) point.offset = Number(row, 1).value_or(0);
  }
  if (both[0] && both[1] && point.offset >= 4) return point;
  return Fail(Code::kUnsupported,
              "the server does not tell where in its log a snapshot stands "
              "(Binlog_snapshot_position)");
}

// A place of the log that every transaction before has long been visible.
Result<LogPoint> SnapshotWorker::SettledPoint() {
  if (marks_.empty()) {
    ASSIGN_OR_RETURN(const LogPosition now, CurrentPosition(*session_, server_));
    marks_.emplace_back(env_.Now(), LogPoint{now.file, now.tx_offset});
    if (stop_.WaitFor(server_.settle)) return Fail(stop_.Check());
  }
  while (marks_.size() > 1 && marks_[1].first + server_.settle <= env_.Now()) marks_.pop_front();
  return marks_.front().second;
}

Status SnapshotWorker::ReadRows(const SnapshotJob& job, Reading& reading) {
  const TableKey& key = job.table.key;
  const auto& changed = moment_->window.rows;
  Status status;
  const auto take = [&](SqlRow row) -> Status {
    if (!changed.empty()) {
      RETURN_IF_ERROR(reading.AppendTo(reading.scratch, row));
      const ChunkPtr one = reading.scratch.Finish(0);
      const auto column = [&](uint32_t i) -> const Column& { return one->column(i); };
      if (changed.contains(RowKey(key, column, 0))) return {};
      reading.builder.CopyRow(*one, 0);
    } else {
      RETURN_IF_ERROR(reading.AppendTo(reading.builder, row));
    }
    ++reading.rows;
    if (!reading.builder.full()) return {};
    reading.Close();
    if (!job.split.streamed) return {};
    SnapshotPiece piece;
    piece.chunks = std::exchange(reading.chunks, {});
    handed_over_ = true;
    return Deliver(std::move(piece), std::exchange(reading.bytes, 0));
  };
  const auto each = [&](SqlRow row) {
    if (!job.split.streamed && reading.bytes >= kHeldBytesMax) {
      // Ranges end between two keys, never between rows of one.
      KeyBound at = RowKey(key, *job.table.def, row);
      if (!reading.last_key) {
        reading.last_key = std::move(at);
      } else if (*reading.last_key != at) {
        reading.cut = std::move(at);
        return false;
      }
    }
    status = take(row);
    return status.ok();
  };
  RETURN_IF_ERROR(session_->Stream(SelectOf(job), each));
  RETURN_IF_ERROR(status);
  if (moment_->window.images) RETURN_IF_ERROR(AddImages(job, reading));
  reading.Close();
  return {};
}

// The rows that the log has for this range.
Status SnapshotWorker::AddImages(const SnapshotJob& job, Reading& reading) const {
  const Chunk& images = *moment_->window.images;
  const KeyRange here{job.split.range.lower, reading.cut ? reading.cut : job.split.range.upper};
  for (const auto& [key, row] : moment_->window.rows) {
    if (!row || (!job.split.streamed && !here.Contains(key))) continue;
    for (size_t i = 0; i < images.column_count(); ++i) {
      reading.builder.column(i).AppendFrom(images.column(i), *row);
    }
    reading.builder.EndRow(RowKind::kInsert);
    ++reading.rows;
    if (reading.builder.full()) reading.Close();
  }
  return {};
}

Status SnapshotWorker::Deliver(SnapshotPiece piece, size_t bytes) {
  while (!pieces_.Push(piece, bytes, std::chrono::milliseconds(100)))
    RETURN_IF_ERROR(stop_.Check());
  const std::lock_guard lock(mutex_);
  wake_();
  return {};
}

}  // namespace sluice::mysql
