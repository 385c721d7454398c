// SPDX-License-Identifier: Apache-2.0
#include "mysql/log_fetcher.h"

namespace sluice::mysql {
namespace {

// What waits stays in the processor's cache; the socket holds more.
constexpr size_t kFetchedBytesMax = size_t{1} << 20U;
constexpr size_t kAtOnceBytes = size_t{256} << 10U;
constexpr size_t kKeptBytesMax = size_t{4} << 20U;  // of a buffer that a large event made large

}  // namespace

void LogBatch::Add(std::string_view event) {
  bytes.append(event);
  ends.push_back(bytes.size());
}

void LogBatch::Append(const LogBatch& more) {
  for (const size_t end : more.ends) ends.push_back(bytes.size() + end);
  bytes.append(more.bytes);
}

void LogBatch::Clear() {
  if (bytes.capacity() > kKeptBytesMax) bytes = {};
  bytes.clear();
  ends.clear();
  status = Status();
}

LogFetcher::LogFetcher(SqlClient& client, SqlEndpoint endpoint, uint32_t server_id,
                       LogPosition from, bool anchored, bool rereads, std::function<void()> wake)
    : client_(client),
      endpoint_(std::move(endpoint)),
      server_id_(server_id),
      from_(std::move(from)),
      anchored_(anchored),
      rereads_(rereads),
      wake_(std::move(wake)) {
  thread_ = Thread("binlog", [this] { Loop(); });
}

LogFetcher::~LogFetcher() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    if (session_) session_->Interrupt();
    if (stream_) stream_->Interrupt();
    room_.notify_all();
  }
  thread_.Join();
}

void LogFetcher::Take(LogBatch& batch) {
  batch.Clear();
  const std::lock_guard lock(mutex_);
  std::swap(batch, batch_);
  room_.notify_all();
}

ServerFacts LogFetcher::server() {
  const std::lock_guard lock(mutex_);
  return server_;
}

void LogFetcher::Loop() {
  const Status status = Fetch();
  {
    const std::lock_guard lock(mutex_);
    batch_.status = status;
  }
  wake_();
}

template <typename T>
Status LogFetcher::Publish(std::unique_ptr<T>& slot, std::unique_ptr<T> made) {
  const std::lock_guard lock(mutex_);
  if (stop_) return {Code::kCancelled, "reading the log was stopped"};
  slot = std::move(made);
  return {};
}

Result<std::unique_ptr<LogStream>> LogFetcher::Open() {
  ASSIGN_OR_RETURN(auto session, client_.Open(endpoint_));
  RETURN_IF_ERROR(Publish(session_, std::move(session)));
  ASSIGN_OR_RETURN(const ServerFacts server, CheckServer(*session_, endpoint_, rereads_));
  ASSIGN_OR_RETURN(const FindBy by, CheckPosition(*session_, server, from_, anchored_));
  {
    const std::lock_guard lock(mutex_);
    server_ = server;
  }
  LogStart start{.server_id = server_id_, .file = from_.file, .position = from_.tx_offset};
  // Another server has the same transactions at other places of its files.
  if (by == FindBy::kGtids && server.mariadb) {
    start.mariadb_gtids = from_.mariadb.ToString();
  } else if (by == FindBy::kGtids) {
    start.gtid_set = from_.gtid_set.ToString();
  }
  RETURN_IF_ERROR(Publish(session_, std::unique_ptr<SqlSession>()));
  return client_.OpenLog(endpoint_, start);
}

Status LogFetcher::Fetch() {
  ASSIGN_OR_RETURN(auto stream, Open());
  RETURN_IF_ERROR(Publish(stream_, std::move(stream)));
  while (true) {
    ASSIGN_OR_RETURN(const std::string_view event, stream_->Next());
    fetched_.Add(event);
    // Before anything that waits, so that no event stays behind.
    if (fetched_.bytes.size() >= kAtOnceBytes || !stream_->has_next()) {
      RETURN_IF_ERROR(HandOver());
    }
  }
}

Status LogFetcher::HandOver() {
  bool first = false;
  {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] {
      return stop_ || batch_.bytes.empty() ||
             batch_.bytes.size() + fetched_.bytes.size() <= kFetchedBytesMax;
    });
    if (stop_) return {Code::kCancelled, "reading the log was stopped"};
    first = batch_.ends.empty();
    if (first) std::swap(batch_, fetched_);
    if (!first) batch_.Append(fetched_);
  }
  fetched_.Clear();
  if (first) wake_();
  return {};
}

}  // namespace sluice::mysql
