// SPDX-License-Identifier: Apache-2.0
#include "mysql/row_lookup.h"

#include <fmt/format.h>

#include <algorithm>

#include "mysql/server_log.h"
#include "mysql/sql_rows.h"

namespace sluice::mysql {
namespace {

constexpr int kTriesMax = 5;  // at a table that is being altered
constexpr size_t kAnswerBytesMax = size_t{8} << 20U;
constexpr Duration kVisibleWaitMax = std::chrono::seconds(60);
constexpr Duration kFirstPause = std::chrono::milliseconds(1);
constexpr Duration kPauseMax = std::chrono::milliseconds(200);

// The first `rows` keys are of no row.
RowAnswer NoneOf(const RowQuestion& question, size_t rows) {
  RowAnswer answer;
  const auto column = [&](uint32_t i) -> const Column& { return question.keys->column(i); };
  for (size_t i = 0; i < rows; ++i) {
    answer.found.emplace(RowKey(question.key, column, question.rows[i]), std::nullopt);
  }
  return answer;
}

}  // namespace

RowLookup::RowLookup(Env& env, SqlClient& client, SqlEndpoint endpoint, ServerFacts server,
                     std::function<void()> wake)
    : env_(env),
      client_(client),
      endpoint_(std::move(endpoint)),
      server_(std::move(server)),
      wake_(std::move(wake)) {
  thread_ = Thread("rows", [this] { Loop(); });
}

RowLookup::~RowLookup() {
  {
    const std::lock_guard lock(mutex_);
    stop_.Cancel();
    if (session_) session_->Interrupt();
    changed_.notify_all();
  }
  thread_.Join();
}

void RowLookup::Ask(RowQuestion question) {
  CHECK(!busy_ && question.rows.size() <= kLookupKeysMax);
  busy_ = true;
  const std::lock_guard lock(mutex_);
  question_ = std::move(question);
  changed_.notify_all();
}

std::optional<Result<RowAnswer>> RowLookup::Poll() {
  const std::lock_guard lock(mutex_);
  if (answer_) busy_ = false;
  return std::exchange(answer_, std::nullopt);
}

void RowLookup::Loop() {
  while (true) {
    RowQuestion question;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return question_ || stop_.cancelled(); });
      if (stop_.cancelled()) return;
      question = *std::exchange(question_, std::nullopt);
    }
    auto answer = Answer(question);
    if (!answer) {
      Disconnect();
      answer = Fail(answer.error().In(fmt::format("reading rows of {} that lack columns in the log",
                                                  question.def->path.ToString())));
    }
    {
      const std::lock_guard lock(mutex_);
      answer_ = std::move(answer);
    }
    wake_();
  }
}

void RowLookup::Disconnect() {
  const std::lock_guard lock(mutex_);
  session_.reset();
}

Status RowLookup::Connect() {
  if (session_) return {};
  ASSIGN_OR_RETURN(auto session, client_.Open(endpoint_));
  {
    const std::lock_guard lock(mutex_);
    RETURN_IF_ERROR(stop_.Check());
    session_ = std::move(session);
  }
  ASSIGN_OR_RETURN(const std::string uuid, IdentityOf(*session_, server_));
  if (uuid != server_.uuid) {
    return {Code::kUnavailable, "another server answers than the one whose log is read"};
  }
  return ReadAsLogged(*session_);
}

Result<RowAnswer> RowLookup::Answer(const RowQuestion& question) {
  RETURN_IF_ERROR(Connect());
  ASSIGN_OR_RETURN(const size_t parts, WaitUntilVisible(question));
  const size_t rows = question.parts[parts - 1].rows;
  const TablePath& path = question.def->path;
  for (int tries = 1; tries <= kTriesMax; ++tries) {
    const auto found = known_.find(path);
    KnownTable* known = found == known_.end() ? nullptr : &found->second;
    if (known == nullptr || known->now.def() != question.def) {
      auto learnt = Learn(question);
      // All its rows went with it; the statement that did it is in the log further on.
      if (!learnt && learnt.error().code() == Code::kNotFound) {
        RowAnswer none = NoneOf(question, rows);
        none.event = question.parts[parts - 1].event;
        return none;
      }
      if (!learnt) return Fail(learnt.error());
      known = *learnt;
    }
    auto answer = Read(question, known->now, rows);
    // What the answer meant is known if the table was still the same behind it.
    const auto described = answer ? DescribeTable(*session_, known->now) : Fail(answer.error());
    if (described && *described == known->described) {
      answer->event = question.parts[parts - 1].event;
      return answer;
    }
    const Code code = described ? Code::kSchemaMismatch : described.error().code();
    if (code != Code::kSchemaMismatch && code != Code::kNotFound) return Fail(described.error());
    known_.erase(path);
    if (!described && tries == kTriesMax) return Fail(described.error());
    RETURN_IF_ERROR(Connect());  // the rest of an answer may not have been read
  }
  return Fail(Code::kUnavailable, "the table is being altered");
}

Result<KnownTable*> RowLookup::Learn(const RowQuestion& question) {
  const TablePath& path = question.def->path;
  known_.erase(path);
  ASSIGN_OR_RETURN(KnownTable known, LearnTable(*session_, question.def, nullptr,
                                                TableNow::Misfit::kNeutral, {}, stop_));
  return &known_.insert_or_assign(path, std::move(known)).first->second;
}

Result<size_t> RowLookup::WaitUntilVisible(const RowQuestion& question) {
  const auto& parts = question.parts;
  const Deadline until = env_.Now() + kVisibleWaitMax;
  for (Duration pause = kFirstPause; !Visible(parts.front(), question.received);
       pause = std::min(pause * 2, kPauseMax)) {
    if (pause > kFirstPause && stop_.WaitFor(pause)) return Fail(stop_.Check());
    if (env_.Now() >= until) {
      return Fail(Code::kTimeout, "a transaction of the log does not become visible on the server");
    }
    RETURN_IF_ERROR(LearnVisible(question));
  }
  if (!Visible(parts.back(), question.received)) RETURN_IF_ERROR(LearnVisible(question));
  const auto hidden = std::ranges::find_if_not(
      parts, [&](const auto& part) { return Visible(part, question.received); });
  return std::max<size_t>(static_cast<size_t>(hidden - parts.begin()), 1);
}

// As far as it is known.
bool RowLookup::Visible(const RowQuestion::Part& part, TimePoint received) const {
  using How = ServerFacts::Snapshot;
  const How how = server_.snapshot();
  // A snapshot stands between two transactions: behind the begin of one is behind its end.
  if (how == How::kTold) return part.begins < told_;
  const auto* gtid = std::get_if<std::pair<ServerUuid, uint64_t>>(&part.transaction);
  if (how == How::kGtids && gtid != nullptr) return visible_.Contains(gtid->first, gtid->second);
  return env_.Now() >= received + server_.settle;
}

Status RowLookup::LearnVisible(const RowQuestion& question) {
  using How = ServerFacts::Snapshot;
  if (server_.snapshot() == How::kTold) {
    RETURN_IF_ERROR(session_->Execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"));
    ASSIGN_OR_RETURN(told_, ToldPoint(*session_));
    return session_->Execute("COMMIT");
  }
  const bool gtid = !std::holds_alternative<std::monostate>(question.parts.front().transaction);
  if (server_.snapshot() == How::kGtids && gtid) {
    ASSIGN_OR_RETURN(const SqlTable rows, session_->Query("SELECT @@global.gtid_executed"));
    ASSIGN_OR_RETURN(visible_, GtidSet::Parse(rows.empty() ? "" : Text(rows[0], 0)));
    return {};
  }
  const Duration left = question.received + server_.settle - env_.Now();
  if (left.count() > 0 && stop_.WaitFor(left)) return stop_.Check();
  return {};
}

Result<RowAnswer> RowLookup::Read(const RowQuestion& question, const TableNow& now, size_t rows) {
  while (true) {
    const size_t first = std::min(at_once_, rows);
    RowAnswer answer;
    ASSIGN_OR_RETURN(const bool all, ReadFirst(question, now, first, answer));
    if (all) {
      at_once_ = std::min(at_once_ * 2, kLookupKeysMax);
      return answer;
    }
    at_once_ = std::max<size_t>(first / 4, 1);
    Disconnect();  // the rest of the answer was not read
    RETURN_IF_ERROR(Connect());
  }
}

// Reads the first `count` rows. False: they are larger than may be held.
Result<bool> RowLookup::ReadFirst(const RowQuestion& question, const TableNow& now, size_t count,
                                  RowAnswer& answer) {
  ASSIGN_OR_RETURN(const auto names, now.KeyNames(question.key));
  const std::span<const uint32_t> rows(question.rows.data(), count);
  answer = NoneOf(question, count);
  ChunkBuilder builder(question.def->schema);
  Status status;
  size_t bytes = 0;
  const auto take = [&](SqlRow row) -> Status {
    for (const auto& text : row) bytes += text ? text->size() : 0;
    ASSIGN_OR_RETURN(const KeyBound key, now.KeyOf(row, question.key, *question.exact));
    RETURN_IF_ERROR(now.Append(row, builder));
    answer.found[key] = builder.rows();
    builder.EndRow(RowKind::kInsert);
    return {};
  };
  const auto each = [&](SqlRow row) {
    status = take(row);
    return status.ok() && (count == 1 || bytes <= kAnswerBytesMax);
  };
  RETURN_IF_ERROR(session_->Stream(
      now.select() +
          EqualCondition(question.key, *question.exact, names, *question.keys, rows, *session_),
      each));
  if (!status.ok()) Disconnect();  // it stopped early
  RETURN_IF_ERROR(status);
  if (count > 1 && bytes > kAnswerBytesMax) return false;
  if (!builder.empty()) answer.rows = builder.Finish(0);
  return true;
}

}  // namespace sluice::mysql
