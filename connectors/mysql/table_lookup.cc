// SPDX-License-Identifier: Apache-2.0
#include "mysql/table_lookup.h"

#include "mysql/server_log.h"

namespace sluice::mysql {

TableLookup::TableLookup(SqlClient& client, SqlEndpoint endpoint, ServerFacts server,
                         TablePath path, Duration settle, std::function<void()> wake)
    : client_(client),
      endpoint_(std::move(endpoint)),
      server_(std::move(server)),
      path_(std::move(path)),
      settle_(settle) {
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
    cancel_.Cancel();
    if (session_) session_->Interrupt();
  }
  thread_.Join();
}

std::optional<Result<JoiningTable>> TableLookup::Poll() {
  const std::lock_guard lock(mutex_);
  return answer_;
}

// The definition and the place must belong together.
Result<JoiningTable> TableLookup::Ask() {
  ASSIGN_OR_RETURN(auto session, client_.Open(endpoint_));
  {
    const std::lock_guard lock(mutex_);
    RETURN_IF_ERROR(cancel_.Check());
    session_ = std::move(session);
  }
  ASSIGN_OR_RETURN(const std::string uuid, IdentityOf(*session_, server_));
  if (uuid != server_.uuid) {
    return Fail(Code::kUnavailable, "another server answers than the one whose log is read");
  }
  ASSIGN_OR_RETURN(const TablePath name, StoredName(*session_, path_));
  JoiningTable found;
  ASSIGN_OR_RETURN(found.facts, LoadTable(*session_, name));
  while (true) {
    RETURN_IF_ERROR(cancel_.Check());
    ASSIGN_OR_RETURN(const LogPosition now, CurrentPosition(*session_, server_));
    found.since = {now.file, now.tx_offset};
    ASSIGN_OR_RETURN(TableFacts again, LoadTable(*session_, name));
    if (again == found.facts) break;
    found.facts = std::move(again);
  }
  if (settle_.count() > 0 && cancel_.WaitFor(settle_)) RETURN_IF_ERROR(cancel_.Check());
  return found;
}

}  // namespace sluice::mysql
