// SPDX-License-Identifier: Apache-2.0
#include "mysql/log_fetcher.h"

namespace sluice::mysql {
namespace {

constexpr size_t kFetchedBytesMax = size_t{16} << 20U;

}  // namespace

LogFetcher::LogFetcher(SqlClient& client, SqlEndpoint endpoint, uint32_t server_id,
                       LogPosition from, bool anchored, std::function<void()> wake)
    : client_(client),
      endpoint_(std::move(endpoint)),
      server_id_(server_id),
      from_(std::move(from)),
      anchored_(anchored),
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
  batch.bytes.clear();
  batch.ends.clear();
  batch.status = Status();
  const std::lock_guard lock(mutex_);
  std::swap(batch, batch_);
  room_.notify_all();
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
  ASSIGN_OR_RETURN(const ServerFacts server, CheckServer(*session_, endpoint_));
  ASSIGN_OR_RETURN(const FindBy by, CheckPosition(*session_, server, from_, anchored_));
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
    RETURN_IF_ERROR(Append(event));
  }
}

Status LogFetcher::Append(std::string_view event) {
  bool first = false;
  {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] {
      return stop_ || batch_.bytes.empty() ||
             batch_.bytes.size() + event.size() <= kFetchedBytesMax;
    });
    if (stop_) return {Code::kCancelled, "reading the log was stopped"};
    first = batch_.ends.empty();
    batch_.bytes.append(event);
    batch_.ends.push_back(batch_.bytes.size());
  }
  if (first) wake_();
  return {};
}

}  // namespace sluice::mysql
