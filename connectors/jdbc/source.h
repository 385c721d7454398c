// SPDX-License-Identifier: Apache-2.0
// JdbcSource: tables and queries of MySQL, MariaDB and PostgreSQL as a bounded source.
//
// Each split is one SELECT and so one consistent view; splits see the tables as they are when they
// are read. Rows of a table with a key are read in its order, so that a reader goes on behind the
// last row that a checkpoint holds. Where there is no such key, the split is read again from its
// beginning, and replay_note says so.
#pragma once

#include "api/source.h"
#include "base/sync.h"
#include "jdbc/reader.h"
#include "jdbc/split_planner.h"

namespace sluice::jdbc {

class JdbcSource final : public Source {
 public:
  explicit JdbcSource(SourceOptions options) : options_(std::move(options)) {}

  Boundedness boundedness() const override { return Boundedness::kBounded; }
  std::string replay_note() const override;
  Result<std::vector<SchemaRef>> Discover(Context& ctx) override;
  Result<std::unique_ptr<SplitEnumerator>> Enumerate(Context& ctx,
                                                     std::optional<Bytes> saved) override;
  Result<std::unique_ptr<Reader>> Open(Context& ctx, Split split) override;
  std::string Identity() const override;

 private:
  const SourceOptions options_;
  SessionPool sessions_;
  mutable Mutex mutex_;  // guards tables_
  ReadTables tables_;
};

}  // namespace sluice::jdbc
