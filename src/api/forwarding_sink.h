// SPDX-License-Identifier: Apache-2.0
// Sinks and writers that do everything as another does: what wraps one overrides what it changes.
// Each virtual of Sink and Writer is passed on here and nowhere else.
#pragma once

#include <memory>
#include <utility>

#include "api/sink.h"

namespace sluice {

class ForwardingSink : public Sink {
 public:
  explicit ForwardingSink(std::unique_ptr<Sink> sink) : sink_(std::move(sink)) {}

  Delivery delivery() const override { return sink_->delivery(); }
  bool leaves_work() const override { return sink_->leaves_work(); }
  Status Prepare(Context& ctx, std::span<const SchemaRef> tables, bool fresh) override {
    return sink_->Prepare(ctx, tables, fresh);
  }
  std::vector<Status> Check(Context& ctx, std::span<const SchemaRef> tables) override {
    return sink_->Check(ctx, tables);
  }
  bool replay_converges(std::string* why) const override { return sink_->replay_converges(why); }
  bool shares_rows_by_key(const Schema& rows) const override {
    return sink_->shares_rows_by_key(rows);
  }
  bool follows_schema_changes() const override { return sink_->follows_schema_changes(); }
  Status CheckScan(Context& ctx, const Schema& rows) override {
    return sink_->CheckScan(ctx, rows);
  }
  Status Scan(Context& ctx, const SchemaRef& rows, const ScanFn& each) override {
    return sink_->Scan(ctx, rows, each);
  }
  Result<TablePath> Target(const Schema& table) const override { return sink_->Target(table); }
  Result<std::unique_ptr<Writer>> Open(Context& ctx, uint32_t writer) override {
    return sink_->Open(ctx, writer);
  }
  Result<std::unique_ptr<Committer>> OpenCommitter(Context& ctx) override {
    return sink_->OpenCommitter(ctx);
  }
  Status OnFinished() override { return sink_->OnFinished(); }
  std::string Identity() const override { return sink_->Identity(); }

 private:
  const std::unique_ptr<Sink> sink_;
};

class ForwardingWriter : public Writer {
 public:
  explicit ForwardingWriter(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}

  std::vector<RefusedRow> Refused(const Chunk& chunk) override { return writer_->Refused(chunk); }
  Status Write(const Chunk& chunk) override { return writer_->Write(chunk); }
  bool full() const override { return writer_->full(); }
  Status Rebind(const SchemaChange& change) override { return writer_->Rebind(change); }
  Status Seal(CheckpointId id) override { return writer_->Seal(id); }
  Result<std::optional<Prepared>> PollPrepared(CheckpointId id) override {
    return writer_->PollPrepared(id);
  }
  Result<std::optional<TimePoint>> Tend(TimePoint now) override { return writer_->Tend(now); }
  bool wants_checkpoint() const override { return writer_->wants_checkpoint(); }
  uint64_t bytes_written() const override { return writer_->bytes_written(); }
  uint64_t rows_set_aside() const override { return writer_->rows_set_aside(); }

 private:
  const std::unique_ptr<Writer> writer_;
};

}  // namespace sluice
