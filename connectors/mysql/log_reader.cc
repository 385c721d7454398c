// SPDX-License-Identifier: Apache-2.0
#include "mysql/log_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/logging.h"
#include "mysql/log_scan.h"

namespace sluice::mysql {
namespace {

constexpr Duration kReconnectPause = std::chrono::seconds(1);
constexpr Duration kSteady = std::chrono::seconds(30);  // a connection that held so long was good
// Between two looks at the clock, which cost as much as a small event.
constexpr uint32_t kStepsAtOnce = 16;
constexpr uint32_t kRowsAtOnce = 256;  // in a step
constexpr size_t kTableIdsMax = 10'000;
constexpr uint64_t kNoTableId = 0xffffff;  // of an event without rows that ends a statement

// As the server writes it: X'6162',X'',1.
std::string XidText(const XaPrepare& prepare) {
  const auto hex = [](std::string_view bytes) {
    std::string out;
    for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return out;
  };
  return fmt::format("X'{}',X'{}',{}", hex(prepare.gtrid), hex(prepare.bqual), prepare.format_id);
}

}  // namespace

Result<std::unique_ptr<Reader>> LogReader::Open(LogReaderSetup setup, LogSplit split) {
  std::unique_ptr<LogReader> reader(new LogReader(std::move(setup)));
  for (auto& [path, facts] : split.tables) {
    const auto output = reader->setup_.output.find(path);
    if (output == reader->setup_.output.end()) {
      return Fail(Code::kInternal, "a saved split names the unknown table " + path.ToString());
    }
    TableOutput leaves = TableOutput::Of(output->second);
    if (const auto sources = split.sources.find(path); sources != split.sources.end()) {
      if (sources->second.size() != leaves.sources.size()) {
        return Fail(Code::kCorruption, "a saved split has other columns of " + path.ToString());
      }
      leaves.sources = std::move(sources->second);
    }
    ASSIGN_OR_RETURN(CapturedTable table,
                     CapturedTable::Make(std::move(facts), std::move(leaves),
                                         std::move(split.contained[path]), reader->setup_.convert));
    reader->tables_.emplace(path, std::move(table));
  }
  reader->position_ = std::move(split.position);
  reader->captured_rows_ = reader->position_.events != 0;  // it may have
  reader->prepared_ = std::move(split.prepared);
  reader->defined_ = std::move(split.defined);
  reader->end_ = std::move(split.end);
  reader->copies_ = std::move(split.copies);
  reader->gone_ = std::move(split.gone);
  const DdlRules& rules = reader->setup_.options.ddl;
  if (split.may_be_gone &&
      (rules.drop_table == DdlPolicy::kIgnore || rules.rename_table == DdlPolicy::kIgnore)) {
    for (const auto& [path, table] : reader->tables_) reader->gone_.insert(path);
  }
  reader->joining_ = std::move(split.joining);
  reader->since_ = std::move(split.since);
  if (reader->handing_over()) reader->setup_.ctx.phases.Reach("hand-over", 0);
  reader->ended_ =
      reader->end_.point &&
      LogPoint{reader->position_.file, reader->position_.tx_offset} >= *reader->end_.point;
  const bool between = reader->position_.events == 0 && reader->position_.rows == 0;
  if (between && !reader->joining_.empty()) reader->ended_ = true;
  if (!reader->ended_) reader->Connect();
  return reader;
}

bool LogReader::handing_over() const {
  return std::ranges::any_of(tables_,
                             [](const auto& entry) { return !entry.second.contained().empty(); });
}

void LogReader::Connect() {
  rows_.reset();
  thin_.reset();
  lookup_.reset();
  row_lookup_.reset();
  ahead_.clear();
  ddl_.reset();
  payload_.reset();
  batch_ = {};
  next_event_ = 0;
  by_id_.Clear();
  in_transaction_ = skip_ = false;
  if (position_.events == 0) captured_rows_ = false;
  gtid_ = {};
  skip_events_ = position_.events;
  skip_rows_ = position_.rows;
  parser_ = std::make_unique<EventParser>();
  cursor_ = LogCursor({position_.file, position_.tx_offset});
  server_uuid_.clear();
  connected_from_ = position_;
  connected_at_ = setup_.ctx.env.Now();
  fetcher_ = std::make_unique<LogFetcher>(setup_.ctx.sql, setup_.options.endpoint, setup_.server_id,
                                          position_, anchored(), setup_.options.rereads(),
                                          setup_.ctx.wake);
}

void LogReader::StandAt(const LogPoint& place) {
  position_.server_uuid = server_uuid_;
  position_.file = place.file;
  position_.tx_offset = place.offset;
}

// A lost connection is mended here, from the position reached, without disturbing the job.
Result<Poll> LogReader::Reconnect(const Status& failure) {
  if (failure.retry() != Retry::kInPlace) return Fail(failure);
  fetcher_.reset();
  const Duration held = setup_.ctx.env.Now() - connected_at_;
  if (position_ != connected_from_ || held >= kSteady) failures_ = 0;
  if (++failures_ > setup_.options.connect_retries) {
    return Fail(failure.In(
        fmt::format("reading the log after {} reconnections", setup_.options.connect_retries)));
  }
  reconnect_at_ = setup_.ctx.env.Now() + kReconnectPause * failures_;
  LogWarn(fmt::format("{}; connecting again from {}", failure.ToString(), position_.ToString()));
  return Poll::kIdle;
}

Result<Poll> LogReader::Read(Emitter& out, Deadline until) {
  if (ended_) return Poll::kDone;
  if (ddl_ && ddl_->at_change()) return Poll::kSchemaChange;
  if (!fetcher_) {
    if (setup_.ctx.env.Now() < reconnect_at_) return Poll::kIdle;
    Connect();
  }
  Poll poll = Poll::kMore;
  bool any = false;
  uint32_t steps = 0;
  while (poll == Poll::kMore && !out.full()) {
    auto did = Step(out);
    if (!did) {
      if (did.error().retry() == Retry::kInPlace) return Reconnect(did.error());
      return Fail(At(did.error()));
    }
    any = any || *did;
    if (ended_) return Poll::kDone;
    if (ddl_ && ddl_->at_change()) return Poll::kSchemaChange;
    if (!*did) poll = Poll::kIdle;
    if (++steps % kStepsAtOnce == 0 && setup_.ctx.env.Now() >= until) break;
  }
  if (any && !handing_over()) setup_.ctx.phases.Reach("log", 0);
  return poll;
}

Result<bool> LogReader::Step(Emitter& out) {
  if (lookup_) {
    ASSIGN_OR_RETURN(const bool done, TakeLookup());
    if (!done) return false;
  }
  if (ddl_) {
    RETURN_IF_ERROR(RunDdl(out));
    return true;
  }
  if (rows_) {
    RETURN_IF_ERROR(DecodeRows(out));
    return true;
  }
  if (thin_) return ReadThinRows(out);
  if (payload_) {
    const auto inner = payload_->Next();
    if (!inner) return Fail(inner.error());
    if (*inner) {
      RETURN_IF_ERROR(Take(**inner, out));
      return true;
    }
    payload_.reset();
  }
  ASSIGN_OR_RETURN(const std::string_view raw, NextEvent());
  if (raw.empty()) return false;
  const auto event = parser_->Parse(raw);
  if (!event) return Fail(event.error());
  cursor_.OnEvent(*event);
  RETURN_IF_ERROR(Take(*event, out));
  return true;
}

Status LogReader::Take(const LogEvent& event, Emitter& out) {
  RETURN_IF_ERROR(Handle(event, out));
  if (!end_.never()) LookForEnd(event);
  return {};
}

Bytes LogReader::TakeReport() {
  return joining_.empty() ? Bytes() : Save().position;
}

Result<std::string_view> LogReader::NextEvent() {
  if (next_event_ == batch_.ends.size()) {
    if (!batch_.status.ok()) return Fail(batch_.status);
    fetcher_->Take(batch_);
    received_ = setup_.ctx.env.Now();
    ahead_.clear();
    next_event_ = 0;
    if (batch_.ends.empty()) {
      if (!batch_.status.ok()) return Fail(batch_.status);
      return std::string_view();
    }
    if (server_uuid_.empty()) server_uuid_ = fetcher_->server().uuid;
  }
  const size_t begin = next_event_ == 0 ? 0 : batch_.ends[next_event_ - 1];
  const size_t end = batch_.ends[next_event_++];
  return std::string_view(batch_.bytes).substr(begin, end - begin);
}

Status LogReader::Handle(const LogEvent& event, Emitter& out) {
  if (const auto* gtid = std::get_if<Gtid>(&event.body)) {
    commit_micros_ = gtid->immediate_commit_micros != 0
                         ? static_cast<int64_t>(gtid->immediate_commit_micros)
                         : int64_t{event.header.timestamp} * 1'000'000;
    return Handle(*gtid, event.header);
  }
  if (const auto* map = std::get_if<TableMapView>(&event.body)) return Handle(*map);
  if (const auto* rows = std::get_if<RowsEvent>(&event.body)) return BeginRows(*rows);
  if (const auto* query = std::get_if<Query>(&event.body)) {
    if (!in_transaction_) commit_micros_ = int64_t{event.header.timestamp} * 1'000'000;
    return Handle(*query, out);
  }
  if (const auto* payload = std::get_if<TransactionPayload>(&event.body)) {
    ASSIGN_OR_RETURN(payload_, PayloadReader::Open(*payload));
    return {};
  }
  // A server that was restarted numbers its tables anew, from a new file on.
  if (const auto* format = std::get_if<FormatDescription>(&event.body)) {
    by_id_.Clear();
    dialect_ = DialectOf(format->server_version);
  }
  if (std::holds_alternative<Xid>(event.body)) {
    EndTransaction();
  } else if (const auto* prepare = std::get_if<XaPrepare>(&event.body)) {
    return Handle(*prepare);
  } else if (const auto* incident = std::get_if<Incident>(&event.body)) {
    return {Code::kPositionLost,
            fmt::format("the server lost events of its log here ({}); start again with --heal to "
                        "read the tables anew and write only what differs",
                        incident->message)};
  } else if (!in_transaction_ && position_.events == 0 && position_.rows == 0) {
    // Rotations and heartbeats between transactions: the position moves though nothing happens.
    StandAt(cursor_.point());
  }
  return {};
}

// Between two transactions, when no more come before the end.
void LogReader::LookForEnd(const LogEvent& event) {
  constexpr int64_t kSettleMicros = 2'000'000;  // of a commit, from its time to the log
  if (in_transaction_ || position_.events != 0 || position_.rows != 0) return;
  const LogPoint here{position_.file, position_.tx_offset};
  if (end_.point && here >= *end_.point) ended_ = true;
  if (!end_.micros || !std::holds_alternative<Heartbeat>(event.body)) return;
  const int64_t clock = setup_.ctx.env.WallMicros() + setup_.server_ahead_micros;
  if (clock >= *end_.micros + kSettleMicros) ended_ = true;
}

void LogReader::BeginTransaction() {
  if (end_.micros && commit_micros_ >= *end_.micros) {
    ended_ = true;
    return;
  }
  in_transaction_ = true;
  if (position_.events == 0) captured_rows_ = false;  // else it is read again
  open_group_ = false;
  gtid_ = {};
  skip_ = false;
  const auto reached = [&](const auto& one) { return one.second <= cursor_.begin(); };
  const bool more_tables = std::erase_if(since_, reached) > 0;
  // Only here: the maps of a statement come before all its rows.
  if (more_tables || by_id_.size() >= kTableIdsMax) by_id_.Clear();
}

Status LogReader::Handle(const Gtid& gtid, const EventHeader& header) {
  BeginTransaction();
  if (ended_) return {};
  open_group_ = gtid.domain && !gtid.standalone;
  gtid_ = IdOf(gtid, header);
  skip_ = position_.Contains(gtid_);
  if (skip_) return {};
  StandAt(cursor_.begin());
  return {};
}

Status LogReader::Handle(const Query& query, Emitter& out) {
  if (!in_transaction_) BeginTransaction();  // servers before 5.7 write no event in front
  if (ended_) return {};
  const std::string begins = Beginning(query.sql);
  const bool xa = begins.starts_with("XA START") || begins.starts_with("XA BEGIN");
  if (begins == "BEGIN" || xa) {
    open_group_ = true;
    return {};
  }
  if (begins == "COMMIT") {
    EndTransaction();
    return {};
  }
  if (begins.starts_with("ROLLBACK")) {
    RETURN_IF_ERROR(NoCapturedRows(begins));
    if (begins == "ROLLBACK") EndTransaction();
    return {};
  }
  if (begins.starts_with("SAVEPOINT") || begins.starts_with("XA END")) return {};
  if (begins.starts_with("XA ") && !skip_) RETURN_IF_ERROR(EndXa(query));
  if (!skip_) return Statement(query, out);
  if (!open_group_) EndTransaction();
  return {};
}

Status LogReader::Handle(const XaPrepare& prepare) {
  if (!prepare.one_phase) {
    RETURN_IF_ERROR(NoCapturedRows("an XA transaction"));
    if (!skip_) prepared_.insert(XidText(prepare));
  }
  EndTransaction();
  return {};
}

// XA COMMIT or XA ROLLBACK. Rows of a transaction that was prepared before the log was followed are
// neither in the snapshot nor in what is still to be read.
Status LogReader::EndXa(const Query& query) {
  constexpr std::string_view kCommit = "XA COMMIT ";
  const std::string_view sql = query.sql;
  const std::string xid(sql.substr(std::min(sql.find("X'"), sql.size())));
  if (prepared_.erase(xid) > 0 || !sql.starts_with(kCommit)) return {};
  return {Code::kUnsupported,
          fmt::format("the XA transaction {} was prepared before the job followed the log; whether "
                      "it changed captured tables is not known. Start again with --fresh to read "
                      "the tables anew",
                      xid)};
}

Status LogReader::NoCapturedRows(std::string_view what) const {
  if (!captured_rows_) return {};
  return {Code::kUnsupported,
          fmt::format("{} changed captured tables; whether its rows count is not known here, so it "
                      "cannot be followed",
                      what)};
}

Status LogReader::Handle(const TableMapView& map) {
  if (skip_) return {};
  const auto known = by_id_.Find(map.table_id);
  CapturedTable* const table = known ? *known : Find(map.database, map.table);
  if (!known) by_id_.Add(map.table_id, table);
  if (table == nullptr) return {};
  Status status = table->Map(map);
  if (status.ok() || !defined_) return status;
  return status.In(
      fmt::format("the log up to {}:{} is read with the tables' definitions of that place; begin "
                  "behind the statement that changed this one (startup.mode = specific)",
                  defined_->file, defined_->offset));
}

Status LogReader::BeginRows(RowsEvent event) {
  const auto found = by_id_.Find(event.table_id);
  const bool unknown = !found && event.table_id != kNoTableId;
  if (unknown && !skip_) {
    return {Code::kCorruption, fmt::format("rows of a table of id {}, which no event before them "
                                           "names",
                                           event.table_id)};
  }
  const bool passed = skip_events_ > 0;
  if (!skip_ && passed) --skip_events_;
  if (skip_ || passed || !found || *found == nullptr) {
    if (!skip_ && !passed) {
      ++position_.events;
      position_.rows = skip_rows_ = 0;
    }
    return {};
  }
  captured_rows_ = true;
  rows_table_ = *found;
  rows_event_ = event;
  if (setup_.options.rereads() && LacksColumns(rows_event_)) return BeginThinRows();
  rows_.emplace(rows_event_, rows_table_->plan());
  for (; skip_rows_ > 0 && !rows_->done(); --skip_rows_) RETURN_IF_ERROR(rows_->Skip());
  return {};
}

Status LogReader::DecodeRows(Emitter& out) {
  const LogPoint begin{position_.file, position_.tx_offset};
  for (uint32_t i = 0; i < kRowsAtOnce && !rows_->done(); ++i) {
    RETURN_IF_ERROR(rows_table_->AppendRow(*rows_, begin, commit_micros_));
    if (rows_table_->full()) Emit(*rows_table_, out);
  }
  position_.rows = rows_->row();
  if (rows_->done()) EndRows();
  return {};
}

void LogReader::EndRows() {
  rows_.reset();
  thin_.reset();
  ++position_.events;
  position_.rows = 0;
}

void LogReader::EndTransaction() {
  in_transaction_ = false;
  if (std::exchange(skip_, false)) return;
  position_.Add(gtid_);
  StandAt(cursor_.point());
  position_.events = position_.rows = 0;
  skip_events_ = skip_rows_ = 0;
  for (auto& [path, table] : tables_) table.Passed(cursor_.point());
  if (defined_ && *defined_ <= cursor_.point()) defined_.reset();
  if (!joining_.empty()) ended_ = true;
}

void LogReader::Emit(CapturedTable& table, Emitter& out) {
  ChunkPtr chunk = table.Finish(setup_.ctx.env.WallMicros());
  if (chunk) out.Emit(std::move(chunk));
}

Status LogReader::Flush(Emitter& out) {
  for (auto& [path, table] : tables_) Emit(table, out);
  return {};
}

bool LogReader::at_boundary() const {
  const bool begun = in_transaction_ || position_.events != 0;
  const bool inside = (begun && captured_rows_) || position_.rows != 0;
  return !inside || ended_ || !setup_.options.transaction_atomic;
}

Split LogReader::Save() const {
  LogSplit split;
  split.position = position_;
  split.prepared = prepared_;
  split.defined = defined_;
  split.end = end_;
  for (const auto& [path, table] : tables_) {
    split.tables[path] = table.facts();
    if (!table.contained().empty()) split.contained[path] = table.contained();
    const TableOutput& output = table.output();
    if (output.sources != TableOutput::Of(output.schema).sources) {
      split.sources[path] = output.sources;
    }
  }
  split.copies = copies_;
  split.gone = gone_;
  split.joining = joining_;
  split.since = since_;
  return {"log", EncodeSplit(split)};
}

CapturedTable* LogReader::Find(std::string_view database, std::string_view table) {
  const auto found = tables_.find(TablePath{std::string(database), "", std::string(table)});
  if (found == tables_.end() || since_.contains(found->first)) return nullptr;
  return &found->second;
}

Status LogReader::At(const Status& status) const {
  return status.In(fmt::format("reading the log at {}", position_.ToString()));
}

}  // namespace sluice::mysql
