// SPDX-License-Identifier: Apache-2.0
// decode_bench LOG TIMES: rows a second of processor time that decoding LOG from memory takes.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/env.h"
#include "bench/log_memory.h"
#include "bench/orders.h"
#include "bench/timing.h"

namespace sluice::bench {
namespace {

Status Measure(const std::string& path, int times) {
  ASSIGN_OR_RETURN(const std::string log, Env::Default().ReadFile(path));
  const mysql::TableFacts facts = OrdersFacts();
  std::vector<double> seconds;
  uint64_t rows = 0;
  size_t bytes = 0;
  for (int i = 0; i < times; ++i) {
    bytes = 0;
    const double begin = ThreadSeconds();
    ASSIGN_OR_RETURN(
        rows, DecodeLog(log, facts, [&](const ChunkPtr& chunk) { bytes += chunk->bytes(); }));
    seconds.push_back(ThreadSeconds() - begin);
  }
  std::ranges::sort(seconds);
  Print("rows", static_cast<double>(rows));
  Print("log_bytes", static_cast<double>(log.size()));
  Print("chunk_bytes", static_cast<double>(bytes));
  Print("rows_per_second", static_cast<double>(rows) / seconds[seconds.size() / 2]);
  Print("rows_per_second_best", static_cast<double>(rows) / seconds.front());
  return {};
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  return sluice::bench::ExitCode(sluice::bench::Measure(argv[1], std::atoi(argv[2])));
}
