// SPDX-License-Identifier: Apache-2.0
#include "api/row_limits.h"

namespace sluice {

std::vector<RefusedRow> RowLimits::Refused(const Chunk& chunk) const {
  std::vector<RefusedRow> refused;
  for (uint32_t row = 0; row < chunk.rows(); ++row) {
    const RowKind kind = chunk.kind(row);
    const bool goes = kind == RowKind::kDelete || kind == RowKind::kUpdateBefore;
    for (const Limited& limited : columns_) {
      if (goes && upserts_ && !limited.key) continue;
      std::string why = WhyUnfit(chunk.column(limited.column), row, limited.limits);
      if (why.empty()) continue;
      refused.push_back({row, chunk.schema()->columns[limited.column].name, std::move(why)});
      break;
    }
  }
  return refused;
}

}  // namespace sluice
