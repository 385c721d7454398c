// SPDX-License-Identifier: Apache-2.0
// engine_bench JOB STATE_DIR ROUNDS: runs a bounded job file into a sink named Checksum, which only
// hashes what it gets, and reads the same source without the engine; in turn, processor time.
#include <cstdlib>
#include <sstream>

#include "api/registry.h"
#include "base/checksum.h"
#include "base/env.h"
#include "base/thread.h"
#include "bench/timing.h"
#include "cli/job_plan.h"
#include "cli/phase_hook.h"
#include "engine/job_runner.h"
#include "io/http_curl.h"
#include "io/mysql_client.h"

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
  ~ChecksumWriter() override { Print("checksum", static_cast<double>(sum_ >> 32U)); }
  Status Write(const Chunk& chunk) override {
    sum_ = ChunkSum(chunk, sum_);
    return {};
  }
  Status Rebind(const SchemaChange& /*change*/) override { return {}; }
  Status Seal(CheckpointId /*id*/) override { return {}; }
  Result<std::optional<Prepared>> PollPrepared(CheckpointId /*id*/) override { return Prepared(); }

 private:
  uint64_t sum_ = 0;
};

class NothingToCommit final : public Committer {
 public:
  Status Commit(CheckpointId /*id*/, std::span<const Prepared> /*work*/) override { return {}; }
  Status AbortOrphans(const OrphanRange& /*range*/) override { return {}; }
};

class ChecksumSink final : public Sink {
 public:
  Delivery delivery() const override { return Delivery::kAtLeastOnce; }
  Status Prepare(Context& /*ctx*/, std::span<const SchemaRef> /*tables*/, bool /*fresh*/) override {
    return {};
  }
  bool replay_converges(std::string* /*why*/) const override { return true; }
  Result<TablePath> Target(const Schema& table) const override { return table.path; }
  Result<std::unique_ptr<Writer>> Open(Context& /*ctx*/, uint32_t /*writer*/) override {
    return std::make_unique<ChecksumWriter>();
  }
  Result<std::unique_ptr<Committer>> OpenCommitter(Context& /*ctx*/) override {
    return std::make_unique<NothingToCommit>();
  }
  std::string Identity() const override { return "Checksum"; }
};

class DroppingEmitter final : public Emitter {
 public:
  void Emit(Event event) override {
    if (const auto* chunk = std::get_if<ChunkPtr>(&event)) rows += (*chunk)->rows();
  }
  bool full() const override { return false; }

  uint64_t rows = 0;
};

// Every split, one after another, on this thread.
Result<uint64_t> Generate(Source& source, Context& ctx) {
  ASSIGN_OR_RETURN(const std::vector<SchemaRef> tables, source.Discover(ctx));
  if (tables.empty()) return Fail(Code::kInternal, "the source has no tables");
  ASSIGN_OR_RETURN(const auto enumerator, source.Enumerate(ctx, std::nullopt));
  DroppingEmitter out;
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<Split> splits, enumerator->Next(1));
    if (splits.empty()) return out.rows;
    ASSIGN_OR_RETURN(const auto reader, source.Open(ctx, splits.front()));
    Poll poll = Poll::kMore;
    while (poll != Poll::kDone) {
      ASSIGN_OR_RETURN(poll, reader->Read(out, ctx.env.Now() + std::chrono::milliseconds(10)));
    }
  }
}

class Bench {
 public:
  Bench()
      : http_(MakeCurlClient(env_)),
        sql_(MakeMysqlClient()),
        phases_(cli::MakePhaseHook(env_, nullptr)) {
    RegisterPlugins(registry_);
    registry_.Add({.kind = PluginKind::kSink,
                   .name = "Checksum",
                   .summary = "Hashes what it gets.",
                   .options = {},
                   .make_sink = [](const PluginConfig&, const EnvOptions&, Diagnostics&)
                       -> std::unique_ptr<Sink> { return std::make_unique<ChecksumSink>(); }});
  }

  Status RunRound(const std::string& job, const std::string& state_dir) {
    RETURN_IF_ERROR(Alone("generation", job));
    ASSIGN_OR_RETURN(JobPlan plan, Load(job));
    const double begin = ProcessSeconds();
    JobRunner runner(std::move(plan), {.state_dir = state_dir, .fresh = true},
                     {env_, *http_, *sql_, *phases_});
    const JobSummary summary = runner.Run();
    if (summary.outcome == Outcome::kFailed) return summary.status;
    Print("job", ProcessSeconds() - begin);
    Print("rows", static_cast<double>(summary.progress.rows_written));
    return Alone("generation_again", job);
  }

 private:
  Result<JobPlan> Load(const std::string& job) {
    Diagnostics diagnostics;
    const cli::World world{env_, *http_, *sql_, *phases_, registry_, out_, out_};
    JobPlan plan = cli::LoadPlan({.config = job, .variables = {}, .name = ""}, world, diagnostics);
    if (!diagnostics.ok()) return Fail(diagnostics.ToStatus());
    return plan;
  }

  Status Alone(std::string_view name, const std::string& job) {
    ASSIGN_OR_RETURN(const JobPlan plan, Load(job));
    Context ctx{env_, *http_, *sql_, *phases_, {}, "bench", "bench"};
    const double begin = ProcessSeconds();
    Result<uint64_t> rows;
    {
      // On a thread of its own, as in a job: the allocator treats the first thread differently.
      const Thread thread("generation",
                          [&] { rows = Generate(*plan.sources.front().source, ctx); });
    }
    if (!rows) return rows.error();
    Print(name, ProcessSeconds() - begin);
    if (*rows == 0) return {Code::kInternal, "the source made no rows"};
    return {};
  }

  Env& env_ = Env::Default();
  std::unique_ptr<http::Client> http_;
  std::unique_ptr<SqlClient> sql_;
  std::unique_ptr<PhaseHook> phases_;
  Registry registry_;
  std::ostringstream out_;
};

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  sluice::bench::Bench bench;
  for (int round = std::atoi(argv[3]); round > 0; --round) {
    if (const sluice::Status status = bench.RunRound(argv[1], argv[2]); !status.ok()) {
      return sluice::bench::ExitCode(status);
    }
  }
  return 0;
}
