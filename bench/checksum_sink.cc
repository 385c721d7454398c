// SPDX-License-Identifier: Apache-2.0
#include "bench/checksum_sink.h"

#include <map>

#include "base/checksum.h"
#include "bench/timing.h"

namespace sluice::bench {
namespace {

uint64_t ChunkSum(const Chunk& chunk, uint64_t sum) {
  for (size_t i = 0; i < chunk.column_count(); ++i) {
    const Column& column = chunk.column(i);
    sum = Hash64(column.data(), sum);
    const auto* offsets = reinterpret_cast<const char*>(column.offsets().data());
    sum = Hash64({offsets, column.offsets().size() * sizeof(int32_t)}, sum);
  }
  return sum;
}

class ChecksumWriter final : public Writer {
 public:
  ChecksumWriter(Env& env, Duration prepare, WriteGaps* gaps)
      : env_(env), prepare_(prepare), gaps_(gaps) {}
  ~ChecksumWriter() override { Print("checksum", static_cast<double>(sum_ >> 32U)); }

  Status Write(const Chunk& chunk) override {
    if (gaps_ != nullptr && written_ != 0) {
      (sealed_now_ ? gaps_->across : gaps_->within).push_back(WallSeconds() - written_);
    }
    sum_ = ChunkSum(chunk, sum_);
    sealed_now_ = false;
    if (gaps_ != nullptr) written_ = WallSeconds();
    return {};
  }
  Status Rebind(const SchemaChange& /*change*/) override { return {}; }
  Status Seal(CheckpointId id) override {
    durable_at_[id] = env_.Now() + prepare_;
    sealed_now_ = true;
    return {};
  }
  Result<std::optional<Prepared>> PollPrepared(CheckpointId id) override {
    if (env_.Now() < durable_at_[id]) return std::nullopt;
    durable_at_.erase(id);
    return Prepared();
  }

 private:
  Env& env_;
  const Duration prepare_;
  WriteGaps* const gaps_;
  std::map<CheckpointId, TimePoint> durable_at_;
  bool sealed_now_ = false;  // since the last Write
  double written_ = 0;       // when that ended
  uint64_t sum_ = 0;
};

class NothingToCommit final : public Committer {
 public:
  Status Commit(CheckpointId /*id*/, std::span<const Prepared> /*work*/) override { return {}; }
  Status AbortOrphans(const OrphanRange& /*range*/) override { return {}; }
};

class Checksum final : public Sink {
 public:
  Checksum(Duration prepare, WriteGaps* gaps) : prepare_(prepare), gaps_(gaps) {}

  Delivery delivery() const override { return Delivery::kAtLeastOnce; }
  Status Prepare(Context& /*ctx*/, std::span<const SchemaRef> /*tables*/, bool /*fresh*/) override {
    return {};
  }
  bool replay_converges(std::string* /*why*/) const override { return true; }
  Result<TablePath> Target(const Schema& table) const override { return table.path; }
  Result<std::unique_ptr<Writer>> Open(Context& ctx, uint32_t /*writer*/) override {
    return std::make_unique<ChecksumWriter>(ctx.env, prepare_, gaps_);
  }
  Result<std::unique_ptr<Committer>> OpenCommitter(Context& /*ctx*/) override {
    return std::make_unique<NothingToCommit>();
  }
  std::string Identity() const override { return "Checksum"; }

 private:
  const Duration prepare_;
  WriteGaps* const gaps_;
};

}  // namespace

Plugin ChecksumSink(Duration prepare, WriteGaps* gaps) {
  return {.kind = PluginKind::kSink,
          .name = "Checksum",
          .summary = "Hashes what it gets.",
          .options = {},
          .make_sink = [=](const PluginConfig&, const EnvOptions&, Diagnostics&)
              -> std::unique_ptr<Sink> { return std::make_unique<Checksum>(prepare, gaps); }};
}

}  // namespace sluice::bench
