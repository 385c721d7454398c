// SPDX-License-Identifier: Apache-2.0
// A source that counts and a target that remembers, for tests that run whole jobs in memory.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "engine/job_runner.h"

namespace sluice {

inline SchemaRef NumbersSchema() {
  auto schema = std::make_shared<Schema>();
  schema->path = {"db", "", "numbers"};
  schema->columns = {{"n", Of(TypeKind::kBigInt)}};
  schema->primary_key = {0};
  return schema;
}

// Numbers 0 .. count-1 in splits; position of a split: next and end.
struct Numbers {
  int64_t count = 1000;
  int64_t splits = 4;
  bool endless = false;  // the last split waits instead of ending
  bool growing = false;  // the last split goes on counting instead of ending
  std::atomic<int> reads_before_failure{-1};
  int failures = 1;  // each after so many reads
  int reads_between = 0;
};

inline Split NumbersSplit(int64_t next, int64_t end) {
  ByteWriter out;
  out.I64(next).I64(end);
  return {fmt::format("to-{}", end), std::move(out).Take()};
}

class NumbersReader final : public Reader {
 public:
  NumbersReader(Numbers& numbers, const Split& split)
      : numbers_(numbers), builder_(NumbersSchema()) {
    ByteReader in(split.position);
    next_ = in.I64();
    end_ = in.I64();
  }
  Result<Poll> Read(Emitter& out, Deadline /*until*/) override {
    if (numbers_.reads_before_failure.load() >= 0 && numbers_.reads_before_failure-- == 0) {
      if (--numbers_.failures > 0) numbers_.reads_before_failure = numbers_.reads_between;
      return Fail(Code::kUnavailable, "the source went away");
    }
    const bool last = end_ == numbers_.count;
    const bool grows = numbers_.growing && last;
    for (int i = 0; i < 7 && (next_ < end_ || grows); ++i) {
      builder_.column(0).Append<int64_t>(next_++);
      builder_.EndRow(RowKind::kInsert);
    }
    RETURN_IF_ERROR(Flush(out));
    if (next_ < end_ || grows) return Poll::kMore;
    return numbers_.endless && last ? Poll::kIdle : Poll::kDone;
  }
  Status Flush(Emitter& out) override {
    if (!builder_.empty()) out.Emit(builder_.Finish(0));
    return {};
  }
  Split Save() const override { return NumbersSplit(next_, end_); }

 private:
  Numbers& numbers_;
  ChunkBuilder builder_;
  int64_t next_ = 0;
  int64_t end_ = 0;
};

class NumbersEnumerator final : public SplitEnumerator {
 public:
  NumbersEnumerator(const Numbers& numbers, int64_t given) : numbers_(numbers), given_(given) {}
  Result<std::vector<Split>> Next(size_t want) override {
    std::vector<Split> out;
    const int64_t size = numbers_.count / numbers_.splits;
    for (; want > 0 && given_ < numbers_.splits; --want, ++given_) {
      const bool last = given_ + 1 == numbers_.splits;
      out.push_back(NumbersSplit(given_ * size, last ? numbers_.count : (given_ + 1) * size));
    }
    return out;
  }
  Status OnFinished(const Split&, const Bytes&) override { return {}; }
  Bytes Save() override {
    ByteWriter out;
    out.I64(given_);
    return std::move(out).Take();
  }
  bool done() const override { return given_ == numbers_.splits; }

 private:
  const Numbers& numbers_;
  int64_t given_;
};

class NumbersSource final : public Source {
 public:
  explicit NumbersSource(Numbers& numbers) : numbers_(numbers) {}
  Boundedness boundedness() const override { return Boundedness::kBounded; }
  Result<std::vector<SchemaRef>> Discover(Context&) override {
    return std::vector<SchemaRef>{NumbersSchema()};
  }
  Result<std::unique_ptr<SplitEnumerator>> Enumerate(Context&,
                                                     std::optional<Bytes> saved) override {
    int64_t given = 0;
    if (saved) given = ByteReader(*saved).I64();
    return std::make_unique<NumbersEnumerator>(numbers_, given);
  }
  Result<std::unique_ptr<Reader>> Open(Context&, Split split) override {
    return std::make_unique<NumbersReader>(numbers_, split);
  }
  std::string Identity() const override { return "numbers"; }

 private:
  Numbers& numbers_;
};

// A target that shows rows only once they are committed.
struct MemoryTarget {
  std::mutex mutex;
  std::map<std::string, std::vector<int64_t>> prepared;
  std::set<std::string> committed;
  std::vector<int64_t> visible;
  std::atomic<int> commits_before_failure{-1};
  std::atomic<int> commits{0};
  std::atomic<size_t> rows_never_sealed{0};
  std::atomic<bool> away{false};
  std::atomic<int> prepares{0};

  void Clear() {
    const std::lock_guard lock(mutex);
    prepared.clear();
    committed.clear();
    visible.clear();
  }
  std::vector<int64_t> Visible() {
    const std::lock_guard lock(mutex);
    std::vector<int64_t> out = visible;
    std::ranges::sort(out);
    return out;
  }
};

class TargetWriter final : public Writer {
 public:
  TargetWriter(MemoryTarget& target, Run run, uint32_t id) : target_(target), run_(run), id_(id) {}
  ~TargetWriter() override { target_.rows_never_sealed += rows_.size(); }
  Status Write(const Chunk& chunk) override {
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      rows_.push_back(chunk.column(0).value<int64_t>(row));
    }
    return {};
  }
  Status Rebind(const SchemaChange&) override { return {}; }
  Status Seal(CheckpointId id) override {
    const std::string label = fmt::format("r{}-c{}-w{}", run_, id, id_);
    const std::lock_guard lock(target_.mutex);
    target_.prepared[label] = std::exchange(rows_, {});
    sealed_[id] = label;
    return {};
  }
  Result<std::optional<Prepared>> PollPrepared(CheckpointId id) override {
    return std::optional<Prepared>(sealed_.at(id));
  }

 private:
  MemoryTarget& target_;
  Run run_;
  uint32_t id_;
  std::vector<int64_t> rows_;
  std::map<CheckpointId, std::string> sealed_;
};

class TargetCommitter final : public Committer {
 public:
  explicit TargetCommitter(MemoryTarget& target) : target_(target) {}
  Status Commit(CheckpointId, std::span<const Prepared> work) override {
    if (target_.commits_before_failure.load() >= 0 && target_.commits_before_failure-- == 0) {
      return {Code::kTimeout, "no answer"};
    }
    const std::lock_guard lock(target_.mutex);
    for (const Prepared& label : work) {
      if (!target_.committed.insert(label).second) continue;
      const auto& rows = target_.prepared.at(label);
      target_.visible.insert(target_.visible.end(), rows.begin(), rows.end());
    }
    ++target_.commits;
    return {};
  }
  Status AbortOrphans(const OrphanRange& range) override {
    const std::lock_guard lock(target_.mutex);
    for (CheckpointId id = range.first; id <= range.last; ++id) {
      for (uint32_t writer = 0; writer < range.writers; ++writer) {
        target_.prepared.erase(fmt::format("r{}-c{}-w{}", range.run, id, writer));
      }
    }
    return {};
  }

 private:
  MemoryTarget& target_;
};

class TargetSink final : public Sink {
 public:
  explicit TargetSink(MemoryTarget& target) : target_(target) {}
  Delivery delivery() const override { return Delivery::kTwoPhase; }
  Status Prepare(Context&, std::span<const SchemaRef>, bool) override {
    ++target_.prepares;
    return target_.away ? Status(Code::kUnavailable, "the target is away") : Status();
  }
  bool replay_converges(std::string*) const override { return false; }
  Result<TablePath> Target(const Schema& table) const override { return table.path; }
  Result<std::unique_ptr<Writer>> Open(Context& ctx, uint32_t writer) override {
    return std::make_unique<TargetWriter>(target_, ctx.run, writer);
  }
  Result<std::unique_ptr<Committer>> OpenCommitter(Context&) override {
    return std::make_unique<TargetCommitter>(target_);
  }
  std::string Identity() const override { return "memory"; }

 private:
  MemoryTarget& target_;
};

class NoHttp final : public http::Client {
 public:
  Result<http::Response> Perform(const http::Request&, const CancelToken&) override {
    return Fail(Code::kInternal, "no HTTP here");
  }
};
class NoSql final : public SqlClient {
 public:
  Result<std::unique_ptr<SqlSession>> Open(const SqlEndpoint&) override {
    return Fail(Code::kInternal, "no SQL here");
  }
  Result<std::unique_ptr<LogStream>> OpenLog(const SqlEndpoint&, const LogStart&) override {
    return Fail(Code::kInternal, "no SQL here");
  }
};
class NoPhases final : public PhaseHook {
 public:
  void Reach(const char*, CheckpointId) override {}
};

// One source into one sink.
inline JobPlan PlanOf(std::unique_ptr<Source> source, std::unique_ptr<Sink> sink,
                      uint32_t parallelism) {
  JobPlan plan;
  plan.sources.push_back({.source = std::move(source), .parallelism = parallelism});
  plan.sinks.push_back({.sink = std::move(sink), .parallelism = parallelism});
  plan.routes = {Route{}};
  return plan;
}

class MemoryEndsTest : public testing::Test {
 protected:
  MemoryEndsTest() {
    std::string pattern = testing::TempDir() + "/runner-XXXXXX";
    dir_ = mkdtemp(pattern.data());
  }
  ~MemoryEndsTest() override { std::filesystem::remove_all(dir_); }

  std::unique_ptr<JobRunner> Make(uint32_t parallelism, bool fresh = false) {
    return Make(PlanOf(std::make_unique<NumbersSource>(numbers_),
                       std::make_unique<TargetSink>(target_), parallelism),
                fresh);
  }
  std::unique_ptr<JobRunner> Make(JobPlan plan, bool fresh = false) {
    plan.promise.exactly_once = true;
    plan.env.checkpoint_interval_ms = checkpoint_interval_ms_;
    plan.env.job_retry_times = retry_times_;
    plan.env.job_retry_interval_seconds = retry_interval_seconds_;
    JobRunOptions options{.state_dir = dir_ + "/state", .fresh = fresh, .restore = restore_};
    options.rerun = rerun_;
    return std::make_unique<JobRunner>(std::move(plan), std::move(options),
                                       RunnerDeps{*env_, http_, sql_, phases_});
  }
  std::vector<int64_t> AllNumbers() const {
    std::vector<int64_t> out;
    for (int64_t i = 0; i < numbers_.count; ++i) out.push_back(i);
    return out;
  }

  std::string dir_;
  Env* env_ = &Env::Default();
  int64_t retry_interval_seconds_ = 0;
  int64_t retry_times_ = 3;
  int64_t checkpoint_interval_ms_ = 20;
  std::string restore_;
  Rerun rerun_ = Rerun::kAnew;
  Numbers numbers_;
  MemoryTarget target_;
  NoHttp http_;
  NoSql sql_;
  NoPhases phases_;
};

}  // namespace sluice
