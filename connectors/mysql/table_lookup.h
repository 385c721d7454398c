// SPDX-License-Identifier: Apache-2.0
// TableLookup: asks the server for one table's definition, on a thread of its own.
#pragma once

#include <functional>
#include <optional>

#include "base/sync.h"
#include "base/thread.h"
#include "mysql/catalog.h"

namespace sluice::mysql {

class TableLookup {
 public:
  // `wake` is called on the thread when the answer is there.
  TableLookup(SqlClient& client, SqlEndpoint endpoint, TablePath path, std::function<void()> wake);
  ~TableLookup();

  const TablePath& path() const { return path_; }
  std::optional<Result<TableFacts>> Poll();  // never waits

 private:
  Result<TableFacts> Ask();

  SqlClient& client_;
  const SqlEndpoint endpoint_;
  const TablePath path_;
  Mutex mutex_;  // guards what follows
  std::unique_ptr<SqlSession> session_;
  bool stop_ = false;
  std::optional<Result<TableFacts>> answer_;
  Thread thread_;
};

}  // namespace sluice::mysql
