// SPDX-License-Identifier: Apache-2.0
// engine_bench JOB STATE_DIR ROUNDS: runs a bounded job file into a sink named Checksum, which only
// hashes what it gets, and reads the same source without the engine; in turn, processor time.
#include <cstdlib>

#include "base/thread.h"
#include "bench/checksum_sink.h"
#include "bench/job_world.h"
#include "bench/timing.h"

namespace sluice::bench {
namespace {

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

Status Alone(JobWorld& world, std::string_view name, const std::string& job) {
  ASSIGN_OR_RETURN(const JobPlan plan, world.Load(job));
  Context ctx = world.MakeContext();
  const double begin = ProcessSeconds();
  Result<uint64_t> rows;
  {
    // On a thread of its own, as in a job: the allocator treats the first thread differently.
    const Thread thread("generation", [&] { rows = Generate(*plan.sources.front().source, ctx); });
  }
  if (!rows) return rows.error();
  Print(name, ProcessSeconds() - begin);
  if (*rows == 0) return {Code::kInternal, "the source made no rows"};
  return {};
}

Status Round(JobWorld& world, const std::string& job, const std::string& state_dir) {
  RETURN_IF_ERROR(Alone(world, "generation", job));
  ASSIGN_OR_RETURN(JobPlan plan, world.Load(job));
  const double begin = ProcessSeconds();
  ASSIGN_OR_RETURN(const uint64_t rows, world.Run(std::move(plan), state_dir));
  Print("job", ProcessSeconds() - begin);
  Print("rows", static_cast<double>(rows));
  return Alone(world, "generation_again", job);
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  sluice::bench::JobWorld world(sluice::bench::ChecksumSink({}, nullptr));
  for (int round = std::atoi(argv[3]); round > 0; --round) {
    if (const sluice::Status status = sluice::bench::Round(world, argv[1], argv[2]); !status.ok()) {
      return sluice::bench::ExitCode(status);
    }
  }
  return 0;
}
