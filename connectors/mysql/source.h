// SPDX-License-Identifier: Apache-2.0
// MysqlCdcSource: MySQL tables and their changes, as a source of the engine.
#pragma once

#include <map>
#include <memory>

#include "api/source.h"
#include "base/sync.h"
#include "mysql/enumerator.h"
#include "mysql/snapshot_reader.h"

namespace sluice::mysql {

class MysqlCdcSource final : public Source {
 public:
  explicit MysqlCdcSource(MysqlCdcOptions options);

  Boundedness boundedness() const override {
    return options_.stop_mode == StopMode::kNever ? Boundedness::kUnbounded : Boundedness::kBounded;
  }
  std::string replay_note() const override;
  bool begins_with_snapshot() const override { return options_.start_mode == StartMode::kInitial; }
  bool passes_schema_changes() const override { return options_.schema_changes; }
  Result<std::vector<SchemaRef>> Discover(Context& ctx) override;
  Result<std::vector<SchemaRef>> Restore(Context& ctx, const Bytes& saved) override;
  std::vector<JoinedTable> Joined(const Bytes& saved) const override;
  Result<std::unique_ptr<SplitEnumerator>> Enumerate(Context& ctx,
                                                     std::optional<Bytes> saved) override;
  Result<std::unique_ptr<Reader>> Open(Context& ctx, Split split) override;
  std::string Identity() const override;

 private:
  // What was learnt of the server; never changed once made.
  struct Discovered {
    ServerFacts server;
    int64_t server_ahead_micros = 0;  // its clock to ours
    LogPosition start;                // where the log is to be read from
    std::optional<LogPoint> defined;  // LogSplit::defined
    LogEnd end;
    std::map<TablePath, TableFacts> tables;
    std::map<TablePath, PlannedTable> defs;
    std::map<TablePath, LogPoint> since;    // of tables that joined: the place of the definition
    std::map<TablePath, SchemaRef> output;  // what rows of the log leave with
  };
  using DiscoveredRef = std::shared_ptr<const Discovered>;

  bool joins() const {
    return !options_.table_pattern.empty() && options_.ddl.create_table == DdlPolicy::kFollow;
  }
  Result<EnumeratorState> StateOf(const Bytes& saved) const;
  Status FindPlaces(Context& ctx, SqlSession& session, const LogPosition& now,
                    Discovered& discovered);
  Result<std::vector<SchemaRef>> Remember(Discovered discovered);
  Result<std::unique_ptr<Reader>> OpenSnapshot(Context& ctx, Split split, SnapshotSplit decoded,
                                               const Discovered& discovered);
  Result<std::unique_ptr<Reader>> OpenLog(Context& ctx, LogSplit split,
                                          const Discovered& discovered);
  ConvertOptions convert() const { return {options_.int_type_narrowing, options_.zone}; }
  bool merge() const { return options_.exactly_once && options_.start_mode == StartMode::kInitial; }

  const MysqlCdcOptions options_;
  ServerIds server_ids_;
  KnownTables known_;  // outlives the workers
  SnapshotWorkers workers_;
  Mutex mutex_;  // guards discovered_
  DiscoveredRef discovered_;
};

}  // namespace sluice::mysql
