// SPDX-License-Identifier: Apache-2.0
// LocalFile, the sink: files that wait aside and are renamed into place with their checkpoint.
#pragma once

#include "api/sink.h"
#include "base/sync.h"
#include "file/target.h"

namespace sluice::file {

class FileSink final : public Sink {
 public:
  explicit FileSink(SinkOptions options) : options_(std::move(options)) {}

  Delivery delivery() const override {
    return options_.transactional ? Delivery::kTwoPhase : Delivery::kAtLeastOnce;
  }
  Status Prepare(Context& ctx, std::span<const SchemaRef> tables, bool fresh) override;
  bool replay_converges(std::string* why) const override;
  Result<TablePath> Target(const Schema& table) const override;
  Result<std::unique_ptr<Writer>> Open(Context& ctx, uint32_t writer) override;
  Result<std::unique_ptr<Committer>> OpenCommitter(Context& ctx) override;
  std::string Identity() const override;

 private:
  Status PrepareFolder(Env& env, const TargetTable& target, bool fresh) const;
  Status ApplySaveModes(Env& env, const std::string& folder) const;

  const SinkOptions options_;
  Mutex mutex_;
  TargetTables tables_;  // guarded by mutex_; set by Prepare
};

}  // namespace sluice::file
