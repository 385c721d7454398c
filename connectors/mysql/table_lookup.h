// SPDX-License-Identifier: Apache-2.0
// TableLookup: asks the server for one table's definition and for a place of the log where it is in
// force, on a thread of its own.
#pragma once

#include <functional>
#include <optional>

#include "base/cancel.h"
#include "base/sync.h"
#include "base/thread.h"
#include "mysql/catalog.h"
#include "mysql/splits.h"

namespace sluice::mysql {

class TableLookup {
 public:
  // `server`: whose log is read; should another one answer now, that is kUnavailable. `wake` is
  // called on the thread when the answer is there, which is `settle` after the place was asked for.
  TableLookup(SqlClient& client, SqlEndpoint endpoint, ServerFacts server, TablePath path,
              Duration settle, std::function<void()> wake);
  ~TableLookup();

  const TablePath& path() const { return path_; }
  // Never waits. kNotFound: the table is gone. The definition's path is the name that it has in the
  // log.
  std::optional<Result<JoiningTable>> Poll();

 private:
  Result<JoiningTable> Ask();

  SqlClient& client_;
  const SqlEndpoint endpoint_;
  const ServerFacts server_;
  const TablePath path_;
  const Duration settle_;
  CancelToken cancel_;
  Mutex mutex_;  // guards what follows
  std::unique_ptr<SqlSession> session_;
  std::optional<Result<JoiningTable>> answer_;
  Thread thread_;
};

}  // namespace sluice::mysql
