// SPDX-License-Identifier: Apache-2.0
#include "mysql/log_window.h"

#include <algorithm>

#include "base/ascii.h"
#include "mysql/binlog/thin_rows.h"

namespace sluice::mysql {

namespace {

constexpr size_t kKeptBytesMax = size_t{16} << 20U;  // of one window
constexpr size_t kEntryBytes = 96;                   // of WindowImages::rows, about, and its key's

// Of any statement that could change the table, and of some others.
bool Names(std::string_view sql, const TablePath& path) {
  const auto same = [](char a, char b) { return LowerLetter(a) == LowerLetter(b); };
  return !std::ranges::search(sql, path.table, same).empty();
}

}  // namespace

// One call of Read.
struct LogWindow::Scan {
  const WindowTable& table;
  const GtidSet& visible;
  WindowImages out;
  ChunkBuilder builder;  // WindowImages::images
  ChunkBuilder row;      // the images of one
  std::optional<RowPlan> plan;
  std::optional<ChunkBuilder> now;  // of table.now's image(), while the plan is of it
  uint64_t table_id = UINT64_MAX;   // of the table within the current transaction
  bool skip = false;                // the current transaction is visible
  bool altered = false;             // a statement may have changed the table
  bool unclear = false;             // rows that may be of either side of one
  size_t kept_bytes = 0;
};

Result<WindowImages> LogWindow::Read(const WindowTable& table, const GtidSet& visible,
                                     const LogPoint& upto) {
  if (stream_ && visible.Contains(consumed_)) {
    auto images = Collect(table, visible, upto);
    // The server gives up on a stream that nobody has read for long.
    if (images || images.error().retry() != Retry::kInPlace) return images;
  }
  LogStart start{.server_id = server_id_};
  start.gtid_set = visible.ToString();
  RETURN_IF_ERROR(Open(start, {"", 4}));
  return Collect(table, visible, upto);
}

Result<WindowImages> LogWindow::Read(const WindowTable& table, const LogPoint& from,
                                     const LogPoint& upto) {
  LogStart start{.server_id = server_id_, .file = from.file, .position = from.offset};
  RETURN_IF_ERROR(Open(start, from));
  return Collect(table, GtidSet(), upto);
}

Status LogWindow::Open(const LogStart& start, LogPoint point) {
  Close();
  ASSIGN_OR_RETURN(auto stream, client_.OpenLog(endpoint_, start));
  const std::lock_guard lock(mutex_);
  if (interrupted_) return {Code::kCancelled, "the snapshot was stopped"};
  stream_ = std::move(stream);
  parser_ = std::make_unique<EventParser>();
  cursor_ = LogCursor(std::move(point));
  consumed_ = {};
  return {};
}

Result<WindowImages> LogWindow::Collect(const WindowTable& table, const GtidSet& visible,
                                        const LogPoint& upto) {
  Scan scan{
      table,       visible, {}, ChunkBuilder(table.def->schema), ChunkBuilder(table.def->schema),
      std::nullopt};
  while (cursor_.point().file.empty() || cursor_.point() < upto) {
    auto raw = stream_->Next();
    auto event = raw ? parser_->Parse(*raw) : Fail(raw.error());
    Status status = event ? Status() : event.error();
    if (status.ok()) {
      cursor_.OnEvent(*event);
      status = Take(*event, scan);
    }
    if (!status.ok()) {
      Close();
      return Fail(status.In("reading the log beside the snapshot"));
    }
    if (!scan.out.lacking) continue;
    // Nothing that follows can mend it, and by the next window its transaction may be visible.
    Close();
    return WindowImages{.lacking = true};
  }
  if (scan.altered && scan.unclear) {
    return Fail(Code::kSchemaMismatch,
                "rows beside a statement that moved columns cannot be told from those before it");
  }
  if (!scan.builder.empty()) scan.out.images = scan.builder.Finish(0);
  return std::move(scan.out);
}

Status LogWindow::Statements(const LogPoint& from, const LogPoint& upto,
                             const std::function<void(const Query&)>& each) {
  if (!(from < upto)) return {};
  RETURN_IF_ERROR(
      Open({.server_id = server_id_, .file = from.file, .position = from.offset}, from));
  Status status;
  while (status.ok() && cursor_.point() < upto) {
    auto raw = stream_->Next();
    auto event = raw ? parser_->Parse(*raw) : Fail(raw.error());
    status = event ? Status() : event.error();
    if (!status.ok()) break;
    cursor_.OnEvent(*event);
    if (const auto* query = std::get_if<Query>(&event->body)) each(*query);
  }
  Close();
  return status.In("reading the statements of the log");
}

Status LogWindow::Take(const LogEvent& event, Scan& scan) {
  if (const auto* gtid = std::get_if<Gtid>(&event.body)) {
    scan.skip = false;
    scan.table_id = UINT64_MAX;  // another start of the server gives ids anew
    if (gtid->anonymous || gtid->domain) return {};
    const ServerUuid uuid = UuidOf(gtid->source_uuid);
    scan.skip = scan.visible.Contains(uuid, gtid->sequence);
    consumed_.Add(uuid, gtid->sequence);
    return {};
  }
  if (const auto* map = std::get_if<TableMapView>(&event.body)) {
    const TablePath& path = scan.table.def->path;
    if (map->database != path.database || map->table != path.table) {
      // A server that was restarted numbers its tables anew.
      if (map->table_id == scan.table_id) scan.table_id = UINT64_MAX;
      return {};
    }
    scan.table_id = map->table_id;
    if (scan.skip || (scan.plan && scan.plan->Fits(*map))) return {};
    return Describe(*map, scan);
  }
  if (const auto* query = std::get_if<Query>(&event.body)) {
    scan.altered = scan.altered || (!scan.skip && Names(query->sql, scan.table.def->path));
    return {};
  }
  if (const auto* rows = std::get_if<RowsEvent>(&event.body)) return TakeRows(*rows, scan);
  if (const auto* payload = std::get_if<TransactionPayload>(&event.body)) {
    ASSIGN_OR_RETURN(PayloadReader reader, PayloadReader::Open(*payload));
    while (true) {
      ASSIGN_OR_RETURN(const std::optional<LogEvent> inner, reader.Next());
      if (!inner || scan.out.lacking) return {};
      RETURN_IF_ERROR(Take(*inner, scan));
    }
  }
  return {};
}

Status LogWindow::Describe(const TableMapView& map, Scan& scan) {
  auto plan = RowPlan::Make(map, scan.table.def);
  scan.now.reset();
  if (scan.table.now && !scan.table.now->now.same()) {
    const TableNow& table = scan.table.now->now;
    auto now = RowPlan::Make(map, table.image());
    scan.unclear = scan.unclear || (now && plan && table.moved());
    if (now) {
      scan.now.emplace(table.image()->schema);
      plan = std::move(now);
    }
  }
  if (!plan) return plan.error();
  scan.plan = std::move(*plan);
  return {};
}

// The images of one row, with the columns of the table that the readers know.
Result<ChunkPtr> LogWindow::NextRow(RowsReader& reader, Scan& scan) {
  ChunkBuilder& logged = scan.now ? *scan.now : scan.row;
  ASSIGN_OR_RETURN(const uint32_t made, reader.Append(logged));
  ChunkPtr images = logged.Finish(0);
  if (!scan.now) return images;
  for (uint32_t row = 0; row < made; ++row) {
    RETURN_IF_ERROR(scan.table.now->now.AppendImage(*images, row, scan.row));
    scan.row.EndRow(images->kind(row));
  }
  return scan.row.Finish(0);
}

Status LogWindow::TakeRows(const RowsEvent& event, Scan& scan) {
  if (scan.skip || event.table_id != scan.table_id) return {};
  scan.out.lacking = LacksColumns(event);
  if (scan.out.lacking) return {};
  RowsReader reader(event, *scan.plan);
  while (!reader.done() && !scan.out.lacking) {
    ASSIGN_OR_RETURN(const ChunkPtr images, NextRow(reader, scan));
    for (uint32_t row = 0; row < images->rows(); ++row) Keep(*images, row, scan);
    scan.out.lacking = scan.kept_bytes > kKeptBytesMax;
  }
  return {};
}

void LogWindow::Keep(const Chunk& images, uint32_t row, Scan& scan) {
  const auto column = [&](uint32_t i) -> const Column& { return images.column(i); };
  const std::string identity = RowKey(scan.table.key, column, row);
  const RowKind kind = images.kind(row);
  const bool there = kind == RowKind::kInsert || kind == RowKind::kUpdateAfter;
  scan.kept_bytes += kEntryBytes + identity.size() + (there ? images.bytes() / images.rows() : 0);
  scan.out.rows[identity] = there ? std::optional(scan.builder.rows()) : std::nullopt;
  if (there) scan.builder.CopyRow(images, row, RowKind::kInsert);
}

void LogWindow::Close() {
  const std::lock_guard lock(mutex_);
  stream_.reset();
}

void LogWindow::Interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  if (stream_) stream_->Interrupt();
}

}  // namespace sluice::mysql
