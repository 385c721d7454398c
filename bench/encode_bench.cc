// SPDX-License-Identifier: Apache-2.0
// encode_bench LOG TIMES: megabytes of StarRocks' JSON a second of processor time, made of the rows
// of LOG.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/env.h"
#include "bench/log_memory.h"
#include "bench/orders.h"
#include "bench/timing.h"
#include "starrocks/json_rows.h"

namespace sluice::bench {
namespace {

constexpr size_t kBatchBytes = size_t{4} << 20U;

size_t Encode(const std::vector<ChunkPtr>& chunks, const starrocks::JsonRows& rows,
              std::string& batch) {
  size_t bytes = 0;
  for (const ChunkPtr& chunk : chunks) {
    for (uint32_t row = 0; row < chunk->rows(); ++row) {
      batch += ',';
      rows.Append(*chunk, row, batch);
      if (batch.size() < kBatchBytes) continue;
      bytes += batch.size();
      batch.clear();
    }
  }
  return bytes + batch.size();
}

Status Measure(const std::string& path, int times) {
  ASSIGN_OR_RETURN(const std::string log, Env::Default().ReadFile(path));
  std::vector<ChunkPtr> chunks;
  ASSIGN_OR_RETURN(const uint64_t rows, DecodeLog(log, OrdersFacts(), [&](const ChunkPtr& chunk) {
                     chunks.push_back(chunk);
                   }));
  std::vector<std::string> names;
  for (const ColumnInfo& column : chunks.front()->schema()->columns) names.push_back(column.name);
  const starrocks::JsonRows json(names, true, {});
  std::vector<double> seconds;
  std::string batch;
  size_t bytes = 0;
  for (int i = 0; i < times; ++i) {
    batch.clear();
    const double begin = ThreadSeconds();
    bytes = Encode(chunks, json, batch);
    seconds.push_back(ThreadSeconds() - begin);
  }
  std::ranges::sort(seconds);
  const double median = seconds[seconds.size() / 2];
  Print("bytes_per_row", static_cast<double>(bytes) / static_cast<double>(rows));
  Print("megabytes_per_second", static_cast<double>(bytes) / median / 1e6);
  Print("rows_per_second", static_cast<double>(rows) / median);
  return {};
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  return sluice::bench::ExitCode(sluice::bench::Measure(argv[1], std::atoi(argv[2])));
}
