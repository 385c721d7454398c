// SPDX-License-Identifier: Apache-2.0
#include "jdbc/reader.h"

#include <chrono>

#include "jdbc/source_session.h"

namespace sluice::jdbc {
namespace {

constexpr size_t kQueueBytesMax = size_t{8} << 20U;
constexpr std::chrono::milliseconds kRoomWait{200};

}  // namespace

Result<std::unique_ptr<SqlSession>> SessionPool::Take(SqlClient& client,
                                                      const SourceOptions& options) {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      auto session = std::move(free_.back());
      free_.pop_back();
      return session;
    }
  }
  return ConnectSource(client, options);
}

void SessionPool::PutBack(std::unique_ptr<SqlSession> session) {
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(session));
}

JdbcReader::JdbcReader(Context& ctx, const SourceOptions& options, SessionPool& sessions,
                       ReadTableRef table, JdbcSplit split)
    : ctx_(ctx),
      options_(options),
      sessions_(sessions),
      table_(std::move(table)),
      split_(std::move(split)),
      chunks_(kQueueBytesMax) {
  thread_ = Thread("jdbc-read", [this] { Fetch(); });
}

JdbcReader::~JdbcReader() {
  stop_ = true;
  chunks_.Close();
  {
    const std::lock_guard lock(mutex_);
    if (session_) session_->Interrupt();
  }
  thread_.Join();
}

void JdbcReader::Fetch() {
  auto session = sessions_.Take(ctx_.sql, options_);
  Status status;
  if (!session) {
    status = session.error();
  } else {
    SqlSession* opened = session->get();
    {
      const std::lock_guard lock(mutex_);
      session_ = std::move(*session);
      if (stop_) return;
    }
    status = FetchAll(*opened);
  }
  {
    const std::lock_guard lock(mutex_);
    if (stop_) return;
    if (status.ok()) sessions_.PutBack(std::move(session_));
    session_.reset();
    status_ = status.In("reading " + table_->schema->path.ToString());
    fetched_ = true;
  }
  ctx_.wake();
}

Status JdbcReader::FetchAll(SqlSession& session) {
  const SqlServer server = options_.endpoints.front().server;
  ctx_.phases.Reach("snapshot", 0);
  ChunkBuilder builder(table_->schema);
  Status unfit;
  const auto each = [&](SqlRow row) {
    for (size_t i = 0; i < row.size(); ++i) {
      unfit = AppendText(table_->columns[i], row[i], builder.column(i));
      if (!unfit.ok()) return false;
    }
    builder.EndRow(RowKind::kInsert);
    return !builder.full() || Push(builder);
  };
  RETURN_IF_ERROR(session.Stream(SelectOf(split_, *table_, Dialect::Of(server), server), each));
  RETURN_IF_ERROR(unfit);
  if (!builder.empty()) Push(builder);
  return {};
}

bool JdbcReader::Push(ChunkBuilder& builder) {
  ChunkPtr chunk = builder.Finish(0);
  const size_t bytes = chunk->bytes();
  while (!stop_) {
    if (chunks_.Push(chunk, bytes, kRoomWait)) {
      ctx_.wake();
      return true;
    }
  }
  return false;
}

Result<Poll> JdbcReader::Read(Emitter& out, Deadline until) {
  while (true) {
    bool fetched = false;
    {
      const std::lock_guard lock(mutex_);
      fetched = fetched_;
    }
    auto chunk = chunks_.Pop(Duration(0));
    if (!chunk && fetched) {
      const std::lock_guard lock(mutex_);
      RETURN_IF_ERROR(status_);
      return Poll::kDone;
    }
    if (!chunk) return Poll::kIdle;
    Remember(**chunk);
    out.Emit(std::move(*chunk));
    if (out.full() || ctx_.env.Now() >= until) return Poll::kMore;
  }
}

void JdbcReader::Remember(const Chunk& chunk) {
  if (table_->order.empty()) return;
  const Dialect& dialect = Dialect::Of(options_.endpoints.front().server);
  split_.after.clear();
  for (const uint32_t i : table_->order) {
    split_.after.push_back(dialect.Literal(chunk.column(i), chunk.rows() - 1).value_or("NULL"));
  }
}

}  // namespace sluice::jdbc
