// SPDX-License-Identifier: Apache-2.0
#include "jdbc/channel.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/checksum.h"
#include "base/logging.h"
#include "jdbc/stage.h"

namespace sluice::jdbc {
namespace {

constexpr std::chrono::milliseconds kRetryPause{500};

// The row that a message of the server names: "at row 3" of MySQL, "line 3" of PostgreSQL's COPY.
size_t RowNumber(std::string_view message) {
  for (const std::string_view mark : {"at row ", ", line "}) {
    const size_t at = message.rfind(mark);
    if (at == std::string_view::npos) continue;
    size_t number = 0;
    const char* const begin = message.data() + at + mark.size();
    if (std::from_chars(begin, message.data() + message.size(), number).ec == std::errc()) {
      return number;
    }
  }
  return 0;
}

}  // namespace

Channel::Channel(Context& ctx, const SinkOptions& options, uint32_t writer)
    : ctx_(ctx),
      options_(options),
      dialect_(Dialect::Of(options.endpoints.front().server)),
      writer_(writer) {}

Status Channel::Open() {
  if (session_) return {};
  ASSIGN_OR_RETURN(auto session, Connect(ctx_.sql, options_));
  {
    const std::lock_guard lock(mutex_);
    session_ = std::move(session);
    if (interrupted_) session_->Interrupt();
  }
  for (const std::string& statement : dialect_.WriterSetup()) {
    if (Status status = session_->Execute(statement); !status.ok()) return Close(status);
  }
  if (options_.two_phase) return {};
  const Status locked = Lock();
  return locked.ok() ? locked : Close(locked);
}

Status Channel::Lock() {
  const std::string name = fmt::format("sluice:{}:{}", StageJob(ctx_.job_id), writer_);
  if (options_.postgres()) {
    const auto number = static_cast<int64_t>(Hash64(name));
    return session_->Execute(fmt::format("SELECT pg_advisory_lock({})", number));
  }
  ASSIGN_OR_RETURN(const SqlTable answer,
                   session_->Query(fmt::format("SELECT GET_LOCK({}, 60)", session_->Quote(name))));
  if (answer[0][0] == "1") return {};
  return {Code::kUnavailable,
          "a connection of an earlier run of this job is still writing to the target"};
}

Status Channel::Close(Status status) {
  const std::lock_guard lock(mutex_);
  session_.reset();
  open_transaction_ = false;
  temporary_.clear();
  return status;
}

Status Channel::Begin() {
  if (open_transaction_) return {};
  RETURN_IF_ERROR(session_->Execute("START TRANSACTION"));
  open_transaction_ = true;
  return {};
}

Status Channel::Send(const TargetTable& target, const std::string& table, bool staged,
                     const RowText& rows) {
  std::string columns;
  if (staged) {
    columns = fmt::format("{}, {}, ", dialect_.Name(kStageSeq), dialect_.Name(kStageOp));
  }
  for (size_t i = 0; i < target.columns.size(); ++i) {
    columns += (i == 0 ? "" : ", ") + dialect_.Name(target.columns[i].name);
  }
  Status status = dialect_.Send(*session_, table, columns, rows.text);
  if (status.ok() || status.code() != Code::kSchemaMismatch) return status;
  const std::string row = rows.Excerpt(RowNumber(status.message()));
  return {status.code(),
          fmt::format("{}{}{}", status.message(), row.empty() ? "" : "; the row is ", row)};
}

Status Channel::Stage(const TargetTable& target, const std::string& stage, bool create,
                      const RowText& rows) {
  const auto attempt = [&]() -> Status {
    RETURN_IF_ERROR(Open());
    if (create) {
      // MySQL ends the open transaction here; what it had is staged, and stays so.
      if (!options_.postgres()) open_transaction_ = false;
      if (options_.postgres()) RETURN_IF_ERROR(Begin());
      RETURN_IF_ERROR(CreateStage(target, stage));
    }
    RETURN_IF_ERROR(Begin());
    return Send(target, dialect_.StageName(target, stage, false), true, rows);
  };
  const Status status = attempt();
  return status.ok() ? status : Close(status.In("writing to " + target.path.ToString()));
}

Status Channel::CreateStage(const TargetTable& target, const std::string& stage) {
  const Status status = session_->Execute(dialect_.CreateStage(target, stage, false));
  const std::string& place = options_.postgres() ? target.path.schema : target.path.database;
  return ForStages(status, options_, place);
}

Status Channel::Finish() {
  if (!open_transaction_) return {};
  open_transaction_ = false;
  const Status status = session_->Execute("COMMIT");
  return status.ok() ? status : Close(status);
}

Status Channel::MergeAtOnce(const TargetTable& target, const RowText& rows) {
  // Another one for another form of the table.
  std::string form = target.path.ToString();
  for (const TargetColumn& column : target.columns) form += "," + column.name + " " + column.type;
  const std::string name = "__sluice_batch_" + Hex64(Hash64(form));
  const std::string table = dialect_.StageName(target, name, true);
  if (!temporary_.contains(name)) {
    RETURN_IF_ERROR(session_->Execute(dialect_.CreateStage(target, name, true)));
    temporary_.insert(name);
  }
  RETURN_IF_ERROR(Begin());
  RETURN_IF_ERROR(Send(target, table, true, rows));
  for (const std::string& statement :
       dialect_.MergeStatements(target, table, false, rows.upserts, rows.deletes)) {
    RETURN_IF_ERROR(session_->Execute(statement));
  }
  // PostgreSQL empties it by itself.
  if (!options_.postgres()) RETURN_IF_ERROR(session_->Execute("DELETE FROM " + table));
  return Finish();
}

template <typename Attempt>
Status Channel::Retried(const Attempt& attempt) {
  for (int64_t tries = 0;; ++tries) {
    Status status = Open();
    if (status.ok()) status = attempt();
    if (status.ok()) return status;
    status = Close(status);
    if (status.retry() != Retry::kInPlace || tries >= options_.max_retries) return status;
    LogWarn(fmt::format("{}; sending the batch again", status.ToString()));
    if (ctx_.cancel.WaitFor(kRetryPause)) return ctx_.cancel.Check();
  }
}

Status Channel::Apply(const TargetTable& target, const RowText& rows) {
  RETURN_IF_ERROR(Finish());  // a session that is given up takes nothing along that was staged
  const Status status = Retried([&]() -> Status {
    if (target.merge != Merge::kAppend) return MergeAtOnce(target, rows);
    return Send(target, dialect_.FullName(target.path), false, rows);
  });
  return status.In("writing to " + target.path.ToString());
}

Status Channel::RunAll(const std::vector<std::string>& statements) {
  return Retried([&]() -> Status {
    RETURN_IF_ERROR(Begin());
    for (const std::string& statement : statements) RETURN_IF_ERROR(session_->Execute(statement));
    return Finish();
  });
}

void Channel::Interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  if (session_) session_->Interrupt();
}

}  // namespace sluice::jdbc
