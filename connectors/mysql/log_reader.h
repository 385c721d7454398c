// SPDX-License-Identifier: Apache-2.0
// LogReader: turns the binary log into chunks, from a position on. The decoding side of the log
// phase; LogFetcher is the side that waits on the socket.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "api/context.h"
#include "api/reader.h"
#include "mysql/captured_table.h"
#include "mysql/ddl_plan.h"
#include "mysql/log_cursor.h"
#include "mysql/log_fetcher.h"
#include "mysql/options.h"
#include "mysql/table_ids.h"
#include "mysql/table_lookup.h"
#include "mysql/thin_event.h"

namespace sluice::mysql {

struct LogReaderSetup {
  Context& ctx;
  const MysqlCdcOptions& options;
  ConvertOptions convert;
  uint32_t server_id = 0;
  std::map<TablePath, SchemaRef> output;  // what chunks of each table leave with at the position
  int64_t server_ahead_micros = 0;        // the server's clock to ours
  // Would be captured by a job that starts now.
  std::function<bool(const TablePath&)> matches = [](const TablePath&) { return false; };
};

class LogReader final : public Reader {
 public:
  static Result<std::unique_ptr<Reader>> Open(LogReaderSetup setup, LogSplit split);

  Result<Poll> Read(Emitter& out, Deadline until) override;
  Status Flush(Emitter& out) override;
  bool at_boundary() const override;
  Split Save() const override;
  Result<SchemaChange> TakeSchemaChange() override;
  // Not empty when tables joined: the split to go on with behind their snapshot, encoded.
  Bytes TakeReport() override;

 private:
  // A statement that is being carried out, at the position.
  struct RunningDdl {
    std::string sql;
    StatementSession session;
    DdlPlan plan;
    size_t next = 0;  // of plan.steps
    // The next step's effect on its table, when everything before it must be committed first.
    std::optional<TableEffect> waiting;
    Status stop;  // likewise: it ends the job
    bool at_change() const { return waiting || !stop.ok(); }
  };

  explicit LogReader(LogReaderSetup setup) : setup_(std::move(setup)) {}

  void Connect();
  void StandAt(const LogPoint& place);  // of the server that is read
  Result<Poll> Reconnect(const Status& failure);
  Result<bool> Step(Emitter& out);       // false: nothing to do now
  Result<std::string_view> NextEvent();  // of the batch; empty: there is none now
  Status Take(const LogEvent& event, Emitter& out);
  Status Handle(const LogEvent& event, Emitter& out);
  Status Handle(const Gtid& gtid, const EventHeader& header);
  void BeginTransaction();
  Status Handle(const Query& query, Emitter& out);
  Status Handle(const TableMapView& map);
  Status BeginRows(RowsEvent event);
  Status DecodeRows(Emitter& out);
  void EndRows();
  // log_reader_thin.cc
  Status BeginThinRows();
  Result<bool> ReadThinRows(Emitter& out);  // false: waits for what was asked
  void Ask();
  void Keep(std::shared_ptr<const RowAnswer> answer);
  // log_reader_ddl.cc
  Status Statement(const Query& query, Emitter& out);
  Status RunDdl(Emitter& out);
  Status RunStep(DdlStep& step, Emitter& out);
  Status Define(CapturedTable& table, DdlStep& step, bool sure);
  Status Redefine(CapturedTable& table, DdlStep& step, TableEffect effect);
  void LookUp(const TablePath& table, Duration settle);
  Result<bool> TakeLookup();
  Status Join(DdlStep& step, Result<JoiningTable> found);
  Result<JoiningTable> Fit(Result<JoiningTable> found) const;
  DdlState StateOf() const;
  void StepDone();
  void EndDdl();
  void StopIfOlder(const mysql::Statement& statement, DdlPlan& plan) const;
  Status StopOf(const DdlStep& step, const std::string& why) const;
  void EndTransaction();
  void Emit(CapturedTable& table, Emitter& out);
  CapturedTable* Find(std::string_view database, std::string_view table);
  Status NoCapturedRows(std::string_view what) const;
  Status Handle(const XaPrepare& prepare);
  Status EndXa(const Query& query);
  bool handing_over() const;
  // Places that the job still needs are known by file: see CheckPosition.
  bool anchored() const {
    return handing_over() || defined_ || end_.point || !since_.empty() || !joining_.empty();
  }
  bool InDefinition() const { return defined_ && *defined_ >= cursor_.point(); }
  void LookForEnd(const LogEvent& event);
  Status At(const Status& status) const;

  const LogReaderSetup setup_;
  std::map<TablePath, CapturedTable> tables_;
  LogPosition position_;
  std::set<std::string> prepared_;   // LogSplit::prepared
  std::optional<LogPoint> defined_;  // LogSplit::defined
  LogEnd end_;
  bool ended_ = false;

  std::unique_ptr<LogFetcher> fetcher_;
  std::unique_ptr<EventParser> parser_;
  LogCursor cursor_;
  LogBatch batch_;
  size_t next_event_ = 0;  // of batch_
  TimePoint received_;     // when it was taken
  std::optional<PayloadReader> payload_;
  std::map<TablePath, TableCopy> copies_;      // LogSplit::copies
  std::set<TablePath> gone_;                   // LogSplit::gone
  std::map<TablePath, JoiningTable> joining_;  // LogSplit::joining
  std::map<TablePath, LogPoint> since_;        // LogSplit::since
  std::optional<RunningDdl> ddl_;              // the position stands before it, or inside
  std::unique_ptr<TableLookup> lookup_;        // for its next step
  std::unique_ptr<RowLookup> row_lookup_;      // made when a row first needs it
  SqlDialect dialect_;                         // of the server that wrote the events
  std::string server_uuid_;  // of the server that is read; empty: no event has come yet
  // Connections lost one after the other at one place, each soon after it was made.
  int failures_ = 0;
  LogPosition connected_from_;
  TimePoint connected_at_;
  TimePoint reconnect_at_;

  // The transaction being read.
  bool skip_ = false;           // it lies before the position
  bool captured_rows_ = false;  // it changed captured rows
  bool in_transaction_ = false;
  uint64_t skip_events_ = 0;  // rows events still to be skipped, after a restart inside it
  uint64_t skip_rows_ = 0;    // rows of the next one
  bool open_group_ = false;   // XID, COMMIT or PREPARE ends it, whatever statements it holds
  TransactionId gtid_;
  int64_t commit_micros_ = 0;
  // What the server's table ids stand for, null: not captured. Each file tells anew: after a
  // restart of the server ids stand for other tables.
  TableIds by_id_;

  // The rows event being read; both point into batch_ or payload_.
  RowsEvent rows_event_;
  std::optional<RowsReader> rows_;
  std::optional<ThinEvent> thin_;  // instead, where images lack columns
  // By table: what was looked up for events of batch_ that are still to come.
  std::map<TablePath, std::shared_ptr<const RowAnswer>> ahead_;
  CapturedTable* rows_table_ = nullptr;
};

}  // namespace sluice::mysql
