// SPDX-License-Identifier: Apache-2.0
// Assert: looks at rows and drops them; a test aid. Tables and the types of columns are checked
// before the first row, values as they come, numbers of rows when the job has finished: the rows of
// all writers of this process, each table apart. A job that is stopped is not finished.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "api/sink.h"
#include "assert/options.h"
#include "assert/row_counts.h"
#include "config/job_file.h"

namespace sluice::asserts {

class AssertSink final : public Sink {
 public:
  explicit AssertSink(Options options) : options_(std::move(options)) {}
  // Null after a mistake, which goes to `diagnostics`.
  static std::unique_ptr<Sink> Make(const PluginConfig& config, const EnvOptions& env,
                                    Diagnostics& diagnostics);

  Delivery delivery() const override { return Delivery::kAtLeastOnce; }
  Status Prepare(Context& ctx, std::span<const SchemaRef> tables, bool fresh) override;
  bool replay_converges(std::string* why) const override;
  Result<TablePath> Target(const Schema& table) const override { return table.path; }
  Result<std::unique_ptr<Writer>> Open(Context& ctx, uint32_t writer) override;
  Result<std::unique_ptr<Committer>> OpenCommitter(Context& ctx) override;
  Status OnFinished() override;
  std::string Identity() const override { return "Assert"; }

  const TableRules& RulesOf(const TablePath& table) const;
  RowCounts& counts() { return counts_; }

 private:
  Status CheckNames() const;

  Options options_;
  std::set<TablePath> tables_;  // that Prepare was called with
  bool resumed_ = false;
  RowCounts counts_;
};

}  // namespace sluice::asserts
