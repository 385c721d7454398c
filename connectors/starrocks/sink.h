// SPDX-License-Identifier: Apache-2.0
// StarrocksSink: StarRocks as a sink of the engine.
//
// With `delivery.guarantee = AT_LEAST_ONCE` rows become visible within the flush interval
// (writer.h), else with their checkpoint. Flushing needs an account that may list running
// transactions (running_labels.h); without, rows become visible with their checkpoint as well, and
// that is said.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "starrocks/catalog.h"
#include "starrocks/committer.h"
#include "starrocks/writer.h"

namespace sluice::starrocks {

class StarrocksSink final : public Sink {
 public:
  explicit StarrocksSink(StarrocksOptions options) : options_(std::move(options)) {}

  Delivery delivery() const override {
    return options_.flush_interval ? Delivery::kAtLeastOnce : Delivery::kTwoPhase;
  }
  bool leaves_work() const override { return true; }
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
  Result<TargetTable> LookAt(SqlSession& session, const Schema& schema) const;
  Status CheckTable(SqlSession& session, const Schema& schema) const;
  // Whether what flushes leave in `databases` could be found. kInvalidConfig: no, and the remedy;
  // kUnavailable: not told.
  Status MayFlush(SqlSession& session, const std::set<std::string>& databases) const;

  const StarrocksOptions options_;
  // Of the tables that Prepare was called with.
  const std::shared_ptr<SharedTargets> targets_ = std::make_shared<SharedTargets>(TargetTables());
  bool flushes_ = false;  // from Prepare on
};

}  // namespace sluice::starrocks
