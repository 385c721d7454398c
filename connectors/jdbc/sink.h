// SPDX-License-Identifier: Apache-2.0
// JdbcSink: MySQL, MariaDB and PostgreSQL as sinks of the engine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/sync.h"
#include "jdbc/committer.h"
#include "jdbc/custom_statement.h"
#include "jdbc/sink_options.h"
#include "jdbc/writer.h"

namespace sluice::jdbc {

class JdbcSink final : public Sink {
 public:
  explicit JdbcSink(SinkOptions options) : options_(std::move(options)) {}

  Delivery delivery() const override {
    return options_.two_phase ? Delivery::kTwoPhase : Delivery::kAtLeastOnce;
  }
  bool leaves_work() const override { return options_.stages; }
  Status Prepare(Context& ctx, std::span<const SchemaRef> tables, bool fresh) override;
  std::vector<Status> Check(Context& ctx, std::span<const SchemaRef> tables) override;
  bool replay_converges(std::string* why) const override;
  Status CheckScan(Context& ctx, const Schema& rows) override;
  Status Scan(Context& ctx, const SchemaRef& rows, const ScanFn& each) override;
  bool shares_rows_by_key(const Schema& rows) const override;
  bool follows_schema_changes() const override { return options_.query.empty(); }
  Result<TablePath> Target(const Schema& table) const override;
  Result<std::unique_ptr<Writer>> Open(Context& ctx, uint32_t writer) override;
  Result<std::unique_ptr<Committer>> OpenCommitter(Context& ctx) override;
  std::string Identity() const override;

 private:
  Status PrepareStatement(std::span<const SchemaRef> tables);
  Status PrepareLedger(SqlSession& session);

  const SinkOptions options_;
  mutable Mutex mutex_;  // guards what follows
  // Filled by Prepare; what its committers learn, writers opened later know too.
  const std::shared_ptr<SharedTargets> targets_ = std::make_shared<SharedTargets>(TargetTables());
  // Beside the first target by name of those that the job began with, which a resumed job has
  // again.
  std::optional<TablePath> ledger_;
  std::optional<CustomStatement> statement_;
};

}  // namespace sluice::jdbc
