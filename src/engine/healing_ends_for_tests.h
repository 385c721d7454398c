// SPDX-License-Identifier: Apache-2.0
// A table of pairs at a source and at a target, both in memory, for jobs that heal.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/sync.h"
#include "engine/job_runner.h"

namespace sluice {

using Pairs = std::map<int64_t, int64_t>;

inline SchemaRef PairsSchema() {
  auto schema = std::make_shared<Schema>();
  schema->path = {"db", "", "pairs"};
  schema->columns = {{"k", Of(TypeKind::kBigInt)}, {"v", Of(TypeKind::kBigInt)}};
  schema->primary_key = {0};
  return schema;
}

struct PairChange {
  RowKind kind = RowKind::kInsert;
  int64_t key = 0;
  int64_t value = 0;
};

// The source: its rows now, and what its log tells behind the snapshot.
struct PairsAtSource {
  Mutex mutex;
  Pairs rows;
  std::vector<PairChange> log;
  bool snapshot = true;
  bool endless = false;
  // Reading part 1 fails so often, once its rows were handed on; then these rows go.
  std::atomic<int> failures = 0;
  std::set<int64_t> gone;
};

inline constexpr int64_t kParts = 4;

class PairsReader final : public Reader {
 public:
  PairsReader(PairsAtSource& source, Split split) : source_(source), split_(std::move(split)) {}
  Result<Poll> Read(Emitter& out, Deadline /*until*/) override {
    const std::lock_guard lock(source_.mutex);
    if (split_.id == "log") {
      if (!std::exchange(done_, true)) EmitLog(out);
      return source_.endless ? Poll::kIdle : Poll::kDone;
    }
    if (done_) return Fails();
    const int64_t part = ByteReader(split_.position).I64();
    ChunkBuilder builder(PairsSchema());
    for (const auto& [key, value] : source_.rows) {
      if (key % kParts == part) Append(builder, {RowKind::kInsert, key, value});
    }
    if (!builder.empty()) out.Emit(builder.Finish(0, 1));
    done_ = true;
    return part == 1 && source_.failures > 0 ? Poll::kMore : Poll::kDone;
  }
  Status Flush(Emitter& /*out*/) override { return {}; }
  Split Save() const override { return split_; }

 private:
  static void Append(ChunkBuilder& builder, const PairChange& change) {
    builder.column(0).Append(change.key);
    builder.column(1).Append(change.value);
    builder.EndRow(change.kind);
  }
  Result<Poll> Fails() {
    --source_.failures;
    for (const int64_t key : source_.gone) source_.rows.erase(key);
    return Fail(Code::kUnavailable, "the source went away");
  }
  void EmitLog(Emitter& out) {
    if (source_.log.empty()) return;
    ChunkBuilder builder(PairsSchema());
    builder.Stamp(7);
    for (const PairChange& change : source_.log) Append(builder, change);
    out.Emit(builder.Finish(7, 8));
  }

  PairsAtSource& source_;
  const Split split_;
  bool done_ = false;
};

// Parts of the snapshot, and the log once a checkpoint holds all of them.
class PairsEnumerator final : public SplitEnumerator {
 public:
  explicit PairsEnumerator(const std::optional<Bytes>& saved) {
    if (!saved) return;
    ByteReader in(*saved);
    given_ = in.I64();
    finished_ = in.I64();
    settled_ = committed_ = in.Bool();
    log_given_ = in.Bool();
  }
  Result<std::vector<Split>> Next(size_t want) override {
    std::vector<Split> out;
    for (; given_ < kParts && out.size() < want; ++given_) {
      out.push_back({fmt::format("part-{}", given_), Encoded(given_)});
    }
    if (committed_ && !log_given_ && out.size() < want) {
      log_given_ = true;
      out.push_back({"log", Encoded(0)});
    }
    return out;
  }
  Status OnFinished(const Split& split, const Bytes& /*report*/) override {
    if (split.id != "log") ++finished_;
    return {};
  }
  Bytes Save() override {
    settled_ = settled_ || snapshot_over();
    ByteWriter out;
    out.I64(given_).I64(finished_).Bool(settled_).Bool(log_given_);
    return std::move(out).Take();
  }
  bool snapshot_over() const override { return finished_ == kParts; }
  void OnSnapshotCommitted() override { committed_ = true; }
  bool done() const override { return log_given_; }
  bool wants_checkpoint() const override { return snapshot_over() && !settled_; }

 private:
  static Bytes Encoded(int64_t part) {
    ByteWriter out;
    out.I64(part);
    return std::move(out).Take();
  }
  int64_t given_ = 0;
  int64_t finished_ = 0;
  bool settled_ = false;    // in what was saved
  bool committed_ = false;  // that too
  bool log_given_ = false;
};

class PairsSource final : public Source {
 public:
  explicit PairsSource(PairsAtSource& source) : source_(source) {}
  Boundedness boundedness() const override {
    return source_.endless ? Boundedness::kUnbounded : Boundedness::kBounded;
  }
  bool begins_with_snapshot() const override { return source_.snapshot; }
  Result<std::vector<SchemaRef>> Discover(Context&) override {
    return std::vector<SchemaRef>{PairsSchema()};
  }
  Result<std::unique_ptr<SplitEnumerator>> Enumerate(Context&,
                                                     std::optional<Bytes> saved) override {
    return std::make_unique<PairsEnumerator>(saved);
  }
  Result<std::unique_ptr<Reader>> Open(Context&, Split split) override {
    return std::make_unique<PairsReader>(source_, std::move(split));
  }
  std::string Identity() const override { return "pairs"; }

 private:
  PairsAtSource& source_;
};

// The target: what anybody sees, and what was done to it.
struct PairsAtTarget {
  Mutex mutex;
  Pairs rows;
  std::map<std::string, std::vector<PairChange>> prepared;
  std::set<std::string> committed;
  std::set<int64_t> odd;  // keys whose values are none
  uint64_t upserts = 0;
  uint64_t deletes = 0;
  std::atomic<int> scans = 0;
  std::atomic<int> scans_to_fail = 0;
  std::atomic<int> commits_before_failure = -1;
  bool scannable = true;
  std::vector<bool> prepared_fresh;  // of each Prepare
};

class PairsWriter final : public Writer {
 public:
  PairsWriter(PairsAtTarget& target, Run run, uint32_t id) : target_(target), run_(run), id_(id) {}
  Status Write(const Chunk& chunk) override {
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      rows_.push_back({chunk.kind(row), chunk.column(0).value<int64_t>(row),
                       chunk.column(1).value<int64_t>(row)});
    }
    return {};
  }
  Status Rebind(const SchemaChange&) override { return {}; }
  Status Seal(CheckpointId id) override {
    const std::lock_guard lock(target_.mutex);
    const std::string label = fmt::format("r{}-c{}-w{}", run_, id, id_);
    target_.prepared[label] = std::exchange(rows_, {});
    sealed_[id] = label;
    return {};
  }
  Result<std::optional<Prepared>> PollPrepared(CheckpointId id) override {
    return std::optional<Prepared>(sealed_.at(id));
  }

 private:
  PairsAtTarget& target_;
  const Run run_;
  const uint32_t id_;
  std::vector<PairChange> rows_;
  std::map<CheckpointId, std::string> sealed_;
};

class PairsCommitter final : public Committer {
 public:
  explicit PairsCommitter(PairsAtTarget& target) : target_(target) {}
  Status Commit(CheckpointId, std::span<const Prepared> work) override {
    if (target_.commits_before_failure >= 0 && target_.commits_before_failure-- == 0) {
      return {Code::kInvalidConfig, "the account was locked"};
    }
    const std::lock_guard lock(target_.mutex);
    for (const Prepared& label : work) {
      if (!target_.committed.insert(label).second) continue;
      for (const PairChange& change : target_.prepared[label]) Apply(change);
    }
    return {};
  }
  Status AbortOrphans(const OrphanRange&) override { return {}; }

 private:
  void Apply(const PairChange& change) {
    const bool goes = change.kind == RowKind::kDelete || change.kind == RowKind::kUpdateBefore;
    ++(goes ? target_.deletes : target_.upserts);
    if (goes) {
      target_.rows.erase(change.key);
    } else {
      target_.rows[change.key] = change.value;
    }
  }
  PairsAtTarget& target_;
};

class PairsSink final : public Sink {
 public:
  explicit PairsSink(PairsAtTarget& target) : target_(target) {}
  Delivery delivery() const override { return Delivery::kTwoPhase; }
  Status Prepare(Context&, std::span<const SchemaRef>, bool fresh) override {
    target_.prepared_fresh.push_back(fresh);
    return {};
  }
  bool replay_converges(std::string*) const override { return true; }
  Status CheckScan(Context& ctx, const Schema& rows) override {
    return target_.scannable ? Status() : Sink::CheckScan(ctx, rows);
  }
  Status Scan(Context&, const SchemaRef& rows, const ScanFn& each) override {
    ++target_.scans;
    if (target_.scans_to_fail > 0 && target_.scans_to_fail-- > 0) {
      return {Code::kUnavailable, "the target is away"};
    }
    Pairs now;
    {
      const std::lock_guard lock(target_.mutex);
      now = target_.rows;
    }
    ChunkBuilder builder(rows);
    std::vector<uint32_t> unlike;
    for (const auto& [key, value] : now) {
      const bool odd = target_.odd.contains(key);
      if (odd) unlike.push_back(builder.rows());
      builder.column(0).Append(key);
      odd ? builder.column(1).AppendNull() : builder.column(1).Append(value);
      builder.EndRow(RowKind::kInsert);
    }
    return builder.empty() ? Status() : each({builder.Finish(0), unlike});
  }
  Result<TablePath> Target(const Schema& table) const override { return table.path; }
  Result<std::unique_ptr<Writer>> Open(Context& ctx, uint32_t writer) override {
    return std::make_unique<PairsWriter>(target_, ctx.run, writer);
  }
  Result<std::unique_ptr<Committer>> OpenCommitter(Context&) override {
    return std::make_unique<PairsCommitter>(target_);
  }
  std::string Identity() const override { return "pairs in memory"; }

 private:
  PairsAtTarget& target_;
};

}  // namespace sluice
