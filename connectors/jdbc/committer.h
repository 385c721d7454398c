// SPDX-License-Identifier: Apache-2.0
// JdbcCommitter: merges the stages of a checkpoint, together with its ledger rows, in one
// transaction; drops leftovers. See stage.h for why.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/sink.h"
#include "jdbc/dialect.h"
#include "jdbc/sink_options.h"
#include "jdbc/stage.h"

namespace sluice::jdbc {

class JdbcCommitter final : public Committer {
 public:
  // `ledger`: where the ledger lies. `schemas`: where stages may lie.
  JdbcCommitter(Context& ctx, const SinkOptions& options, TablePath ledger,
                std::vector<std::string> schemas, std::shared_ptr<SharedTargets> targets);

  Status Commit(CheckpointId id, std::span<const Prepared> work) override;
  Status AbortOrphans(const OrphanRange& range) override;
  Status Apply(const SchemaChange& change) override;

  // Makes the ledger's table. Called once before the tasks start.
  static Status CreateLedger(SqlSession& session, const Dialect& dialect, const TablePath& ledger);

 private:
  Status Connected();
  Status Alter(const SchemaChange& change, const TargetTable& target);
  Status Merge(CheckpointId id, std::span<const StagedWork> work);
  // The pieces that this call has to merge: those whose ledger row it has written.
  Result<std::vector<const StagedWork*>> Claim(CheckpointId id, std::span<const StagedWork> work);
  Status CheckStages(std::span<const StagedWork* const> work);
  Status DropStages(std::span<const StagedWork> work);
  Result<std::vector<std::pair<std::string, std::string>>> FindStages(const std::string& prefix);
  std::string StageName(const std::string& schema, const std::string& stage) const;

  Context& ctx_;
  const SinkOptions& options_;
  const Dialect& dialect_;
  const TablePath ledger_;
  const std::vector<std::string> schemas_;
  const std::string job_;
  const std::shared_ptr<SharedTargets> targets_;
  std::unique_ptr<SqlSession> session_;
};

}  // namespace sluice::jdbc
