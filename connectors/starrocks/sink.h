// SPDX-License-Identifier: Apache-2.0
// StarrocksSink: StarRocks as a sink of the engine.
#pragma once

#include <memory>

#include "starrocks/catalog.h"
#include "starrocks/committer.h"
#include "starrocks/writer.h"

namespace sluice::starrocks {

class StarrocksSink final : public Sink {
 public:
  explicit StarrocksSink(StarrocksOptions options) : options_(std::move(options)) {}

  Delivery delivery() const override { return Delivery::kTwoPhase; }
  Status Prepare(Context& ctx, std::span<const SchemaRef> tables, bool fresh) override;
  std::vector<Status> Check(Context& ctx, std::span<const SchemaRef> tables) override;
  bool follows_schema_changes() const override { return true; }
  bool replay_converges(std::string* why) const override;
  Status CheckScan(Context& ctx, const Schema& rows) override;
  Status Scan(Context& ctx, const SchemaRef& rows, const ScanFn& each) override;
  Result<TablePath> Target(const Schema& table) const override;
  Result<std::unique_ptr<Writer>> Open(Context& ctx, uint32_t writer) override;
  Result<std::unique_ptr<Committer>> OpenCommitter(Context& ctx) override;
  std::string Identity() const override;

 private:
  Status CheckTable(SqlSession& session, const Schema& schema) const;

  const StarrocksOptions options_;
  // Of the tables that Prepare was called with.
  const std::shared_ptr<SharedTargets> targets_ = std::make_shared<SharedTargets>(TargetTables());
};

}  // namespace sluice::starrocks
