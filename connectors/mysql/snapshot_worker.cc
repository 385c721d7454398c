// SPDX-License-Identifier: Apache-2.0
#include "mysql/snapshot_worker.h"

#include <fmt/format.h>

namespace sluice::mysql {
namespace {

constexpr int kTriesMax = 5;                           // of a range whose table is altered
constexpr size_t kHeldBytesMax = size_t{8} << 20U;     // of one range
constexpr size_t kPiecesBytesMax = size_t{16} << 20U;  // handed over and not yet taken
constexpr Duration kPushPause = std::chrono::milliseconds(100);
constexpr Duration kSnapshotIdleMax = std::chrono::milliseconds(500);

}  // namespace

std::string SnapshotWorker::SelectOf(const SnapshotJob& job) {
  const TableNow& now = job.table.now->now;
  if (job.split.streamed) return now.select();
  const TableKey& key = job.table.key;
  return now.select() + RangeCondition(key, *now.named(), job.split.range, session_.sql()) +
         " ORDER BY " + KeyColumns(key, *now.named());
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
    RETURN_IF_ERROR(table.now->now.Append(row, out));
    out.EndRow(RowKind::kInsert);
    return {};
  }
};

SnapshotWorker::SnapshotWorker(Env& env, SqlClient& client, KnownTables& known,
                               SqlEndpoint endpoint, ServerFacts server, uint32_t server_id,
                               bool merge)
    : env_(env),
      known_(known),
      server_(std::move(server)),
      merge_(merge),
      session_(env, client, std::move(endpoint), server_, server_id),
      pieces_(kPiecesBytesMax) {
  thread_ = Thread("snapshot", [this] { Loop(); });
}

SnapshotWorker::~SnapshotWorker() {
  session_.Interrupt();
  pieces_.Close();
  {
    const std::lock_guard lock(mutex_);
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
  auto piece = pieces_.Pop(Duration(0));
  if (piece && piece->report) {
    // Its pusher may not have called wake yet, and the split's reader ends now.
    const std::lock_guard lock(mutex_);
    wake_ = [] {};
  }
  return piece;
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
      Wake();
    }
  }
  session_.Disconnect();
}

// Nothing: the worker is stopped.
std::optional<SnapshotJob> SnapshotWorker::NextJob() {
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return job_ || session_.stop().cancelled(); };
  if (session_.open() && !changed_.wait_for(lock, kSnapshotIdleMax, ready)) {
    lock.unlock();
    if (!session_.Close().ok()) session_.Disconnect();
    lock.lock();
  }
  changed_.wait(lock, ready);
  if (session_.stop().cancelled()) return std::nullopt;
  return std::exchange(job_, std::nullopt);
}

// A range of a table that is altered meanwhile is read again, from the table as it is then.
Status SnapshotWorker::ReadSplit(SnapshotJob& job) {
  handed_over_ = false;
  bool waited = false;
  for (int tries = 1;; ++tries) {
    Status status = Run(job);
    const Code code = status.code();
    // An unknown database counts as a setting that is wrong.
    const bool table =
        code == Code::kSchemaMismatch || code == Code::kNotFound || code == Code::kInvalidConfig;
    if (status.ok() || !table) return status;
    if (tries == kTriesMax || handed_over_) {
      return {Code::kUnavailable, fmt::format("the table is being altered: {}", status.message())};
    }
    session_.Disconnect();  // it is inside a snapshot, or closed
    const KnownTableRef before = job.table.now;
    const Status learnt = Learn(job);
    if (learnt.code() == Code::kNotFound) return FinishGone(job);
    RETURN_IF_ERROR(learnt);
    if (job.table.now != before) continue;
    if (waited) return status;  // something else does not fit
    waited = true;
    // A later window may lie behind the statement.
    const bool window = server_.snapshot() == ServerFacts::Snapshot::kSettled;
    if (window && session_.stop().WaitFor(server_.settle)) return session_.stop().Check();
  }
}

// How the table is read by now.
Status SnapshotWorker::Learn(SnapshotJob& job) {
  RETURN_IF_ERROR(session_.Connect());
  TableDefRef guess = job.table.def;
  TableTrail trail = job.trail;
  if (const KnownTableRef last = known_.Find(job.table.def)) {
    if (last != job.table.now) {  // another worker met the change before
      job.table.now = last;
      return {};
    }
    trail = last->trail;
    if (last->now.same()) guess = last->now.now();
  }
  const auto names = [&](const TableDef& now) { return NamesOf(trail, now); };
  auto known = LearnTable(session_.sql(), job.table.def, guess, known_.misfit(), job.convert,
                          session_.stop(), names);
  Status status = known ? known->now.CheckKey(job.table.key) : known.error();
  if (status.code() == Code::kSchemaMismatch) {
    return status.In("reading a table that was altered during its snapshot");
  }
  RETURN_IF_ERROR(status);
  known->trail = std::move(trail);
  job.table.now = known_.Put(std::move(*known));
  return {};
}

// By the statements of the log; the first worker that meets a change reads them for all.
Result<std::optional<TableNow::Names>> SnapshotWorker::NamesOf(TableTrail& trail,
                                                               const TableDef& now) {
  ASSIGN_OR_RETURN(const LogPoint upto, session_.LogEnd());
  const SqlDialect dialect = DialectOf(server_.version);
  const auto take = [&](const Query& query) { trail.Take(query, dialect); };
  RETURN_IF_ERROR(session_.Statements(trail.upto(), upto, take));
  if (trail.upto() < upto) trail.Reached(upto);
  return trail.NamesIn(now);
}

// Nothing is left to be read of a table whose end the job's rules pass over; what the log has for
// the range is brought by that.
Status SnapshotWorker::FinishGone(const SnapshotJob& job) {
  const DdlRules& rules = known_.rules();
  const TablePath& table = job.split.table;
  if (rules.drop_table != DdlPolicy::kIgnore && rules.rename_table != DdlPolicy::kIgnore) {
    return {Code::kSchemaMismatch,
            fmt::format("table {} was dropped or renamed away during its snapshot: "
                        "schema-changes.policy {{ drop-table = ignore }}, or rename-table, goes on "
                        "with what was read of it; or start again with --fresh",
                        table.ToString())};
  }
  known_.PutGone(table);
  ASSIGN_OR_RETURN(const LogPoint now, session_.LogEnd());
  SnapshotReport report;
  report.finished = {job.split.range, job.split.started.value_or(now)};
  SnapshotPiece piece;
  piece.report = std::move(report);
  return Finish(std::move(piece), 0);
}

Status SnapshotWorker::Run(SnapshotJob& job) {
  RETURN_IF_ERROR(session_.Connect());
  if (!job.table.now) job.table.now = known_.Find(job.table.def);
  if (!job.table.now) RETURN_IF_ERROR(Learn(job));
  RETURN_IF_ERROR(session_.Open(job.table, Exact(job)));
  const TableSnapshot& snapshot = session_.snapshot();
  Reading reading(env_, job.table);
  if (job.split.streamed) {
    SnapshotPiece begin;
    if (!job.split.started) job.split.started = snapshot.at;
    begin.started = job.split.started;
    RETURN_IF_ERROR(Deliver(std::move(begin), 0));
  }
  RETURN_IF_ERROR(ReadRows(job, reading));
  SnapshotPiece piece;
  piece.chunks = std::move(reading.chunks);
  KeyRange range = job.split.range;
  SnapshotReport report;
  const LogPoint at = job.split.started.value_or(snapshot.at);
  report.exact = snapshot.exact;
  if (reading.cut) {
    report.remainder = KeyRange{reading.cut, range.upper};
    range.upper = reading.cut;
    session_.Disconnect();  // the rest of the answer was not read
  }
  report.finished = {range, at};
  report.rows = reading.rows;
  piece.report = std::move(report);
  return Finish(std::move(piece), reading.bytes);
}

Status SnapshotWorker::Finish(SnapshotPiece piece, size_t bytes) {
  if (session_.old()) RETURN_IF_ERROR(session_.Close());
  {
    const std::lock_guard lock(mutex_);
    busy_ = false;  // before the piece is seen, so that its taker may begin another split
  }
  while (!pieces_.Push(piece, bytes, kPushPause)) {
    RETURN_IF_ERROR(session_.stop().Check());
    if (session_.old()) RETURN_IF_ERROR(session_.Close());  // the target may need long
  }
  Wake();
  return {};
}

bool SnapshotWorker::Exact(const SnapshotJob& job) const {
  return merge_ && (job.split.streamed || job.table.key.ordered);
}

Status SnapshotWorker::ReadRows(const SnapshotJob& job, Reading& reading) {
  const TableKey& key = job.table.key;
  const WindowImages& window = session_.snapshot().window;
  const auto& changed = window.rows;
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
      KeyBound at = job.table.now->now.BoundOf(row, key);
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
  RETURN_IF_ERROR(session_.sql().Stream(SelectOf(job), each));
  RETURN_IF_ERROR(status);
  if (window.images) RETURN_IF_ERROR(AddImages(job, reading));
  reading.Close();
  return {};
}

// The rows that the log has for this range.
Status SnapshotWorker::AddImages(const SnapshotJob& job, Reading& reading) const {
  const WindowImages& window = session_.snapshot().window;
  const Chunk& images = *window.images;
  const KeyRange here{job.split.range.lower, reading.cut ? reading.cut : job.split.range.upper};
  for (const auto& [key, row] : window.rows) {
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

// In the middle of an answer, so the snapshot stays.
Status SnapshotWorker::Deliver(SnapshotPiece piece, size_t bytes) {
  while (!pieces_.Push(piece, bytes, kPushPause)) RETURN_IF_ERROR(session_.stop().Check());
  Wake();
  return {};
}

void SnapshotWorker::Wake() {
  const std::lock_guard lock(mutex_);
  wake_();
}

}  // namespace sluice::mysql
