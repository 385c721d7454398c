// SPDX-License-Identifier: Apache-2.0
#include "mysql/table_lookup.h"

namespace sluice::mysql {

TableLookup::TableLookup(SqlClient& client, SqlEndpoint endpoint, TablePath path,
                         std::function<void()> wake)
    : client_(client), endpoint_(std::move(endpoint)), path_(std::move(path)) {
  thread_ = Thread("lookup", [this, wake = std::move(wake)] {
    auto answer = Ask();
    {
      const std::lock_guard lock(mutex_);
      answer_ = std::move(answer);
    }
    wake();
  });
}

TableLookup::~TableLookup() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    if (session_) session_->Interrupt();
  }
  thread_.Join();
}

std::optional<Result<TableFacts>> TableLookup::Poll() {
  const std::lock_guard lock(mutex_);
  return answer_;
}

Result<TableFacts> TableLookup::Ask() {
  ASSIGN_OR_RETURN(auto session, client_.Open(endpoint_));
  {
    const std::lock_guard lock(mutex_);
    if (stop_) return Fail(Code::kCancelled, "the look-up was stopped");
    session_ = std::move(session);
  }
  return LoadTable(*session_, path_);
}

}  // namespace sluice::mysql
